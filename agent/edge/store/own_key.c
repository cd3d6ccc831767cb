/* A description, or the reason why there is none; without scopes it is none. */
#include <stdio.h>

#include "edge/store/store_private.h"

bool store_load_own_key(struct store *s, int64_t account, struct own_key *ret, struct fault *why)
{
    struct statement *q = s->queries[SQL_LOAD_OWN_KEY];
    struct own_key k = { .asked_at = TIME_NONE, .ends_at = TIME_NONE };
    bool row;
    statement_bind_integer(q, ":account", account);
    bool ok = statement_step(q, &row, why);
    if (ok && row) {
        k.asked_at = column_time(q, LOAD_OWN_KEY_KEY_ASKED_AT);
        k.described = !statement_is_null(q, LOAD_OWN_KEY_KEY_SCOPES);
        k.ends_at = column_time(q, LOAD_OWN_KEY_KEY_ENDS_AT);
        snprintf(k.scopes, sizeof k.scopes, "%s", statement_text(q, LOAD_OWN_KEY_KEY_SCOPES).at);
        snprintf(k.reason, sizeof k.reason, "%s", statement_text(q, LOAD_OWN_KEY_KEY_REASON).at);
    }
    statement_reset(q);
    if (ok)
        *ret = k;
    return ok;
}

bool store_put_own_key(struct store *s, int64_t account, const struct own_key *k, struct fault *why)
{
    struct statement *q = s->queries[SQL_SET_OWN_KEY];
    statement_bind_integer(q, ":account", account);
    bind_time(q, ":asked_at", k->asked_at);
    if (k->described)
        statement_bind_text(q, ":scopes", span_of(k->scopes));
    bind_time(q, ":ends_at", k->ends_at);
    if (k->reason[0])
        statement_bind_text(q, ":reason", span_of(k->reason));
    return statement_run(q, why);
}
