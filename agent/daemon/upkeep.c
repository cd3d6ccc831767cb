/* After each poll that was stored, in this order: sums are written down, states of tokens are
 * brought up to date, and what is too old goes. Each slice is a transaction of its own, of some
 * milliseconds, so that no poll and no alert waits for it; wherever the process ends, the next one
 * goes on. While the database cannot be written, nothing of it is done. */
#include "daemon/upkeep.h"

#include "daemon/account.h"
#include "daemon/state.h"
#include "edge/store.h"

enum {
    SLICE_MS = 10,      /* nothing else may be due before its end */
    SLICE_REST_MS = 15, /* and then others have the processor for so long */
    TOKENS_OF_A_SLICE = 250,
};

static bool write_down_sums(struct agent *a, bool *ret_more, struct fault *why)
{
    return store_checkpoint(a->store, clock_unix(), ret_more, why);
}

static bool let_go(struct agent *a, bool *ret_more, struct fault *why)
{
    return store_retain(a->store, &a->settings->retention, clock_unix(), ret_more, why);
}

/* ---- states: polls write what misleads, and once an hour all that is news is written ---- */

/* Of all accounts, tokens and credits; NULL: there are no more. */
static struct token *token_at(const struct agent *a, size_t place)
{
    for (size_t i = 0; i < a->account_count; i++) {
        struct token_set *sets[] = { &a->accounts[i].fleet, &a->accounts[i].credits.series };
        for (size_t n = 0; n < COUNT(sets); n++) {
            if (place < sets[n]->count)
                return &sets[n]->tokens[place];
            place -= sets[n]->count;
        }
    }
    return NULL;
}

static bool is_outdated(const struct token *t, struct gist *ret)
{
    *ret = token_gist(t, &t->forecast);
    return gist_moved(&t->stored, ret, t->forecast.read_at, t->last.period != RESET_NONE);
}

static int64_t this_hour(void)
{
    return clock_unix() / HOUR_S;
}

static bool renew_states(struct agent *a, bool *ret_more, struct fault *why)
{
    const struct upkeep *u = &a->upkeep;
    struct token *t = NULL;
    struct gist now;
    *ret_more = false;
    if (u->states_hour == this_hour())
        return true;
    for (size_t i = 0; i < TOKENS_OF_A_SLICE && (t = token_at(a, u->place + i)); i++)
        if (is_outdated(t, &now) && !store_put_token(a->store, t, why))
            return false;
    *ret_more = t != NULL;
    return true;
}

static void adopt_states(struct agent *a, bool more)
{
    struct upkeep *u = &a->upkeep;
    struct token *t;
    struct gist now;
    for (size_t i = 0; i < TOKENS_OF_A_SLICE && (t = token_at(a, u->place + i)); i++)
        if (is_outdated(t, &now))
            t->stored = now;
    u->place = more ? u->place + TOKENS_OF_A_SLICE : 0;
    u->states_hour = more ? u->states_hour : this_hour();
}

/* ---- one after the other ---- */

static const struct job {
    bool (*slice)(struct agent *a, bool *ret_more, struct fault *why);
    void (*adopt)(struct agent *a,
                  bool more); /* once it is committed; NULL: memory knows no more */
} jobs[] = {
    { write_down_sums, NULL },
    { renew_states, adopt_states },
    { let_go, NULL },
};

static bool run_slice(struct agent *a, struct fault *why)
{
    const struct job *job = &jobs[COUNT(jobs) - a->upkeep.jobs_left];
    bool more = false;
    if (!store_begin(a->store, why))
        return false;
    if (!job->slice(a, &more, why)) {
        store_rollback(a->store);
        return false;
    }
    if (!store_commit(a->store, why))
        return false;
    if (job->adopt)
        job->adopt(a, more);
    a->upkeep.jobs_left -= !more;
    return true;
}

static bool is_waiting(const struct agent *a)
{
    return a->upkeep.jobs_left && !a->store_ill;
}

static bool has_room(mono_ms at, mono_ms next_due)
{
    return at + SLICE_MS < next_due;
}

void upkeep_wake(struct agent *a)
{
    a->upkeep.jobs_left = COUNT(jobs);
}

mono_ms upkeep_deadline(const struct agent *a, mono_ms now, mono_ms next_due)
{
    mono_ms at = a->upkeep.due > now ? a->upkeep.due : now;
    return is_waiting(a) && has_room(at, next_due) ? at : next_due;
}

bool upkeep_slice(struct agent *a, mono_ms next_due, struct fault *why)
{
    mono_ms now = clock_mono();
    if (!is_waiting(a) || now < a->upkeep.due || !has_room(now, next_due))
        return true;
    bool ok = run_slice(a, why);
    a->upkeep.jobs_left = ok ? a->upkeep.jobs_left : 0; /* the next poll shows whether it can be */
    a->upkeep.due = clock_mono() + SLICE_REST_MS;
    return ok;
}

bool upkeep_finish(struct agent *a, struct fault *why)
{
    while (is_waiting(a))
        if (!run_slice(a, why))
            return false;
    return true;
}
