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

static bool renew(struct agent *a, const struct account *account, struct token *t, struct fault *why)
{
    struct past past;
    past_begin(&past, &t->burn, account->settings->interval_s);
    if (!store_load_past(a->store, t->id, &past, why))
        return false;
    if (!t->curve)
        t->curve = xmalloc(sizeof *t->curve);
    curve_make(&past, &net_shipped, t->curve);
    t->upset = false;
    return true;
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
        ok = renew(a, account, &f->tokens[claims[i].token], why);
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
