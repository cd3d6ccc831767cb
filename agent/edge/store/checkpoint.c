/* What follows from readings is written down once an hour: sums by hour and day, balances, and what
 * was spent. Until then it is read from the readings: the views of 0009_narrow.sql.
 *
 * Rows of each token are touched, so it is done in slices of a few tokens: the readings of those
 * that had their turn count as old up to checkpoint.upto, of all others up to checkpoint.poll. */
#include "edge/store/rollup.h"
#include "edge/store/store_private.h"

enum {
    TOKENS_OF_A_SLICE = 250, /* some milliseconds */
    READINGS_MOST = 500000,  /* of many that are polled often no hour is waited for */
};

struct checkpoint {
    unix_s hour;
    int64_t poll, upto, after; /* after: the last token that had its turn */
};

static bool load(struct store *s, struct checkpoint *ret, struct fault *why)
{
    struct statement *q = s->queries[SQL_LOAD_CHECKPOINT];
    bool row;
    bool ok = statement_step(q, &row, why);
    if (ok && row)
        *ret = (struct checkpoint){ statement_integer(q, LOAD_CHECKPOINT_HOUR),
                                    statement_integer(q, LOAD_CHECKPOINT_POLL),
                                    statement_integer(q, LOAD_CHECKPOINT_UPTO),
                                    statement_integer(q, LOAD_CHECKPOINT_TOKEN) };
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

/* ---- one token ---- */

/* What its open readings come to. */
struct open_token {
    int64_t id; /* 0: none */
    int64_t poll;
    struct maybe_money balance;
    unix_s at;
    int64_t unknown_nano; /* spent, and its state does not know it */
    struct rollups sums;
};

static void add_reading(struct open_token *t, const struct statement *q)
{
    struct maybe_money spent = column_money(q, CHECKPOINT_READINGS_SPENT_NANO);
    t->id = statement_integer(q, CHECKPOINT_READINGS_TOKEN);
    t->poll = statement_integer(q, CHECKPOINT_READINGS_POLL);
    t->balance = column_money(q, CHECKPOINT_READINGS_BALANCE_NANO);
    t->at = statement_integer(q, CHECKPOINT_READINGS_AT);
    if (!spent.known)
        return;
    const struct entry e = { ENTRY_CONSUMPTION, spent.is,
                             statement_integer(q, CHECKPOINT_READINGS_PRIOR_AT), t->at };
    rollups_add_fall(&t->sums, &e, t->balance);
    if (!statement_integer(q, CHECKPOINT_READINGS_IS_KNOWN))
        t->unknown_nano = nano_add(t->unknown_nano, spent.is.nano);
}

static bool put_state(struct store *s, const struct open_token *t, struct fault *why)
{
    struct statement *q = s->queries[SQL_CHECKPOINT_STATE];
    statement_bind_integer(q, ":token", t->id);
    statement_bind_integer(q, ":poll", t->poll);
    bind_maybe_money(q, ":balance_nano", t->balance);
    statement_bind_integer(q, ":at", t->at);
    statement_bind_integer(q, ":spent_nano", t->unknown_nano);
    return statement_run(q, why);
}

/* And forgets it. */
static bool write_down(struct store *s, struct open_token *t, struct fault *why)
{
    bool ok = !t->id || (put_state(s, t, why) && rollups_write(s, t->id, &t->sums, why));
    rollups_done(&t->sums);
    *t = (struct open_token){ .id = 0 };
    return ok;
}

/* ---- some of them ---- */

static bool write_tokens(struct store *s, const struct checkpoint *c, int64_t until,
                         struct fault *why)
{
    struct statement *q = s->queries[SQL_CHECKPOINT_READINGS];
    struct open_token t = { .id = 0 };
    bool row, ok;
    statement_bind_integer(q, ":poll", c->poll);
    statement_bind_integer(q, ":upto", c->upto);
    statement_bind_integer(q, ":after", c->after);
    statement_bind_integer(q, ":until", until);
    while ((ok = statement_step(q, &row, why)) && row) {
        if (t.id != statement_integer(q, CHECKPOINT_READINGS_TOKEN) && !write_down(s, &t, why))
            break;
        add_reading(&t, q);
    }
    statement_reset(q);
    return write_down(s, &t, why) && ok && !row;
}

static bool move(struct store *s, int64_t until, struct fault *why)
{
    struct statement *q = s->queries[SQL_CHECKPOINT_MOVE];
    if (until)
        statement_bind_integer(q, ":until", until);
    return statement_run(q, why);
}

static bool slice(struct store *s, const struct checkpoint *c, int64_t *ret_until,
                  struct fault *why)
{
    struct statement *q = s->queries[SQL_CHECKPOINT_NEXT];
    statement_bind_integer(q, ":after", c->after);
    statement_bind_integer(q, ":most", TOKENS_OF_A_SLICE);
    return statement_ask(q, 0, ret_until, why)
        && write_tokens(s, c, *ret_until ? *ret_until : INT64_MAX, why) && move(s, *ret_until, why);
}

bool store_checkpoint(struct store *s, unix_s now, bool *ret_more, struct fault *why)
{
    struct checkpoint c = { .hour = 0 };
    unix_s hour = now - now % HOUR_S;
    int64_t until = 0;
    *ret_more = false;
    if (!load(s, &c, why))
        return false;
    bool is_open = c.upto > c.poll;
    if (!is_open && c.hour == hour && s->open_readings < READINGS_MOST)
        return true;
    if (!is_open && (!begin(s, hour, why) || !load(s, &c, why)))
        return false;
    if (!slice(s, &c, &until, why))
        return false;
    *ret_more = until != 0;
    return true;
}
