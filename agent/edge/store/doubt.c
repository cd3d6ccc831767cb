/* What is not believed yet, and the taking back of what was believed wrongly. */
#include "edge/store/doubt.h"

#include <stdlib.h>

#include "base/xmalloc.h"
#include "core/doubt.h"
#include "edge/store/rollup.h"
#include "edge/store/store_private.h"

static void bind_held(struct statement *q, const struct held *h)
{
    if (h->at == TIME_NONE)
        return;
    statement_bind_integer(q, ":held_at", h->at);
    statement_bind_integer(q, ":held_poll", h->poll);
    bind_maybe_money(q, ":held_nano", h->balance);
}

static void bind_leap(struct statement *q, const struct leap *l)
{
    if (!l->poll)
        return;
    statement_bind_integer(q, ":leap_poll", l->poll);
    statement_bind_integer(q, ":leap_since", l->since);
    statement_bind_integer(q, ":leap_from_nano", l->from.nano);
    bind_maybe_money(q, ":leap_full_nano", l->full);
    statement_bind_integer(q, ":leap_pace_nano_per_h", l->pace_nano_per_h);
}

bool store_put_doubt(struct store *s, const struct token *t, struct fault *why)
{
    const struct held held = token_held(t);
    const struct leap leap = token_leap(t);
    bool none = held.at == TIME_NONE && !leap.poll;
    struct statement *q = s->queries[none ? SQL_DELETE_DOUBT : SQL_PUT_DOUBT];
    statement_bind_integer(q, ":token", t->id);
    if (!none) {
        statement_bind_integer(q, ":believed_at", t->seen_at);
        bind_held(q, &held);
        bind_leap(q, &leap);
    }
    return statement_run(q, why);
}

void doubt_take(struct token *t, const struct statement *row)
{
    if (!statement_is_null(row, LOAD_DOUBTS_HELD_AT)) {
        t->seen_at = statement_integer(row, LOAD_DOUBTS_BELIEVED_AT);
        token_own_doubt(t)->held = (struct held){
            .at = statement_integer(row, LOAD_DOUBTS_HELD_AT),
            .poll = statement_integer(row, LOAD_DOUBTS_HELD_POLL),
            .balance = column_money(row, LOAD_DOUBTS_HELD_NANO),
        };
    }
    int64_t readings = statement_integer(row, LOAD_DOUBTS_READINGS);
    if (!statement_is_null(row, LOAD_DOUBTS_LEAP_POLL) && readings <= LEAP_READINGS)
        token_own_doubt(t)->leap = (struct leap){
            .poll = statement_integer(row, LOAD_DOUBTS_LEAP_POLL),
            .since = statement_integer(row, LOAD_DOUBTS_LEAP_SINCE),
            .from = { statement_integer(row, LOAD_DOUBTS_LEAP_FROM_NANO) },
            .full = column_money(row, LOAD_DOUBTS_LEAP_FULL_NANO),
            .pace_nano_per_h = statement_integer(row, LOAD_DOUBTS_LEAP_PACE_NANO_PER_H),
            .readings = (int)readings,
        };
}

/* All that was booked of a token from a poll on. */
struct booked_since {
    int64_t token, poll;
};

/* `takes_back`: takes each out of the sums that it is in. */
static bool read_bookings(struct store *s, const struct booked_since *what, bool takes_back,
                          struct reversal *ret, struct fault *why)
{
    struct statement *q = s->queries[SQL_REVERSED_BOOKINGS];
    bool row = true, ok = true;
    statement_bind_integer(q, ":token", what->token);
    statement_bind_integer(q, ":poll", what->poll);
    while (ok && row) {
        ok = statement_step(q, &row, why);
        if (!ok || !row)
            continue;
        const struct entry e = { (enum entry_kind)statement_integer(q, REVERSED_BOOKINGS_KIND),
                                 { statement_integer(q, REVERSED_BOOKINGS_AMOUNT_NANO) },
                                 statement_integer(q, REVERSED_BOOKINGS_SINCE),
                                 statement_integer(q, REVERSED_BOOKINGS_AT) };
        ret->at = xrealloc(ret->at, ret->count + 1, sizeof *ret->at);
        ret->at[ret->count++] = e;
        ok = !takes_back || !statement_integer(q, REVERSED_BOOKINGS_IS_SUMMED)
            || rollup_take_back(s, what->token, &e, why);
    }
    statement_reset(q);
    return ok;
}

bool store_bookings_since(struct store *s, int64_t token, int64_t poll, struct reversal *ret,
                          struct fault *why)
{
    struct reversal r = { 0 };
    if (!read_bookings(s, &(struct booked_since){ token, poll }, false, &r, why)) {
        free(r.at);
        return false;
    }
    *ret = r;
    return true;
}

static bool turn_bookings(struct store *s, int64_t token, int64_t poll, struct fault *why)
{
    static const enum statement_name steps[] = { SQL_REVERSE_BOOKINGS, SQL_BOOK_REVERSED,
                                                 SQL_REVERSE_READINGS };
    for (size_t i = 0; i < COUNT(steps); i++) {
        struct statement *q = s->queries[steps[i]];
        statement_bind_integer(q, ":token", token);
        statement_bind_integer(q, ":poll", poll);
        if (!statement_run(q, why))
            return false;
    }
    return true;
}

bool store_reverse(struct store *s, int64_t token, int64_t poll, struct fault *why)
{
    struct reversal r = { 0 };
    bool ok = read_bookings(s, &(struct booked_since){ token, poll }, true, &r, why)
        && turn_bookings(s, token, poll, why);
    free(r.at);
    return ok;
}

bool store_drop_scores(struct store *s, int64_t token, unix_s since, struct fault *why)
{
    struct statement *q = s->queries[SQL_DROP_SCORES];
    statement_bind_integer(q, ":token", token);
    statement_bind_integer(q, ":since", since);
    return statement_run(q, why);
}

bool store_scores_until(struct store *s, int64_t token, unix_s since, struct accuracy *ret,
                        struct fault *why)
{
    struct statement *q = s->queries[SQL_TOKEN_SCORES];
    struct accuracy record = { 0 };
    bool row = true, ok = true;
    statement_bind_integer(q, ":token", token);
    while (ok && row) {
        ok = statement_step(q, &row, why);
        if (!ok || !row || statement_integer(q, TOKEN_SCORES_ENDED_AT) > since)
            continue;
        struct tracked_forecast p = { .made_at = statement_integer(q, TOKEN_SCORES_MADE_AT),
                                      .early = statement_integer(q, TOKEN_SCORES_EARLY_AT),
                                      .likely = statement_integer(q, TOKEN_SCORES_LIKELY_AT),
                                      .late = statement_integer(q, TOKEN_SCORES_LATE_AT) };
        struct due due = due_of(&p, statement_integer(q, TOKEN_SCORES_ENDED_AT));
        accuracy_book(&record, &due);
    }
    statement_reset(q);
    if (ok)
        *ret = record;
    return ok;
}
