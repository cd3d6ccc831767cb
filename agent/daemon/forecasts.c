/* Full forecasts for those that need one most.
 *
 * A poll makes a few of the most urgent ones, for the shadows of its plan; the rest are made in the
 * idle time until the next, a slice at a time. A slice only reads the store and changes curves:
 * what they mean for states and rules is for the next poll, so that all that is reported of one
 * moment is one transaction, and a start with 10,000 tokens does not write 10,000 of them. */
#include "daemon/forecasts.h"

#include "daemon/account.h"
#include "daemon/state.h"

enum {
    POLL_BUDGET_MS = 2,    /* in a poll, begun within so long: nothing waits for forecasts */
    POLL_ALWAYS = 8,       /* however slow the machine: small fleets have theirs with the poll */
    ONCE_BUDGET_MS = 2000, /* `ebb once` has no time between polls: half of it for the most urgent,
                              half by age */
    SLICE_MS = 5, /* between polls, begun within so long; nothing else may be due before its end */
    SLICE_REST_MS = 15, /* and then others have the processor for so long */
};

static bool load_past(struct agent *a, const struct account *account, const struct token *t,
                      struct past *ret, struct fault *why)
{
    past_begin(ret, &t->burn, account->settings->interval_s);
    return store_load_past(a->store, t->id, ret, why);
}

/* A past that cannot be read leaves the forecast that is there; the store's trouble shows when the
 * plan is written. */
static void make(struct agent *a, const struct account *account, struct plan_token *t)
{
    struct past past;
    struct fault why;
    if (load_past(a, account, &t->is, &past, &why) && plan_add_past(t, &past))
        plan_forecast(t, &past);
}

static void make_some(struct agent *a, const struct account *account, struct plan *p,
                      enum plan_set set, struct forecast_queue *queue)
{
    const struct token_set *f = p->base.sets[set];
    mono_ms until = clock_mono() + (a->once ? ONCE_BUDGET_MS / 2 : POLL_BUDGET_MS);
    for (size_t i = 0; forecast_queue_left(queue) && (i < POLL_ALWAYS || clock_mono() < until); i++)
        make(a, account, plan_touch(p, set, (size_t)(forecast_queue_next(queue, f) - f->tokens)));
}

void forecasts_make(struct agent *a, struct account *account, struct plan *p, enum plan_set set)
{
    struct forecast_queue *queue =
        set == PLAN_TOKENS ? &account->forecast_queue : &account->credits.forecast_queue;
    plan_claim(p, set, queue);
    make_some(a, account, p, set, queue);
    forecast_queue_oldest_first(queue);
    if (a->once)
        make_some(a, account, p, set, queue);
}

/* ---- between polls ---- */

/* The accounts take turns, so that a large one holds up no other. */
static struct account *next_waiting(struct agent *a)
{
    for (size_t tried = 0; tried < a->account_count; tried++) {
        struct account *account = &a->accounts[a->sliced++ % a->account_count];
        if (forecast_queue_left(&account->forecast_queue))
            return account;
    }
    return NULL;
}

static bool has_room(mono_ms at, mono_ms next_due)
{
    return at + SLICE_MS < next_due;
}

mono_ms forecasts_deadline(const struct agent *a, mono_ms now, mono_ms next_due)
{
    mono_ms at = a->slice_due > now ? a->slice_due : now;
    for (size_t i = 0; has_room(at, next_due) && i < a->account_count; i++)
        if (forecast_queue_left(&a->accounts[i].forecast_queue))
            return at;
    return next_due;
}

static bool renew(struct agent *a, const struct account *account, struct token *t,
                  struct fault *why)
{
    struct past past;
    if (!load_past(a, account, t, &past, why))
        return false;
    token_forecast(t, &past);
    return true;
}

bool forecasts_slice(struct agent *a, mono_ms next_due, struct fault *why)
{
    mono_ms now = clock_mono(), until = now + SLICE_MS;
    struct account *account;
    if (now < a->slice_due || !has_room(now, next_due) || !(account = next_waiting(a)))
        return true;
    struct forecast_queue *r = &account->forecast_queue;
    do {
        if (!renew(a, account, forecast_queue_next(r, &account->fleet), why))
            return false;
    } while (forecast_queue_left(r) && clock_mono() < until);
    if (!forecast_queue_left(r))
        log_debug("%s: the forecasts that the last poll left are made, %zu were wanted",
                  account->settings->name, r->count);
    a->slice_due = clock_mono() + SLICE_REST_MS;
    return true;
}
