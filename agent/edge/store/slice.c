/* A poll's readings come by token, as the slice does. */
#include "edge/store/slice.h"

#include <stdlib.h>

#include "base/xmalloc.h"
#include "core/ledger.h"

struct loading {
    struct store *store;
    struct token_slice *slice;
    size_t place;
    size_t unknown; /* tokens that no open reading is known of yet */
};

void slice_add(struct token_slice *slice, int64_t id, int64_t account, int64_t known_poll)
{
    slice->at = xgrown(slice->at, slice->count, &slice->room, sizeof *slice->at);
    slice->at[slice->count++] =
        (struct sliced_token){ .id = id, .account = account, .known_poll = known_poll };
}

void slice_done(struct token_slice *slice)
{
    free(slice->at);
    *slice = (struct token_slice){ .at = NULL };
}

static int64_t last_of(const struct token_slice *slice)
{
    return slice->at[slice->count - 1].id;
}

/* Rows are asked for by id: the next is looked for where the last was. NULL: not in the slice. */
static struct sliced_token *find(struct loading *l, int64_t id)
{
    const struct token_slice *slice = l->slice;
    while (l->place < slice->count && slice->at[l->place].id < id)
        l->place++;
    return l->place < slice->count && slice->at[l->place].id == id ? &slice->at[l->place] : NULL;
}

/* ---- readings ---- */

struct open_poll {
    int64_t id, account;
    unix_s at;
};

struct open_polls {
    struct open_poll *at; /* owned */
    size_t count, room;
};

static void take_poll(void *to, const struct cell *row)
{
    struct open_polls *polls = to;
    polls->at = xgrown(polls->at, polls->count, &polls->room, sizeof *polls->at);
    polls->at[polls->count++] = (struct open_poll){
        .id = row[QUERY_OPEN_POLLS_ID].integer,
        .account = row[QUERY_OPEN_POLLS_ACCOUNT].integer,
        .at = cell_time(&row[QUERY_OPEN_POLLS_AT]),
    };
}

/* The polls come from the newest on. */
static void add_reading(struct loading *l, struct sliced_token *t, const struct open_poll *poll,
                        const struct cell *row)
{
    int64_t spent_nano = row[QUERY_READINGS_SPENT_NANO].integer; /* 0: not known */
    if (poll->id <= t->known_poll)
        return;
    if (spent_nano > 0 && spent_nano <= FOLLOWS_MOST_NANO)
        t->spent_nano = nano_add(t->spent_nano, spent_nano);
    if (t->newer)
        return;
    t->newer = true;
    t->at = poll->at;
    t->balance = cell_money(&row[QUERY_READINGS_BALANCE_NANO]);
    l->unknown--;
}

/* Balances are read until that of every token is known. */
static bool add_readings(struct loading *l, const struct open_poll *poll, struct fault *why)
{
    const int64_t last = last_of(l->slice);
    struct query_filter of_poll = query_at(TIME_NONE, NULL);
    struct cell row[QUERY_READINGS_COLUMNS];
    struct query_result *a;
    bool more = true, ok = true;
    of_poll.poll = poll->id;
    of_poll.after = l->slice->at[0].id - 1;
    l->place = 0;
    if (!query_open(l->store, QUERY_READINGS, &of_poll, &a, why))
        return false;
    while (ok && more) {
        ok = query_next(a, row, l->unknown ? COUNT(row) : QUERY_READINGS_BALANCE_NANO, &more, why);
        more = ok && more && row[QUERY_READINGS_TOKEN].integer <= last;
        struct sliced_token *t = more ? find(l, row[QUERY_READINGS_TOKEN].integer) : NULL;
        if (t)
            add_reading(l, t, poll, row);
    }
    query_close(a);
    return ok;
}

/* Whether a poll may say something new of one of them. */
static bool concerns(const struct token_slice *slice, const struct open_poll *poll)
{
    for (size_t i = 0; i < slice->count; i++)
        if (slice->at[i].account == poll->account && slice->at[i].known_poll < poll->id)
            return true;
    return false;
}

static bool load_readings(struct loading *l, struct fault *why)
{
    const struct query_filter all = query_at(TIME_NONE, NULL);
    struct open_polls polls = { .at = NULL };
    bool ok = query_each(l->store, QUERY_OPEN_POLLS, &all, QUERY_OPEN_POLLS_COLUMNS, take_poll,
                         &polls, why);
    for (size_t i = 0; ok && i < polls.count; i++)
        ok = !concerns(l->slice, &polls.at[i]) || add_readings(l, &polls.at[i], why);
    free(polls.at);
    return ok;
}

/* ---- alerts ---- */

static void take_level(void *to, const struct cell *row)
{
    struct loading *l = to;
    struct sliced_token *t = find(l, row[QUERY_LEVELS_TOKEN].integer);
    enum level level;
    if (t && level_named(row[QUERY_LEVELS_LEVEL].text, &level) && level > t->level)
        t->level = level;
}

static bool load_levels(struct loading *l, struct fault *why)
{
    struct query_filter range = query_at(TIME_NONE, NULL);
    range.after = l->slice->at[0].id - 1;
    range.upto = last_of(l->slice);
    l->place = 0;
    return query_each(l->store, QUERY_LEVELS, &range, QUERY_LEVELS_COLUMNS, take_level, l, why);
}

bool slice_load(struct store *s, struct token_slice *slice, struct fault *why)
{
    struct loading l = { .store = s, .slice = slice, .unknown = slice->count };
    return !slice->count || (load_readings(&l, why) && load_levels(&l, why));
}
