/* How much a curve has aged, over how soon the money ends. */
#include "core/forecast_queue.h"

#include <math.h>
#include <stdlib.h>

#include "base/xmalloc.h"

/* A curve is due for renewal when what was spent since is this share of what is left, or its age
 * that of its runway. */
static const double spent_share = 0.01, age_share = 0.05;

/* Or its age this share of the time that is left until the reset: while nothing is spent, the
 * chance to last until then rises. */
static const double reset_share = 0.2;

enum {
    UPSET_DUE = 10, /* times overdue: money came, or the budget was edited */
    MOVED_DUE = 10, /* what is left is not what the curve was made near */
    NEW_DUE = 20,   /* there is no curve yet */
    RUNWAY_LEAST_S = MINUTE_S,
    RESET_LEAST_S = HOUR_S,
    FAR_RUNWAY_S = 30 * DAY_S,
    FAR_WATCHED_S = 10 * MINUTE_S,
    RUNWAY_UNKNOWN_S =
        DAY_S, /* of a token that never had a forecast: what is burned at last decides */
};

static bool may_have_curve(const struct token *t)
{
    return t->last.budgeted && t->last.balance.known && t->last.balance.is.nano > 0
        && t->burn.readings >= BURN_MIN_READINGS && forecast_is_live(&t->burn);
}

/* By the last forecast, else by the rate of the last day. */
static double runway_s(const struct token *t, unix_s now)
{
    double left_s = RUNWAY_UNKNOWN_S;
    double per_h = (double)burn_over(&t->burn, BURN_24H).nano_per_h;
    if (forecast_has_times(&t->forecast) && t->forecast.likely < TIME_FAR)
        left_s = (double)(t->forecast.likely - now);
    else if (per_h > 0)
        left_s = (double)t->last.balance.is.nano / per_h * HOUR_S;
    return fmax(left_s, RUNWAY_LEAST_S);
}

double forecast_queue_amount(const struct token *t)
{
    const struct forecast *f = &t->forecast;
    int64_t balance = t->last.balance.is.nano;
    bool is_less = f->limit == LIMIT_CREDITS && f->available.known && f->available.is.nano > 0
        && f->available.is.nano < balance;
    return (double)(is_less ? f->available.is.nano : balance);
}

/* Of a month's money a minute's history says little: thousands of first curves that
 * nobody needs would delay those that somebody does. */
static bool can_wait(const struct token *t, unix_s now)
{
    return now - t->burn.first_seen < FAR_WATCHED_S && runway_s(t, now) > FAR_RUNWAY_S;
}

static double neared_reset(const struct token *t, unix_s now)
{
    unix_s reset = t->curve->reset.at;
    if (reset == TIME_NONE || reset <= now)
        return 0;
    double left_s = fmax((double)(reset - now), RESET_LEAST_S);
    return (double)(now - t->curve->origin) / left_s / reset_share;
}

/* How many times over its renewal is due; 1: just now. */
static double due(const struct token *t, unix_s now)
{
    if (!t->curve)
        return can_wait(t, now) ? 0 : NEW_DUE;
    if (!curve_is_near(t->curve, t->curve->spent_nano + forecast_queue_amount(t)))
        return MOVED_DUE;
    if (t->curve->origin >= t->burn.last_seen)
        return 0; /* nothing was seen since */
    double spent = t->curve->spent_nano / (double)t->last.balance.is.nano / spent_share;
    double aged = (double)(now - t->curve->origin) / runway_s(t, now) / age_share;
    double most = fmax(fmax(spent, aged), neared_reset(t, now));
    return t->invalidated ? fmax(most, UPSET_DUE) : most;
}

double forecast_queue_urgency(const struct token *t, unix_s now)
{
    if (!may_have_curve(t))
        return 0;
    double times = due(t, now);
    return times < 1 ? 0 : times / runway_s(t, now);
}

static int by_urgency(const void *a, const void *b)
{
    const struct claim *x = a, *y = b;
    if (x->urgency != y->urgency)
        return x->urgency > y->urgency ? -1 : 1;
    return (x->token > y->token) - (x->token < y->token);
}

static int oldest_first(const void *a, const void *b)
{
    const struct claim *x = a, *y = b;
    return x->origin != y->origin ? (x->origin > y->origin) - (x->origin < y->origin)
                                  : by_urgency(a, b);
}

void forecast_queue_begin(struct forecast_queue *r)
{
    r->count = r->next = 0;
}

void forecast_queue_add(struct forecast_queue *r, const struct token *t, size_t place, unix_s now)
{
    double urgency = forecast_queue_urgency(t, now);
    if (urgency <= 0)
        return;
    r->at = xgrown(r->at, r->count, &r->room, sizeof *r->at);
    r->at[r->count++] = (struct claim){ urgency, t->curve ? t->curve->origin : TIME_NONE, place };
}

void forecast_queue_urgent_first(struct forecast_queue *r)
{
    if (r->count)
        qsort(r->at, r->count, sizeof *r->at, by_urgency);
}

void forecast_queue_oldest_first(struct forecast_queue *r)
{
    if (forecast_queue_left(r))
        qsort(r->at + r->next, forecast_queue_left(r), sizeof *r->at, oldest_first);
}

struct token *forecast_queue_next(struct forecast_queue *r, const struct token_set *f)
{
    return forecast_queue_left(r) ? &f->tokens[r->at[r->next++].token] : NULL;
}

size_t forecast_queue_left(const struct forecast_queue *r)
{
    return r->count - r->next;
}

void forecast_queue_done(struct forecast_queue *r)
{
    free(r->at);
    *r = (struct forecast_queue){ 0 };
}
