/* Which dialect an account speaks. */
#include "provider/provider.h"

#include "edge/config.h"
#include "provider/eden_v2.h"
#include "provider/eden_v3.h"

/* A key may be replaced by one of another kind while a program runs. */
static bool has_management_key(const struct account_settings *s)
{
    return s->key && strncmp(s->key, EDEN_V3_KEY_PREFIX, strlen(EDEN_V3_KEY_PREFIX)) == 0;
}

const struct provider *provider_of(const struct account_settings *s)
{
    if (s->token_key_files)
        return &eden_v2_me;
    switch (s->api) {
    case API_V2:
        return &eden_v2;
    case API_V3:
        return &eden_v3;
    case API_AUTO:
    case API_VERSIONS:
        break;
    }
    return has_management_key(s) ? &eden_v3 : &eden_v2;
}

const char *provider_wrong_key(const struct account_settings *s)
{
    const struct provider *p = provider_of(s);
    if (p == &eden_v3 && !has_management_key(s))
        return "the account's key is not a management key (" EDEN_V3_KEY_PREFIX
               "...), the only kind that API v3 takes";
    if (p == &eden_v2 && has_management_key(s))
        return "the account's key is a management key, which API v2 does not take: use `api: v3`";
    return NULL;
}

bool provider_counts_credits(const struct provider *p)
{
    return !p->credits_path && !p->lists_itself;
}

const struct token_limits *provider_limits(void)
{
    return &eden_v2.limits; /* those of all versions */
}
