/* Management keys of a scenario: those that it lists, or three that are easy to remember. */
#include <stdio.h>
#include <stdlib.h>

#include "base/xmalloc.h"
#include "core/calendar.h"
#include "sim/scenario.h"

void scenario_manage_draft(const struct world *w, struct manage_draft *ret)
{
    *ret = (struct manage_draft){ .now = w->started, .scopes = SCOPE_READ, .expires = TIME_NONE };
}

void scenario_manage_draft_done(struct manage_draft *draft)
{
    free(draft->name);
    free(draft->key);
}

static bool keep(char **place, struct span value, struct fault *why)
{
    if (!value.len)
        return fault(why, FAULT_REJECT, "one character or more is required");
    free(*place);
    *place = xstrndup(value.at, value.len);
    return true;
}

static bool set_name(struct manage_draft *d, struct span value, struct fault *why)
{
    return keep(&d->name, value, why);
}

static bool set_key(struct manage_draft *d, struct span value, struct fault *why)
{
    return keep(&d->key, value, why);
}

static bool set_scope(struct manage_draft *d, struct span value, struct fault *why)
{
    return manage_scope_named(value, &d->scopes)
        || fault(why, FAULT_REJECT, "read, write or mint is required");
}

static bool set_expiry(struct manage_draft *d, struct span value, struct fault *why)
{
    return scenario_read_time(value, d->now, &d->expires, why);
}

static const struct manage_row {
    const char *name;
    bool (*set)(struct manage_draft *, struct span, struct fault *);
} rows[] = {
    { "name", set_name },
    { "key", set_key },
    { "scope", set_scope },
    { "expire_time", set_expiry },
};

bool scenario_set_manage_key(struct manage_draft *draft, struct span key, struct span value,
                             struct fault *why)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        if (span_is(key, rows[i].name))
            return rows[i].set(draft, value, why) || fault_within(why, "%s", rows[i].name);
    return fault(why, FAULT_REJECT, "\"%.*s\" is not a key of a management key", (int)key.len,
                 key.at);
}

bool scenario_add_manage_key(struct sim_account *a, const struct manage_draft *d, struct fault *why)
{
    if (!d->name)
        return fault(why, FAULT_REJECT, "a management key has no name");
    struct manage_key *k = manage_key_add(&a->manage_keys, d->name, d->key, a->seed);
    k->scopes = d->scopes;
    k->expires = d->expires;
    return true;
}

void scenario_default_manage_keys(struct sim_account *a)
{
    static const char *const names[] = { "read", "write", "mint" };
    for (size_t i = 0; i < COUNT(names); i++) {
        struct text secret = { 0 };
        text_addf(&secret, MANAGE_PREFIX "%s-%s", a->name, names[i]);
        struct manage_key *k = manage_key_add(&a->manage_keys, names[i], secret.at, a->seed);
        (void)manage_scope_named(span_of(names[i]), &k->scopes);
        text_done(&secret);
    }
}
