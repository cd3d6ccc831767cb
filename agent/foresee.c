/* What a fleet has to expect: full forecasts for those that need one most, and a reading of the last one for all.
 *
 * Between two full forecasts a token's curve lives in memory. After a start there is none: the forecast that was stored
 * stands, with its age, until its turn comes. */
#include <stdlib.h>

#include "base/xmalloc.h"
#include "core/forecast/net.h"
#include "core/ration.h"
#include "parts.h"

enum {
    FULL_MOST = 400,     /* full forecasts in a poll: a bound that no clock can lift */
    FULL_BUDGET_MS = 40, /* begun within so long; each takes about one */
    FULL_ALWAYS = 8,    /* however slow the machine */
};

void foresee_entry(struct token *t, const struct entry *e)
{
    t->upset |= e->kind != ENTRY_CONSUMPTION;
    if (e->kind != ENTRY_CONSUMPTION)
        return;
    t->spent_nano += e->amount.nano;
    if (t->curve)
        curve_spend(t->curve, e);
    for (int i = 0; t->promises && i < PROMISES; i++)
        promise_spend(&t->promises->at[i], e, t->spent_nano);
}

bool foresee_record(struct agent *a, struct account *account, struct fault *why)
{
    if (!account->scored)
        return true;
    account->scored = false;
    return store_track_record(a->store, account->settings->name, &account->record, why);
}

/* What came due is scored, and the place is free again. */
static bool settle(struct agent *a, struct account *account, struct token *t, unix_s now, struct fault *why)
{
    for (int i = 0; t->promises && i < PROMISES; i++) {
        struct promise *p = &t->promises->at[i];
        struct score score;
        if (!promise_ended(p, now, &score))
            continue;
        if (!store_add_score(a->store, t->id, i, p, &score, why))
            return false;
        record_book(&t->promises->record, &score.due);
        p->made_at = TIME_NONE;
        account->scored = true;
    }
    return true;
}

/* One of its forecasts is remembered now and then. */
static bool promise(struct agent *a, struct token *t, unix_s now, struct fault *why)
{
    struct promises *p = t->promises;
    int place = p->next;
    if (p->last_made != TIME_NONE && now - p->last_made < PROMISE_EVERY_S && now >= p->last_made)
        return true;
    p->next = (place + 1) % PROMISES;
    if (p->at[place].made_at != TIME_NONE
        || !promise_make(place, t->curve, &t->last, now, t->spent_nano, &p->at[place]))
        return true;
    p->last_made = now;
    return store_put_promise(a->store, t->id, place, &p->at[place], why);
}

static bool renew(struct agent *a, const struct account *account, struct token *t, unix_s now, struct fault *why)
{
    struct past past;
    past_begin(&past, &t->burn, account->settings->interval_s);
    if (!store_load_past(a->store, t->id, &past, why))
        return false;
    if (!t->curve)
        t->curve = xmalloc(sizeof *t->curve);
    if (!t->promises)
        t->promises = promises_new();
    t->upset = false;
    if (!curve_make(&past, &net_shipped, t->curve))
        return true;
    curve_widen(t->curve, record_widening(&t->promises->record));
    return promise(a, t, now, why);
}

static size_t gather(const struct fleet *f, unix_s now, struct claim *claims)
{
    size_t count = 0;
    for (size_t i = 0; i < f->count; i++) {
        double urgency = ration_urgency(&f->tokens[i], now);
        if (urgency > 0)
            claims[count++] = (struct claim){ urgency, i };
    }
    return count;
}

static bool renew_urgent(struct agent *a, const struct account *account, struct fleet *f, unix_s now,
                         struct fault *why)
{
    struct claim *claims = xcalloc(f->count + 1, sizeof *claims);
    size_t count = ration_pick(claims, gather(f, now, claims), FULL_MOST);
    mono_ms until = clock_mono() + FULL_BUDGET_MS;
    bool ok = true;
    for (size_t i = 0; ok && i < count && (i < FULL_ALWAYS || clock_mono() < until); i++)
        ok = renew(a, account, &f->tokens[claims[i].token], now, why);
    free(claims);
    return ok;
}

/* A curve of a token that spent nothing for a week tells nothing any more. */
static void drop_idle(struct token *t)
{
    if (t->curve && !forecast_is_live(&t->burn)) {
        free(t->curve);
        t->curve = NULL;
    }
}

bool foresee(struct agent *a, struct account *account, struct fleet *fleet, unix_s now, struct fault *why)
{
    int64_t stale_s = schedule_stale_s(&account->schedule);
    for (size_t i = 0; i < fleet->count; i++)
        if (!settle(a, account, &fleet->tokens[i], now, why))
            return false;
    if (!renew_urgent(a, account, fleet, now, why))
        return false;
    for (size_t i = 0; i < fleet->count; i++) {
        struct token *t = &fleet->tokens[i];
        drop_idle(t);
        t->forecast = t->curve ? forecast_read(t->curve, &t->burn, &t->last, now, stale_s)
                               : forecast_keep(&t->forecast, &t->burn, &t->last, now, stale_s);
    }
    return true;
}
