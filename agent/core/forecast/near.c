/* Features of the last hours, and where they count. */
#include "core/forecast/near.h"

#include <math.h>

/* Trees need no scale, but what is the same but for rounding must fall on the same side. */
static const double loudest = 8, grid = 4096;

static float told(double value)
{
    double kept = value > loudest ? loudest : value < -loudest ? -loudest : value;
    return (float)(rint(kept * grid) / grid);
}

static double log_of(double value)
{
    return (double)quick_log((float)(value > 1e-5 ? value : 1e-5));
}

static const double fine_h = (double)PAST_FINE_S / HOUR_S;

/* Whole times of five minutes that were seen, at least one. */
static int fines_of(const struct track *t)
{
    int count = t->seen_h / fine_h < PAST_FINES ? (int)(t->seen_h / fine_h) : PAST_FINES;
    return count > 0 ? count : 1;
}

struct near_spread {
    double variation, idle_share, like_next, most, idle_h;
    int spells;
};

static struct near_spread spread_of(const struct track *t)
{
    int count = fines_of(t);
    double mean = t->fine[count] / count, squares = 0, both = 0, before = 0;
    struct near_spread s = { .idle_h = count * fine_h };
    for (int i = 0; i < count; i++) {
        double spent = t->fine[i + 1] - t->fine[i];
        bool idle = spent <= 0.01 * mean;
        squares += (spent - mean) * (spent - mean);
        both += i > 0 ? (spent - mean) * (before - mean) : 0;
        s.idle_share += idle ? 1.0 / count : 0;
        s.spells += i > 0 && idle != (before <= 0.01 * mean);
        s.most = spent > s.most ? spent : s.most;
        if (!idle && i * fine_h < s.idle_h)
            s.idle_h = i * fine_h;
        before = spent;
    }
    s.variation = mean > 0 ? squares / count / (mean * mean) : 0;
    s.like_next = squares > 1e-6 * mean * mean ? both / squares : 0;
    return s;
}

/* Rates of the last minutes, by doubling, over the mean of what was seen. */
static void window_traits(const struct track *t, float ret[7])
{
    static const double ballast = 0.02;
    double hours = fine_h;
    for (int i = 0; i < 7; i++, hours *= 2) {
        double rate = hours < t->seen_h ? track_fine(t, hours) / hours : t->seen_rate;
        ret[i] = told(log_of(rate / t->seen_rate + ballast));
    }
}

struct near_traits near_traits_of(const struct track *t)
{
    struct near_traits ret = { .at = { 0 } };
    if (t->seen_rate <= 0)
        return ret;
    struct near_spread s = spread_of(t);
    const double plain[] = {
        log_of(t->seen_h),
        log_of(t->step_h),
        log_of(t->unevenness < 0 ? 10 : t->unevenness + 1e-3),
        t->busy_share,
        log_of(s.variation + 1e-3),
        s.idle_share,
        log_of(s.idle_h + 0.02),
        log_of(t->span_h),
        log_of(t->seen_rate + 0.01),
        s.like_next,
        log_of(s.most / fine_h / t->seen_rate),
        s.spells / 8.0,
        log_of((track_rate(t, DAY_HOURS) + 0.01) / (t->seen_rate + 0.01)),
    };
    _Static_assert(COUNT(plain) == NEAR_TRAITS - 7, "a trait has no place");
    for (size_t i = 0; i < COUNT(plain); i++)
        ret.at[i] = told(plain[i]);
    window_traits(t, ret.at + COUNT(plain));
    ret.most_fine = s.most;
    return ret;
}

static double middle_of(double a, double b, double c)
{
    return fmax(fmin(a, b), fmin(fmax(a, b), c));
}

/* As long as the last so much took; nothing is known of more than was seen. */
static double took(const struct track *t, double amount)
{
    double seen_h = t->seen_h < PAST_FINES * fine_h ? t->seen_h : PAST_FINES * fine_h;
    if (amount >= track_fine(t, seen_h))
        return log_of(amount / t->seen_rate);
    return log_of(track_took(t, amount));
}

struct near_stand near_stand_of(const struct track *t, const struct near_question *q)
{
    if (t->seen_rate <= 0)
        return (struct near_stand){ 0, 0, 0 };
    double even = log_of(q->amount / t->seen_rate), last = took(t, q->amount);
    return (struct near_stand){ even, last,
                                middle_of(even, last, (double)q->levels[LEVEL_LIKELY]) };
}

void near_features(const struct near_traits *traits, const struct near_question *q,
                   const struct near_stand *s, float ret[NEAR_FEATURES])
{
    double base = s->base;
    const double asked[] = {
        base,
        base - (double)traits->at[0],
        base - (double)traits->at[1],
        base - (double)traits->at[6],
        s->even - base,
        s->last - base,
        (double)q->levels[LEVEL_LIKELY] - base,
        (double)q->levels[0] - base,
        (double)q->levels[1] - base,
        (double)q->levels[3] - base,
        (double)q->levels[4] - base,
        q->median - base,
        log_of(q->amount / (traits->most_fine + 1e-4)),
    };
    _Static_assert(COUNT(asked) == NEAR_FEATURES - NEAR_TRAITS, "a feature has no place");
    for (int i = 0; i < NEAR_TRAITS; i++)
        ret[i] = traits->at[i];
    for (size_t i = 0; i < COUNT(asked); i++)
        ret[NEAR_TRAITS + i] = told(asked[i]);
}

/* The nets were taught histories of two hours and more, and questions of half an hour and more: the
 * longer a token was read, the less of an answer is this one's. Where days were told beside what
 * was read, they know less. From there on up to here, in hours that an answer says. */
static const struct {
    double seen_h, whole_h, none_h;
} domains[] = { { 1, 24, 72 }, { 2, 1, 4 }, { 6, 1, 4 }, { 12, 0.5, 1.2 } };
static const double told_times = 3;

static double clamp(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

static double between(double part, double from, double to)
{
    return log(from) + part * (log(to) - log(from));
}

struct near_domain near_domain_of(const struct track *t)
{
    if (t->seen_rate <= 0)
        return (struct near_domain){ -INFINITY, -INFINITY };
    bool told_days = t->span_h > 1.1 * t->seen_h;
    double seen_h = clamp(t->seen_h / (told_days ? told_times : 1), domains[0].seen_h,
                          domains[COUNT(domains) - 1].seen_h);
    size_t i = 0;
    while (i + 2 < COUNT(domains) && seen_h > domains[i + 1].seen_h)
        i++;
    double part = log(seen_h / domains[i].seen_h) / log(domains[i + 1].seen_h / domains[i].seen_h);
    return (struct near_domain){ between(part, domains[i].whole_h, domains[i + 1].whole_h),
                                 between(part, domains[i].none_h, domains[i + 1].none_h) };
}

double near_part(const struct near_domain *d, double base)
{
    return base >= d->none ? 0 : clamp((d->none - base) / (d->none - d->whole), 0, 1);
}
