/* Reading a curve for one balance at one moment, and what is said without one. */
#include "core/forecast.h"

#include <assert.h>

#include "base/span.h"
#include "core/calendar.h"
#include "core/forecast/dry.h"

static unix_s after(unix_s origin, double runway_s)
{
    return runway_s < CENTURY_S && origin < TIME_FAR - (int64_t)runway_s
        ? origin + (int64_t)runway_s
        : TIME_FAR;
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
    return f->verdict == VERDICT_SAFE || f->verdict == VERDICT_TIGHT
        || f->verdict == VERDICT_RUNS_DRY;
}

bool forecast_is_endless(const struct forecast *f)
{
    return f->verdict == VERDICT_IDLE || f->verdict == VERDICT_UNUSED;
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

struct watched watched_of(const struct burn_history *h, int64_t stale_after_s)
{
    return (struct watched){
        .first_seen = h->first_seen,
        .last_seen = h->last_seen,
        .stale_after_s = stale_after_s,
        .enough = h->readings >= BURN_MIN_READINGS,
        .live = forecast_is_live(h),
    };
}

/* What can be said without a curve; VERDICT_SAFE when one must be looked at. */
static enum verdict standing_of(const struct watched *w, const struct reading *r, unix_s now)
{
    if (!r->budgeted || !r->balance.known)
        return VERDICT_NO_BUDGET;
    if (w->last_seen != TIME_NONE && stamp_is_stale(w->last_seen, w->stale_after_s, now))
        return VERDICT_STALE;
    if (r->balance.is.nano <= 0)
        return VERDICT_EXHAUSTED;
    if (w->last_seen == TIME_NONE || !w->enough)
        return VERDICT_LEARNING;
    if (w->live)
        return VERDICT_SAFE;
    return seconds_between(w->first_seen, w->last_seen) < WEEK_S ? VERDICT_UNUSED : VERDICT_IDLE;
}

static struct forecast outline(const struct watched *w, const struct reading *r, unix_s now)
{
    struct forecast f = forecast_none();
    f.verdict = standing_of(w, r, now);
    f.horizon = horizon_of(r, now);
    f.made_at = f.read_at = now;
    if (r->budgeted)
        f.available = r->balance;
    if (f.verdict == VERDICT_EXHAUSTED) {
        set_times(&f, now);
        f.lasts = 0;
    } else if (forecast_is_endless(&f)) {
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

/* What is said of a reset goes by its own chance, for the times are not made to be right at that
 * one moment. */
static enum verdict verdict_by_chance(const struct curve *c, const struct forecast *f)
{
    if (!dry_is_known(c, f->horizon))
        return verdict_by_times(f);
    if (dry_runs(c, 1 - f->lasts))
        return VERDICT_RUNS_DRY;
    return dry_is_tight(1 - f->lasts) ? VERDICT_TIGHT : VERDICT_SAFE;
}

/* What is spent when the money of now is spent, counted from the curve's origin. */
static double end_of(const struct curve *c, const struct reading *r)
{
    return c->spent_nano + (double)r->balance.is.nano;
}

/* Money that is still there when a forecast has come due lasts for some time more: for these
 * twentieths of the time that was forecast for it. Rising with the level, so that what is in order
 * stays in order. */
enum { LEAST_SHARES = 20, EARLY_SHARE = 1, LIKELY_SHARE = 4, LATE_SHARE = 8 };

/* `now` is not before the origin but by a clock that was set back. */
static unix_s time_in(const struct curve *c, double hours, unix_s now, int share)
{
    unix_s at = after(c->origin, HOUR_S * hours);
    if (at >= TIME_FAR)
        return at;
    unix_s least = after(now, HOUR_S * hours * share / LEAST_SHARES);
    return time_later(time_later(at, least), now + 1);
}

static double hours_between(unix_s from, unix_s to)
{
    return ((double)to - (double)from) / HOUR_S;
}

static struct forecast seen(const struct curve *c, const struct watched *w, const struct reading *r,
                            unix_s now)
{
    struct forecast f = outline(w, r, now);
    if (f.verdict != VERDICT_SAFE)
        return f;
    if (!c || c->origin == TIME_NONE) {
        f.verdict = VERDICT_LEARNING;
        return f;
    }
    double end = end_of(c, r);
    struct alarm_hours alert = curve_alarm(c, end);
    f.early = time_in(c, curve_hours(c, end, 0.1), now, EARLY_SHARE);
    f.likely = time_in(c, curve_hours(c, end, 0.5), now, LIKELY_SHARE);
    f.late = time_in(c, curve_hours(c, end, 0.9), now, LATE_SHARE);
    f.alarm = time_in(c, alert.alarm, now, LIKELY_SHARE);
    f.relief = time_in(c, alert.relief, now, EARLY_SHARE);
    f.lasts = 1
        - (dry_is_known(c, f.horizon) ? dry_chance(c, end)
                                      : curve_chance(c, end, hours_between(c->origin, f.horizon)));
    f.history = c->history;
    f.made_at = c->origin;
    f.verdict = verdict_by_chance(c, &f);
    return f;
}

static bool limits(const struct purse *credits, const struct purse *own, unix_s now)
{
    const struct watched *w = &credits->watched;
    return own->reading->budgeted && own->reading->balance.known && !reading_is_free(own->reading)
        && credits->reading->balance.known && !stamp_is_stale(w->last_seen, w->stale_after_s, now);
}

/* The earlier of each: an end of either is the end. Verdicts rise with what they warn of. */
static void end_with(struct forecast *f, const struct forecast *credits)
{
    if (credits->likely < f->likely) {
        f->limit = LIMIT_CREDITS;
        f->made_at = credits->made_at;
        f->history = credits->history;
    }
    f->early = time_earlier(f->early, credits->early);
    f->likely = time_earlier(f->likely, credits->likely);
    f->late = time_earlier(f->late, credits->late);
    f->alarm = time_earlier(f->alarm, credits->alarm);
    f->relief = time_earlier(f->relief, credits->relief);
    struct forecast shared = *credits;
    shared.horizon = f->horizon;
    enum verdict of_credits = verdict_by_times(&shared);
    f->verdict = of_credits > f->verdict ? of_credits : f->verdict;
}

/* The chance that the credits last until the token's horizon, not until their own. */
static double lasting(const struct purse *credits, const struct forecast *f)
{
    const struct curve *c = credits->curve;
    double spent =
        curve_chance(c, end_of(c, credits->reading), hours_between(c->origin, f->horizon));
    return f->lasts < 1 - spent ? f->lasts : 1 - spent;
}

struct forecast forecast_within(const struct purse *own, const struct purse *credits, unix_s now)
{
    struct reading within = *own->reading;
    bool limited = credits && limits(credits, own, now);
    bool is_less = limited && credits->reading->balance.is.nano < within.balance.is.nano;
    if (is_less)
        within.balance = credits->reading->balance;
    struct forecast f = seen(own->curve, &own->watched, &within, now);
    if (is_less)
        f.limit = LIMIT_CREDITS;
    if (!limited || !forecast_has_times(&f))
        return f;
    struct forecast account = credits->read
        ? *credits->read
        : seen(credits->curve, &credits->watched, credits->reading, now);
    if (forecast_has_times(&account)) {
        end_with(&f, &account);
        f.lasts = lasting(credits, &f);
    }
    return f;
}

struct forecast forecast_read(const struct curve *c, const struct burn_history *h,
                              const struct reading *r, unix_s now, int64_t stale_after_s)
{
    struct watched w = watched_of(h, stale_after_s);
    return seen(c, &w, r, now);
}

static const struct verdict_words {
    const char *name, *slug;
} words[] = {
    [VERDICT_LEARNING] = { "learning", "learning" },
    [VERDICT_NO_BUDGET] = { "no budget", "no_budget" },
    [VERDICT_STALE] = { "stale", "stale" },
    [VERDICT_UNUSED] = { "no use yet", "unused" },
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

const char *forecast_limit_name(enum limit limit)
{
    static const char *const names[] = { [LIMIT_BALANCE] = "balance", [LIMIT_CREDITS] = "credits" };
    assert(limit < LIMITS);
    return names[limit];
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
