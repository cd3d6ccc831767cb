/* Straight lines, one from each window of burn.h that the token is old enough for.
 *
 * Over the next t seconds the token is expected to burn at the mean of its windows' rates, each
 * weighted by how near its length is to t: the shorter of the two over the longer. The balance is
 * empty when t times that rate first reaches it; being a first passage, this is monotone in the
 * balance. Early and late are the fastest and the slowest line, widened. A method to be honest
 * with, not to be proud of: it knows no hours of day and no trend. */
#include "core/forecast.h"

#include <assert.h>

#include "core/calendar.h"

/* A constant burner still gets an interval: +-25 % of its runway. */
static const double widening = 1.25;

/* How finely the first passage is looked for between the shortest and the longest window. */
static const double step = 1.0625;

static const double century_s = 100 * 365.25 * DAY_S;

struct line {
    double over_s;
    double nano_per_s;
};

/* A window longer than the token is old tells of its whole life, so the first such is the last. */
static size_t lines_of(const struct burn_history *h, struct line ret[BURN_WINDOWS])
{
    size_t count = 0;
    for (enum burn_window w = 0; w < BURN_WINDOWS; w++) {
        struct burn_rate rate = burn_over(h, w);
        if (!rate.known)
            return 0;
        ret[count++] = (struct line){ (double)rate.over_s, (double)rate.nano_per_h / HOUR_S };
        if (rate.over_s < burn_window_s(w))
            break;
    }
    return count;
}

static double spent_after(const struct line *lines, size_t count, double ahead_s)
{
    double weights = 0, rates = 0;
    for (size_t i = 0; i < count; i++) {
        double over_s = lines[i].over_s;
        double nearness = over_s < ahead_s ? over_s / ahead_s : ahead_s / over_s;
        weights += nearness;
        rates += nearness * lines[i].nano_per_s;
    }
    return ahead_s * rates / weights;
}

/* Before the shortest window and beyond the longest, weights keep their proportions: straight lines
 * through zero. */
static double likely_runway(const struct line *lines, size_t count, double balance)
{
    double at = lines[0].over_s, longest = lines[count - 1].over_s;
    double so_far = spent_after(lines, count, at);
    if (so_far >= balance)
        return at * balance / so_far;

    while (at < longest) {
        double next = at * step < longest ? at * step : longest;
        double spent = spent_after(lines, count, next);
        if (spent >= balance)
            return at + (next - at) * (balance - so_far) / (spent - so_far);
        so_far = spent;
        at = next;
    }
    return balance * longest / so_far;
}

static unix_s after(unix_s origin, double runway_s)
{
    return runway_s < century_s ? origin + (int64_t)runway_s : TIME_FAR;
}

static unix_s later(unix_s a, unix_s b)
{
    return a > b ? a : b;
}

/* False when no line has burned anything. */
static bool project(const struct line *lines, size_t count, double balance, unix_s origin,
                    struct forecast *f)
{
    double fastest = 0, slowest = 0;
    for (size_t i = 0; i < count; i++) {
        double rate = lines[i].nano_per_s;
        if (rate > fastest)
            fastest = rate;
        if (rate > 0 && (slowest <= 0 || rate < slowest))
            slowest = rate;
    }
    if (fastest <= 0)
        return false;

    double likely = likely_runway(lines, count, balance), longest = balance / slowest;
    f->early = later(f->made_at, after(origin, balance / fastest / widening));
    f->likely = later(f->early, after(origin, likely));
    f->late = later(f->likely, after(origin, (longest > likely ? longest : likely) * widening));
    return true;
}

static unix_s horizon_of(const struct reading *r, unix_s now)
{
    unix_s reset = calendar_next_reset(r->period, now);
    if (reset != TIME_NONE)
        return reset;
    return r->expires > now ? r->expires : now + WEEK_S;
}

