/* A table of resolutions, each with its age and the way it is walked; every walk goes on where the
 * last slice left it.
 *
 * Raw rows lie in the order of polls, sums in that of tokens. The walks' places live in memory
 * alone: after a start they begin anew, and once a day of polls they do so by themselves, to find
 * what was spared and is due now. */
#include "edge/store/retention.h"

#include <stddef.h>
#include <stdio.h>

#include "edge/store/store_private.h"

enum {
    ROWS_AT_MOST = 1000,  /* in one slice: some milliseconds */
    TOKENS_AT_MOST = 128, /* whose sums are looked at in one slice */
    PAGES_AT_MOST = 64,   /* given back in one slice: 256 KiB */
    RESERVE_SHARE = 8,    /* of all pages that one in so many is kept free for what comes next */
    LAP_S = DAY_S,
    POLLS_BEFORE_BELIEF = 288, /* a day of polls at the usual interval: see believed */
};

struct sweep {
    struct store *s;
    unix_s then, before; /* what is older than `before` goes; `then`: a day of polls ago */
    int64_t rows_left;   /* to delete; may fall below zero by one step */
    bool more;           /* not all that is old was looked at */
};

/* Runs a statement that deletes, and counts. */
static bool shed(struct sweep *w, struct statement *q, struct fault *why)
{
    if (!statement_run(q, why))
        return false;
    w->rows_left -= sqlite_changes(w->s->db);
    return true;
}

/* ---- raw: poll by poll ---- */

static const enum statement_name of_a_poll[] = { SQL_SHED_ENTRIES, SQL_SHED_SPENT,
                                                 SQL_SHED_SNAPSHOTS, SQL_SHED_POLL };

static bool shed_poll(struct sweep *w, int64_t poll, struct fault *why)
{
    w->rows_left--; /* one that is spared cost a look */
    for (size_t i = 0; i < COUNT(of_a_poll); i++) {
        struct statement *q = w->s->queries[of_a_poll[i]];
        statement_bind_integer(q, ":poll", poll);
        if (!shed(w, q, why))
            return false;
    }
    return true;
}

static bool next_poll(struct sweep *w, int64_t after, int64_t *ret, struct fault *why)
{
    struct statement *q = w->s->queries[SQL_SHED_NEXT_POLL];
    statement_bind_integer(q, ":after", after);
    statement_bind_integer(q, ":before", w->before);
    return statement_ask(q, 0, ret, why);
}

static bool sweep_raw(struct sweep *w, int64_t *place, struct fault *why)
{
    int64_t poll = 0;
    while (w->rows_left > 0) {
        if (!next_poll(w, *place, &poll, why) || (poll && !shed_poll(w, poll, why)))
            return false;
        if (!poll)
            return true;
        *place = poll;
    }
    w->more = true;
    return true;
}

/* ---- hourly: token by token ---- */

static bool sweep_hourly(struct sweep *w, int64_t *place, struct fault *why)
{
    struct statement *next = w->s->queries[SQL_SHED_NEXT_TOKEN], *q = w->s->queries[SQL_SHED_HOURS];
    for (int i = 0; i < TOKENS_AT_MOST && w->rows_left > 0; i++) {
        int64_t token = 0;
        statement_bind_integer(next, ":after", *place);
        if (!statement_ask(next, 0, &token, why))
            return false;
        if (!token)
            return true;
        statement_bind_integer(q, ":token", token);
        statement_bind_integer(q, ":before", w->before);
        statement_bind_integer(q, ":most", w->rows_left);
        if (!shed(w, q, why))
            return false;
        if (w->rows_left > 0) /* else there may be more of this one */
            *place = token;
    }
    w->more = true;
    return true;
}

/* ---- events, and cleared topics with them: a window at the old end ---- */

static bool sweep_events(struct sweep *w, int64_t *place, struct fault *why)
{
    struct statement *events = w->s->queries[SQL_SHED_EVENTS],
                     *topics = w->s->queries[SQL_SHED_TOPICS];
    (void)place;
    statement_bind_integer(events, ":before", w->before);
    statement_bind_integer(events, ":most", w->rows_left);
    if (!shed(w, events, why))
        return false;
    if (w->rows_left > 0) {
        statement_bind_integer(topics, ":then", w->then);
        statement_bind_integer(topics, ":most", w->rows_left);
        if (!shed(w, topics, why))
            return false;
    }
    w->more = w->rows_left <= 0;
    return true;
}

static const struct resolution {
    size_t age; /* offset of its age in struct retention */
    bool (*sweep)(struct sweep *w, int64_t *place,
                  struct fault *why); /* from *place on, which it moves */
} resolutions[] = {
    { offsetof(struct retention, raw_s), sweep_raw },
    { offsetof(struct retention, hourly_s), sweep_hourly },
    { offsetof(struct retention, events_s), sweep_events },
};
_Static_assert(COUNT(resolutions) == STORE_RESOLUTIONS, "a resolution has no place");

static int64_t age_of(const struct retention *keep, const struct resolution *r)
{
    return *(const int64_t *)(const void *)((const char *)keep + r->age);
}

/* A reserve of free pages is what the next day is written to. A database made before pages could be
 * given back keeps them. */
static bool give_back(struct store *s, bool *ret_more, struct fault *why)
{
    int64_t pages, spare, left;
    char give[64];
    if (!sqlite_pragma(s->db, "page_count", &pages, why)
        || !sqlite_pragma(s->db, "freelist_count", &spare, why))
        return false;
    if (spare <= pages / RESERVE_SHARE + PAGES_AT_MOST)
        return true;
    snprintf(give, sizeof give, "PRAGMA incremental_vacuum(%d)", (int)PAGES_AT_MOST);
    if (!sqlite_run(s->db, give, why) || !sqlite_pragma(s->db, "freelist_count", &left, why))
        return false;
    *ret_more = left < spare;
    return true;
}

/* A clock that jumped ahead must not cost what cannot be brought back: the past looks as old as it
 * did some polls ago. TIME_NONE: there were not so many yet. */
static bool believed(struct store *s, unix_s now, unix_s *ret, struct fault *why)
{
    struct statement *q = s->queries[SQL_SHED_CLOCK];
    unix_s then;
    statement_bind_integer(q, ":polls", POLLS_BEFORE_BELIEF);
    if (!statement_ask(q, TIME_NONE, &then, why))
        return false;
    *ret = then < now ? then : now;
    return true;
}

bool store_retain(struct store *s, const struct retention *keep, unix_s now, bool *ret_more,
                  struct fault *why)
{
    unix_s then;
    *ret_more = false;
    if (!believed(s, now, &then, why))
        return false;
    for (size_t i = 0; then != TIME_NONE && i < COUNT(resolutions) && !*ret_more; i++) {
        struct store_walk *walk = &s->walks[i];
        struct sweep w = { .s = s,
                           .then = then,
                           .before = then - age_of(keep, &resolutions[i]),
                           .rows_left = ROWS_AT_MOST };
        if (walk->begun > now || now - walk->begun >= LAP_S)
            *walk = (struct store_walk){ .begun = now };
        if (!resolutions[i].sweep(&w, &walk->place, why))
            return false;
        *ret_more = w.more;
    }
    return *ret_more || give_back(s, ret_more, why);
}
