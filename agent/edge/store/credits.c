/* Who says what is left on an account, and the level that a person gave by hand. */
#include <stdio.h>

#include "edge/store/store_private.h"

bool store_set_credits_source(struct store *s, int64_t account, enum credits_source source,
                              struct fault *why)
{
    struct statement *q = s->queries[SQL_SET_CREDITS_SOURCE];
    statement_bind_integer(q, ":account", account);
    statement_bind_text(q, ":source", span_of(credits_source_name(source)));
    return statement_run(q, why);
}

bool store_load_credits_level(struct store *s, int64_t account, struct credits_level *ret,
                              struct fault *why)
{
    struct statement *q = s->queries[SQL_LOAD_CREDITS_LEVEL];
    struct credits_level level = { .set_at = TIME_NONE };
    bool row;
    statement_bind_integer(q, ":account", account);
    bool ok = statement_step(q, &row, why);
    if (ok && row) {
        snprintf(level.order, sizeof level.order, "%s",
                 statement_text(q, LOAD_CREDITS_LEVEL_CREDITS_SET_ID).at);
        level.set_at = column_time(q, LOAD_CREDITS_LEVEL_CREDITS_SET_AT);
        level.set.nano = statement_integer(q, LOAD_CREDITS_LEVEL_CREDITS_SET_NANO);
        level.spent.nano = statement_integer(q, LOAD_CREDITS_LEVEL_CREDITS_SPENT_NANO);
    }
    statement_reset(q);
    if (ok)
        *ret = level;
    return ok;
}

bool store_put_credits_level(struct store *s, int64_t account, const struct credits_level *level,
                             struct fault *why)
{
    struct statement *q = s->queries[SQL_SET_CREDITS_LEVEL];
    statement_bind_integer(q, ":account", account);
    statement_bind_text(q, ":source", span_of(credits_source_name(CREDITS_ESTIMATED)));
    statement_bind_text(q, ":id", span_of(level->order));
    statement_bind_integer(q, ":at", level->set_at);
    statement_bind_integer(q, ":nano", level->set.nano);
    return statement_run(q, why);
}

bool store_add_credits_spent(struct store *s, int64_t account, int64_t nano, struct fault *why)
{
    struct statement *q = s->queries[SQL_ADD_CREDITS_SPENT];
    statement_bind_integer(q, ":account", account);
    statement_bind_integer(q, ":nano", nano);
    return statement_run(q, why);
}
