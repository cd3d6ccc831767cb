/* Which dialect an account speaks. */
#include "provider/provider.h"

#include "provider/eden_v2.h"

const struct provider *provider_of(const struct account_settings *s)
{
    (void)s; /* there is one dialect, so no key of the configuration to choose by */
    return &eden_v2;
}

const struct token_limits *provider_limits(void)
{
    return &eden_v2.limits;
}
