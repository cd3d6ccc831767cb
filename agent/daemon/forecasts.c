/* What a fleet has to expect: full forecasts for those that need one most, and a reading of the
 * last one for all.
 *
 * The curve that a token is read by is stored with the poll that reads it first, so that commands
 * read the same one and a start goes on with it.
 *
 * A poll makes the most urgent ones; the rest are made in the idle time until the next, a slice at
 * a time. A slice only reads the store and changes curves: what they mean for states and rules is
 * for the next poll, so that all that is told of one moment is one transaction, and a start with
 * 10,000 tokens does not write 10,000 of them. */
#include "daemon/forecasts.h"

#include <stdlib.h>

#include "base/xmalloc.h"
#include "core/forecast/net.h"
#include "daemon/account.h"
#include "daemon/state.h"
#include "edge/store.h"

enum {
    FULL_MOST = 400,       /* full forecasts in a poll: a bound that no clock can lift */
    FULL_BUDGET_MS = 40,   /* begun within so long; each takes about one */
    FULL_ALWAYS = 8,       /* however slow the machine */
    ONCE_BUDGET_MS = 2000, /* `ebb once` has no time between polls: half of it for the most urgent,
                              half by age */
    SLICE_MS = 5, /* between polls, begun within so long; nothing else may be due before its end */
    SLICE_REST_MS = 15, /* and then others have the processor for so long */
};

void forecasts_entry(struct token *t, const struct entry *e)
{
    t->invalidated |= e->kind != ENTRY_CONSUMPTION;
    if (e->kind != ENTRY_CONSUMPTION)
        return;
    t->spent_nano = nano_add(t->spent_nano, e->amount.nano);
    if (t->curve)
        curve_spend(t->curve, e);
    for (int i = 0; t->promises && i < TRACKED_MAX; i++)
        tracked_spend(&t->promises->at[i], e, t->spent_nano);
}

bool forecasts_record(struct agent *a, struct account *account, struct fault *why)
{
    if (!account->scored)
        return true;
    account->scored = false;
    return store_accuracy(a->store, account->settings->name, &account->record, why);
}

/* What came due is scored, and the place is free again. Time passes for a promise as far as its
 * token was seen: one that was not kept while nobody could look is no miss. */
static bool settle(struct agent *a, struct account *account, struct token *t, struct fault *why)
{
    unix_s seen = t->burn.last_seen;
    for (int i = 0; t->promises && i < TRACKED_MAX; i++) {
        struct tracked_forecast *p = &t->promises->at[i];
        struct score score;
        switch (tracked_ended(p, seen, &score)) {
        case TRACKED_STANDS:
            continue;
        case TRACKED_SCORED:
            if (!store_add_score(a->store, t->id, i, p, &score, why))
                return false;
            accuracy_book(&t->promises->record, &score.due);
            account->scored = true;
            break;
        case TRACKED_UNKNOWN:
            if (!store_drop_tracked(a->store, t->id, i, why))
                return false;
            break;
        }
        p->made_at = TIME_NONE;
    }
    return true;
}

/* Whether it has a curve that nothing was promised of, and the last promise is old. */
static bool may_promise(const struct token *t, unix_s now)
{
    const struct tracked_forecasts *p = t->promises;
    if (!t->curve || !p)
        return false;
    return p->last_made == TIME_NONE || now < p->last_made
        || (now - p->last_made >= TRACKED_EVERY_S && t->curve->origin > p->last_made);
}

/* Of the share whose turn it is, else of the next that is free and can be scored. */
static bool promise(struct agent *a, struct token *t, unix_s now, bool *ret_made, struct fault *why)
{
    struct tracked_forecasts *p = t->promises;
    *ret_made = false;
    for (int n = 0, turn = tracked_turn(p, now); n < TRACKED_MAX; n++) {
        int place = (turn + n) % TRACKED_MAX;
        if (p->at[place].made_at != TIME_NONE
            || !tracked_make(place, t->curve, &t->last, now, t->spent_nano, &p->at[place]))
            continue;
        p->last_made = now;
        *ret_made = true;
        return store_put_tracked(a->store, t->id, place, &p->at[place], why);
    }
    return true;
}

/* One of the forecasts of a token is remembered now and then; of a large fleet some with each poll.
 */
static bool promise_some(struct agent *a, struct token_set *f, unix_s now, struct fault *why)
{
    size_t left = FULL_MOST;
    for (size_t i = 0; left > 0 && i < f->count; i++) {
        bool made = false;
        if (may_promise(&f->tokens[i], now) && !promise(a, &f->tokens[i], now, &made, why))
            return false;
        left -= made; /* whose places are all taken keeps no other from its turn */
    }
    return true;
}

