/* What forecasts are made of, and what they were: hours of the past, and the forecast that was told last. */
#include "edge/store/store_private.h"

bool store_load_past(struct store *s, int64_t token, struct past *past, struct fault *why)
{
    struct statement *q = s->queries[QUERY_LOAD_PAST];
    bool row = true, ok = true;
    if (past->last_seen == TIME_NONE)
        return true;
    statement_bind_integer(q, ":token", token);
    statement_bind_integer(q, ":since", past->last_seen - (PAST_HOURS + 1) * (int64_t)HOUR_S);
    while (ok && row) {
        ok = statement_step(q, &row, why);
        if (ok && row)
            past_add_hour(past, statement_integer(q, 0), (struct money){ statement_integer(q, 1) });
    }
    statement_reset(q);
    return ok;
}