/* What can be said without looking at the burn; VERDICT_SAFE when that must be looked at. */
static enum verdict standing_of(const struct burn_history *h, const struct reading *r, unix_s now,
                                int64_t stale_after_s)
{
    if (!r->budgeted || !r->balance.known)
        return VERDICT_NO_BUDGET;
    if (r->balance.is.nano <= 0)
        return VERDICT_EXHAUSTED;
    if (h->last_seen == TIME_NONE)
        return VERDICT_LEARNING;
    return now - h->last_seen > stale_after_s ? VERDICT_BLIND : VERDICT_SAFE;
}

/* When the money of now and what was spent since the curve's origin are spent; a forecast never lies in the past. */
static unix_s time_at(const struct curve *c, const struct reading *r, double level, unix_s now)
{
    double nano = c->spent_nano + (double)r->balance.is.nano;
    return later(now, after(c->origin, HOUR_S * curve_hours(c, nano, level)));
}

static bool spent_lately(const struct burn_history *h)
{
    return burn_over(h, BURN_7D).nano_per_h > 0;
}

static enum verdict read_verdict(const struct curve *c, const struct burn_history *h, const struct reading *r,
                                 struct forecast *f)
{
    if (h->readings < BURN_MIN_READINGS)
        return VERDICT_LEARNING;
    if (!spent_lately(h)) {
        f->early = f->likely = f->late = f->alarm = f->relief = TIME_FAR;
        return VERDICT_IDLE;
    }
    if (c->origin == TIME_NONE)
        return VERDICT_LEARNING;
    f->early = time_at(c, r, 0.1, f->made_at);
    f->likely = time_at(c, r, 0.5, f->made_at);
    f->late = time_at(c, r, 0.9, f->made_at);
    f->alarm = time_at(c, r, FORECAST_ALARM_LEVEL, f->made_at);
    f->relief = time_at(c, r, FORECAST_RELIEF_LEVEL, f->made_at);
    if (f->likely < f->horizon)
        return VERDICT_RUNS_DRY;
    return f->early < f->horizon ? VERDICT_TIGHT : VERDICT_SAFE;
}

static enum verdict verdict_of(const struct burn_history *h, const struct reading *r,
                               struct forecast *f)
{
    struct line lines[BURN_WINDOWS];
    size_t count = lines_of(h, lines);
    if (count == 0)
        return VERDICT_LEARNING;

    unix_s origin = h->last_seen < f->made_at ? h->last_seen : f->made_at;
    if (!project(lines, count, (double)r->balance.is.nano, origin, f)) {
        f->early = f->likely = f->late = TIME_FAR;
        return VERDICT_IDLE;
    }
    if (f->likely < f->horizon)
        return VERDICT_RUNS_DRY;
    return f->early < f->horizon ? VERDICT_TIGHT : VERDICT_SAFE;
}

static struct forecast outline(const struct burn_history *h, const struct reading *r, unix_s now,
                                int64_t stale_after_s)
{
    struct forecast f = {
        .verdict = standing_of(h, r, now, stale_after_s),
        .early = TIME_NONE,
        .likely = TIME_NONE,
        .late = TIME_NONE,
        .alarm = TIME_NONE,
        .relief = TIME_NONE,
        .horizon = horizon_of(r, now),
        .made_at = now,
    };
    if (f.verdict == VERDICT_EXHAUSTED)
        f.early = f.likely = f.late = f.alarm = f.relief = now;
    return f;
}

struct forecast forecast_make(const struct burn_history *h, const struct reading *r, unix_s now,
                              int64_t stale_after_s)
{
    struct forecast f = outline(h, r, now, stale_after_s);
    if (f.verdict == VERDICT_SAFE)
        f.verdict = verdict_of(h, r, &f);
    f.alarm = f.relief = f.likely;
    return f;
}

struct forecast forecast_read(const struct curve *c, const struct burn_history *h, const struct reading *r,
                              unix_s now, int64_t stale_after_s)
{
    struct forecast f = outline(h, r, now, stale_after_s);
    if (f.verdict == VERDICT_SAFE)
        f.verdict = read_verdict(c, h, r, &f);
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