static void drop_curve(struct token *t)
{
    free(t->curve);
    t->curve = NULL;
}

bool forecasts_take_back(struct agent *a, struct account *account, struct token *t, unix_s since,
                         struct fault *why)
{
    drop_curve(t);
    t->forecast = forecast_none();
    for (int i = 0; t->promises && i < TRACKED_MAX; i++) {
        struct tracked_forecast *p = &t->promises->at[i];
        if (p->made_at == TIME_NONE)
            continue;
        if (p->made_at <= since) {
            tracked_reopen(p, since);
            continue;
        }
        if (!store_drop_tracked(a->store, t->id, i, why))
            return false;
        p->made_at = TIME_NONE;
    }
    account->scored = true;
    return !t->promises || store_drop_scores(a->store, t->id, since, &t->promises->record, why);
}

/* Changes nothing but the token's curve. */
static bool renew(struct agent *a, const struct account *account, struct token *t,
                  struct fault *why)
{
    struct past past;
    past_begin(&past, &t->burn, account->settings->interval_s);
    if (!store_load_past(a->store, t->id, &past, why))
        return false;
    if (!t->curve)
        t->curve = xmalloc(sizeof *t->curve);
    if (!t->promises)
        t->promises = tracked_new();
    t->invalidated = false;
    if (curve_make(&past, &net_shipped, forecast_queue_amount(t), t->curve))
        curve_widen(t->curve, accuracy_widening(&t->promises->record));
    else
        drop_curve(t);
    return true;
}

static bool renew_some(struct agent *a, struct account *account, struct token_set *f,
                       int64_t budget_ms, struct fault *why)
{
    struct forecast_queue *r =
        f == &account->fleet ? &account->forecast_queue : &account->credits.forecast_queue;
    mono_ms until = clock_mono() + budget_ms;
    size_t most = a->once ? f->count : FULL_MOST;
    for (size_t i = 0;
         forecast_queue_left(r) && i < most && (i < FULL_ALWAYS || clock_mono() < until); i++)
        if (!renew(a, account, forecast_queue_next(r, f), why))
            return false;
    return true;
}

/* What is left is for the time until the next poll. */
static bool renew_urgent(struct agent *a, struct account *account, struct token_set *f, unix_s now,
                         struct fault *why)
{
    struct forecast_queue *r =
        f == &account->fleet ? &account->forecast_queue : &account->credits.forecast_queue;
    int64_t budget_ms = a->once ? ONCE_BUDGET_MS / 2 : FULL_BUDGET_MS;
    forecast_queue_fill(r, f, now);
    if (!renew_some(a, account, f, budget_ms, why))
        return false;
    forecast_queue_oldest_first(r);
    return !a->once || renew_some(a, account, f, budget_ms, why);
}

/* A curve of a token that spent nothing for a week tells nothing any more. */
static void drop_idle(struct token *t)
{
    if (t->curve && !forecast_is_live(&t->burn))
        drop_curve(t);
}

/* What was read is what commands find. */
static bool keep(struct agent *a, struct token *t, struct fault *why)
{
    unix_s origin = t->curve ? t->curve->origin : TIME_NONE;
    if (origin == t->curve_kept)
        return true;
    t->curve_kept = origin;
    return store_put_curve(a->store, t, why);
}

static struct purse purse_of(const struct account *account, const struct token *t)
{
    return (struct purse){ &t->last, t->curve,
                           watched_of(&t->burn, schedule_stale_s(&account->schedule)) };
}

/* Of a token, together with its account's credits until what was told last of them is too old: one
 * answer that failed makes nobody rich. */
static bool read_forecast(struct agent *a, struct account *account, struct token *t, unix_s now,
                          struct fault *why)
{
    const struct token_set *credits = &account->credits.series;
    struct purse own = purse_of(account, t), shared;
    bool is_limited = t->series == SERIES_TOKEN && credits->count;
    if (is_limited)
        shared = purse_of(account, &credits->tokens[0]);
    t->forecast = forecast_within(&own, is_limited ? &shared : NULL, now);
    return keep(a, t, why);
}

bool forecasts_refresh(struct agent *a, struct account *account, struct token_set *fleet,
                       unix_s now, struct fault *why)
{
    for (size_t i = 0; i < fleet->count; i++)
        if (!settle(a, account, &fleet->tokens[i], why))
            return false;
    if (!renew_urgent(a, account, fleet, now, why) || !promise_some(a, fleet, now, why))
        return false;
    for (size_t i = 0; i < fleet->count; i++) {
        drop_idle(&fleet->tokens[i]);
        if (!read_forecast(a, account, &fleet->tokens[i], now, why))
            return false;
    }
    return true;
}

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
