/* Reading a curve for one balance at one moment, and what is said without one. */
#include "core/forecast.h"

#include <assert.h>

#include "base/span.h"
#include "core/calendar.h"

static const double century_s = 100 * 365.25 * DAY_S;

static unix_s after(unix_s origin, double runway_s)
{
    return runway_s < century_s ? origin + (int64_t)runway_s : TIME_FAR;
}

static unix_s later(unix_s a, unix_s b)
{
    return a > b ? a : b;
}

static unix_s horizon_of(const struct reading *r, unix_s now)
{
    unix_s reset = calendar_next_reset(r->period, now);
    if (reset != TIME_NONE)
        return reset;
    return r->expires > now ? r->expires : now + WEEK_S;
}

bool forecast_is_live(const struct burn_history *h)
{
    return burn_over(h, BURN_7D).nano_per_h > 0;
}

bool forecast_has_times(const struct forecast *f)
{
    return f->verdict == VERDICT_SAFE || f->verdict == VERDICT_TIGHT || f->verdict == VERDICT_RUNS_DRY;
}

struct forecast forecast_none(void)
{
    return (struct forecast){
        .verdict = VERDICT_LEARNING,
        .early = TIME_NONE,
        .likely = TIME_NONE,
        .late = TIME_NONE,
        .alarm = TIME_NONE,
        .relief = TIME_NONE,
        .horizon = TIME_NONE,
        .lasts = CHANCE_NONE,
        .made_at = TIME_NONE,
        .read_at = TIME_NONE,
    };
}

static void set_times(struct forecast *f, unix_s at)
{
    f->early = f->likely = f->late = f->alarm = f->relief = at;
}

/* What can be said without a curve; VERDICT_SAFE when one must be looked at. */
static enum verdict standing_of(const struct burn_history *h, const struct reading *r, unix_s now,
                                int64_t stale_after_s)
{
    if (!r->budgeted || !r->balance.known)
        return VERDICT_NO_BUDGET;
    if (r->balance.is.nano <= 0)
        return VERDICT_EXHAUSTED;
    if (h->last_seen == TIME_NONE)
        return VERDICT_LEARNING;
    if (now - h->last_seen > stale_after_s)
        return VERDICT_BLIND;
    if (h->readings < BURN_MIN_READINGS)
        return VERDICT_LEARNING;
    return forecast_is_live(h) ? VERDICT_SAFE : VERDICT_IDLE;
}

static struct forecast outline(const struct burn_history *h, const struct reading *r, unix_s now,
                               int64_t stale_after_s)
{
    struct forecast f = forecast_none();
    f.verdict = standing_of(h, r, now, stale_after_s);
    f.horizon = horizon_of(r, now);
    f.made_at = f.read_at = now;
    if (f.verdict == VERDICT_EXHAUSTED) {
        set_times(&f, now);
        f.lasts = 0;
    } else if (f.verdict == VERDICT_IDLE) {
        set_times(&f, TIME_FAR);
    }
    return f;
}

static enum verdict verdict_by_times(const struct forecast *f)
{
    if (f->likely < f->horizon)
        return VERDICT_RUNS_DRY;
    return f->early < f->horizon ? VERDICT_TIGHT : VERDICT_SAFE;
}

/* What is spent when the money of now is spent, counted from the curve's origin. */
static double end_of(const struct curve *c, const struct reading *r)
{
    return c->spent_nano + (double)r->balance.is.nano;
}

/* A forecast never lies in the past. */
static unix_s time_in(const struct curve *c, double hours, unix_s now)
{
    return later(now, after(c->origin, HOUR_S * hours));
}

struct forecast forecast_read(const struct curve *c, const struct burn_history *h, const struct reading *r,
                              unix_s now, int64_t stale_after_s)
{
    struct forecast f = outline(h, r, now, stale_after_s);
    if (f.verdict != VERDICT_SAFE)
        return f;
    if (!c || c->origin == TIME_NONE) {
        f.verdict = VERDICT_LEARNING;
        return f;
    }
    double end = end_of(c, r);
    struct alarm_hours alert = curve_alarm(c, end);
    f.early = time_in(c, curve_hours(c, end, 0.1), now);
    f.likely = time_in(c, curve_hours(c, end, 0.5), now);
    f.late = time_in(c, curve_hours(c, end, 0.9), now);
    f.alarm = time_in(c, alert.alarm, now);
    f.relief = time_in(c, alert.relief, now);
    f.lasts = 1 - curve_chance(c, end, (double)(f.horizon - c->origin) / HOUR_S);
    f.history = c->history;
    f.made_at = c->origin;
    f.verdict = verdict_by_times(&f);
    return f;
}

struct forecast forecast_keep(const struct forecast *told, const struct burn_history *h, const struct reading *r,
                              unix_s now, int64_t stale_after_s)
{
    struct forecast f = outline(h, r, now, stale_after_s);
    if (f.verdict != VERDICT_SAFE)
        return f;
    if (!forecast_has_times(told)) {
        f.verdict = VERDICT_LEARNING;
        return f;
    }
    f.early = later(now, told->early);
    f.likely = later(now, told->likely);
    f.late = later(now, told->late);
    f.alarm = later(now, told->alarm);
    f.relief = later(now, told->relief);
    f.lasts = told->horizon == f.horizon ? told->lasts : CHANCE_NONE;
    f.history = told->history;
    f.made_at = told->made_at;
    f.verdict = verdict_by_times(&f);
    return f;
}

static const struct verdict_words {
    const char *name, *slug;
} words[] = {
    [VERDICT_LEARNING] = { "learning", "learning" },
    [VERDICT_NO_BUDGET] = { "no budget", "no_budget" },
    [VERDICT_BLIND] = { "blind", "blind" },
    [VERDICT_IDLE] = { "idle", "idle" },
    [VERDICT_SAFE] = { "safe", "safe" },
    [VERDICT_TIGHT] = { "tight", "tight" },
    [VERDICT_RUNS_DRY] = { "runs dry", "runs_dry" },
    [VERDICT_EXHAUSTED] = { "exhausted", "exhausted" },
};
_Static_assert(COUNT(words) == VERDICTS, "a verdict has no words");

const char *forecast_verdict_name(enum verdict verdict)
{
    assert(verdict < VERDICTS);
    return words[verdict].name;
}

const char *forecast_verdict_slug(enum verdict verdict)
{
    assert(verdict < VERDICTS);
    return words[verdict].slug;
}

bool forecast_verdict_slugged(struct span slug, enum verdict *ret)
{
    for (enum verdict v = 0; v < VERDICTS; v++)
        if (span_is(slug, words[v].slug)) {
            *ret = v;
            return true;
        }
    return false;
}

static const char *const histories[] = {
    [HISTORY_NONE] = "none",
    [HISTORY_HOURS] = "hours",
    [HISTORY_DAYS] = "days",
    [HISTORY_WEEKS] = "weeks",
};
_Static_assert(COUNT(histories) == HISTORIES, "a length of history has no word");

const char *forecast_history_slug(enum history history)
{
    assert(history < HISTORIES);
    return histories[history];
}

bool forecast_history_slugged(struct span slug, enum history *ret)
{
    for (enum history h = 0; h < HISTORIES; h++)
        if (span_is(slug, histories[h])) {
            *ret = h;
            return true;
        }
    return false;
}
