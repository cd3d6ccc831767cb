/* What follows from readings is written down once an hour: sums by hour and day, balances, and what
 * was spent. Until then it is read from the readings: the views of 0009_narrow.sql.
 *
 * A row of each token is touched, so it is done in slices, a few tokens with each poll: the
 * readings of those that had their turn count as old up to checkpoint.upto, of all others up to
 * checkpoint.poll. */
#include "edge/store/store_private.h"

enum {
    TOKENS_AT_LEAST = 1000, /* of a slice: some ten milliseconds */
    SLICES = 8,             /* in an hour there are a dozen polls */
    READINGS_MOST = 500000, /* of many that are polled often no hour is waited for */
};

struct checkpoint {
    unix_s hour;
    bool is_open;
    int64_t tokens; /* that there ever were */
};

static bool load(struct store *s, struct checkpoint *ret, struct fault *why)
{
    struct statement *q = s->queries[SQL_LOAD_CHECKPOINT];
    bool row;
    bool ok = statement_step(q, &row, why);
    if (ok && row)
        *ret = (struct checkpoint){ statement_integer(q, LOAD_CHECKPOINT_HOUR),
                                    statement_integer(q, LOAD_CHECKPOINT_IS_MOVING) != 0,
                                    statement_integer(q, LOAD_CHECKPOINT_TOKENS) };
    statement_reset(q);
    return ok;
}

static bool begin(struct store *s, unix_s hour, struct fault *why)
{
    struct statement *q = s->queries[SQL_CHECKPOINT_BEGIN];
    statement_bind_integer(q, ":hour", hour);
    s->open_readings = 0;
    return statement_run(q, why);
}

static bool run_until(struct store *s, enum statement_name query, int64_t until, bool is_last,
                      struct fault *why)
{
    struct statement *q = s->queries[query];
    if (!is_last)
        statement_bind_integer(q, ":until", until);
    return statement_run(q, why);
}

static bool slice(struct store *s, int64_t tokens, struct fault *why)
{
    static const enum statement_name sums[] = { SQL_CHECKPOINT_HOURS, SQL_CHECKPOINT_DAYS,
                                                SQL_CHECKPOINT_STATES };
    struct statement *q = s->queries[SQL_CHECKPOINT_NEXT];
    int64_t share = tokens / SLICES, until = 0;
    statement_bind_integer(q, ":most", share > TOKENS_AT_LEAST ? share : TOKENS_AT_LEAST);
    if (!statement_ask(q, 0, &until, why))
        return false;
    for (size_t i = 0; i < COUNT(sums); i++)
        if (!run_until(s, sums[i], until ? until : INT64_MAX, false, why))
            return false;
    return run_until(s, SQL_CHECKPOINT_MOVE, until, until == 0, why);
}

bool store_checkpoint(struct store *s, unix_s now, struct fault *why)
{
    struct checkpoint c = { .hour = 0 };
    unix_s hour = now - now % HOUR_S;
    if (!load(s, &c, why))
        return false;
    if (!c.is_open && c.hour == hour && s->open_readings < READINGS_MOST)
        return true;
    return (c.is_open || begin(s, hour, why)) && slice(s, c.tokens, why);
}
