/* Experts that carry a rhythm forward: profile times level times a correction for now that fades.
 *
 * A profile is shrunk by how well its phases repeat (the empirical-Bayes share of variance between
 * phases that is not noise), so that a burst of one night does not become a habit. */
#include "core/forecast/seasonality.h"

#include <math.h>

#include "core/forecast/experts.h"
#include "core/forecast/path.h"
#include "core/forecast/vector_math.h"

/* What is added to both sides of a ratio of spent to expected, in mean hours for each hour of its
 * window. */
static const double ballast = 0.05;
static const double recent_h = 3, recent_ballast = 0.3;

struct sums {
    double weight, squared_weight, sum, squares;
};

static int phase(int k, int period)
{
    return period - 1 - k % period;
}

/* Means by phase, and the weighted squares of what is left when `base` (of period 24) is taken
 * away. */
static struct sums gather(const struct track *t, int period, double half_life_h, const double *base,
                          double *mean)
{
    struct sums all = { 0 };
    double weights[WEEK_HOURS] = { 0 }, fade = exp2(-1 / half_life_h), weight = 1;
    for (int j = 0; j < period; j++)
        mean[j] = 0;
    for (int k = 0, j = 0, hour = 0; k < t->hours; k++, weight *= fade) {
        j = j > 0 ? j - 1 : period - 1; /* phase(k, period), without a division */
        hour = hour > 0 ? hour - 1 : DAY_HOURS - 1;
        double off = t->spent[k] - (base ? base[hour] : 0);
        weights[j] += weight;
        mean[j] += weight * off;
        all.weight += weight;
        all.squared_weight += weight * weight;
        all.sum += weight * off;
        all.squares += weight * off * off;
    }
    for (int j = 0; j < period; j++)
        mean[j] = weights[j] > 0 ? mean[j] / weights[j] : 0;
    return all;
}

/* The share of the variance between phases that their noise does not explain. */
static double trust_of(const double *mean, int period, struct sums s)
{
    double centre = 0, between = 0, repeats = s.weight * s.weight / s.squared_weight / period;
    for (int j = 0; j < period; j++)
        centre += mean[j] / period;
    for (int j = 0; j < period; j++)
        between += (mean[j] - centre) * (mean[j] - centre) / period;
    double within = s.squares / s.weight - centre * centre - between;
    double noise = within > 0 && repeats > 1 ? within / (repeats - 1) : 0;
    return between > noise ? (between - noise) / between : 0;
}

static void shrink(struct profile *p, const double *base, const double *off)
{
    for (int j = 0; j < p->period; j++) {
        double under = base[j % DAY_HOURS];
        p->mean[j] = under + off[j];
        p->shrunk[j] = under + p->trust * off[j];
        if (p->shrunk[j] < 0)
            p->shrunk[j] = 0;
    }
}

static void flat(struct profile *ret)
{
    for (int j = 0; j < ret->period; j++)
        ret->mean[j] = ret->shrunk[j] = 1;
}

static void day_profile(const struct track *t, double half_life_h, struct profile *ret)
{
    double off[WEEK_HOURS], base[DAY_HOURS];
    struct sums s = gather(t, DAY_HOURS, half_life_h, NULL, off);
    ret->trust = trust_of(off, DAY_HOURS, s);
    for (int j = 0; j < DAY_HOURS; j++) {
        base[j] = s.sum / s.weight;
        off[j] -= base[j];
    }
    shrink(ret, base, off);
}

void profile_of(const struct track *t, int period, double half_life_h, struct profile *ret)
{
    *ret = (struct profile){ .period = period };
    if (t->hours < DAY_HOURS + DAY_HOURS / 2) {
        flat(ret);
        return;
    }
    struct profile day = { .period = DAY_HOURS };
    day_profile(t, half_life_h, &day);
    if (period == DAY_HOURS) {
        *ret = day;
        return;
    }
    /* One week repeats nothing: then a week's own shape is believed by a third, a guess that tests
     * bore out. */
    double off[WEEK_HOURS];
    struct sums s = gather(t, WEEK_HOURS, half_life_h, day.shrunk, off);
    bool repeats = t->hours >= 2 * WEEK_HOURS;
    ret->trust = repeats ? trust_of(off, WEEK_HOURS, s) : t->hours >= WEEK_HOURS ? 0.35 : 0;
    shrink(ret, day.shrunk, off);
}

static double expected(const double *profile, int period, int hours)
{
    double sum = 0;
    for (int k = 0; k < hours; k++)
        sum += profile[phase(k, period)];
    return sum;
}

/* Spent in the last hours over what the profile expected. */
static double level_of(const struct track *t, const double *profile, int period, int over_h)
{
    int hours = over_h < t->hours ? over_h : t->hours;
    return (t->back[hours] + ballast * hours)
        / (expected(profile, period, hours) + ballast * hours);
}

struct carried {
    const double *profile;
    int period;
    double level;
    double fade_h; /* 0: no correction for now */
};

static double most_asked(const struct inquiry *q)
{
    return q->amounts[q->count - 1];
}

static void note_path(const struct inquiry *q, int expert, const struct path *p)
{
    double hours[QUERY_AMOUNTS];
    path_passages(p, q->amounts, (int)q->count, hours);
    for (size_t i = 0; i < q->count; i++)
        experts_note(q, i, expert, hours[i]);
}

static void note_carried(const struct inquiry *q, int expert, struct carried c)
{
    const struct track *t = q->track;
    double now = 0, most = most_asked(q);
    int recent = t->hours < (int)recent_h ? t->hours : (int)recent_h, at = -1;
    if (c.fade_h > 0)
        now = log((t->back[recent] + recent_ballast)
                  / (c.level * expected(c.profile, c.period, recent) + recent_ballast));
    double fade = c.fade_h > 0 ? exp(-1 / c.fade_h) : 0, correction = 1;
    struct path p;
    path_begin(&p);
    do {
        correction = fabs(now) > 0.01 ? (double)quick_exp((float)now) : 1;
        now *= fade;
        at = at + 1 < c.period ? at + 1 : 0;
    } while (path_add(&p, c.level * correction * c.profile[at], most));
    note_path(q, expert, &p);
}

/* Says the last period again and again; one that is longer than the track becomes the track. */
static void note_repeated(const struct inquiry *q, int expert, int period)
{
    const struct track *t = q->track;
    double most = most_asked(q);
    struct path p;
    path_begin(&p);
    if (period > t->hours)
        period = t->hours > DAY_HOURS ? DAY_HOURS : t->hours;
    while (path_add(&p, t->spent[phase(p.hours, period)], most))
        ;
    note_path(q, expert, &p);
}

/* Additive Holt-Winters without trend, hourly with a daily season. */
static void note_holt_winters(const struct inquiry *q, int expert)
{
    static const double alpha = 0.04, gamma = 0.15, least = 0.02;
    const struct track *t = q->track;
    double level = 1, season[DAY_HOURS] = { 0 }, most = most_asked(q), rate;
    for (int k = t->hours - 1; k >= 0; k--) {
        double *s = &season[phase(k, DAY_HOURS)], off = t->spent[k] - level - *s;
        level += alpha * off;
        *s += gamma * off;
    }
    struct path p;
    path_begin(&p);
    do
        rate = level + season[p.hours % DAY_HOURS];
    while (path_add(&p, rate > least ? rate : least, most));
    note_path(q, expert, &p);
}

/* From the rate of now back to the rate of long. */
static void note_reverting(const struct inquiry *q, int expert, double now_h, double long_h,
                           double fade_h)
{
    double last = track_rate(q->track, long_h), apart = track_rate(q->track, now_h) - last;
    double fade = exp(-1 / fade_h), most = most_asked(q);
    struct path p;
    path_begin(&p);
    for (; path_add(&p, last + apart + 1e-3, most); apart *= fade)
        ;
    note_path(q, expert, &p);
}

void experts_rhythm(const struct inquiry *q)
{
    const struct track *t = q->track;
    struct profile day, week, late;
    profile_of(t, DAY_HOURS, WEEK_HOURS, &day);
    profile_of(t, WEEK_HOURS, 3 * WEEK_HOURS, &week);
    profile_of(t, DAY_HOURS, 2 * DAY_HOURS, &late);
    double day_level = level_of(t, day.shrunk, DAY_HOURS, DAY_HOURS);
    double days_level = level_of(t, day.shrunk, DAY_HOURS, 3 * DAY_HOURS);
    double week_level = level_of(t, day.shrunk, DAY_HOURS, WEEK_HOURS);

    int e = FIRST_RHYTHM;
    note_repeated(q, e++, DAY_HOURS);
    note_carried(q, e++, (struct carried){ day.shrunk, DAY_HOURS, day_level, 0 });
    note_carried(q, e++, (struct carried){ day.shrunk, DAY_HOURS, days_level, 6 });
    note_carried(q, e++, (struct carried){ day.shrunk, DAY_HOURS, week_level, 12 });
    note_carried(q, e++, (struct carried){ day.mean, DAY_HOURS, day_level, 3 });
    note_carried(q, e++,
                 (struct carried){ week.shrunk, WEEK_HOURS,
                                   level_of(t, week.shrunk, WEEK_HOURS, WEEK_HOURS), 6 });
    note_carried(q, e++,
                 (struct carried){ week.shrunk, WEEK_HOURS,
                                   level_of(t, week.shrunk, WEEK_HOURS, 2 * DAY_HOURS), 0 });
    note_repeated(q, e++, WEEK_HOURS);
    note_holt_winters(q, e++);
    note_carried(q, e++, (struct carried){ late.shrunk, DAY_HOURS, 1, 6 });
    note_reverting(q, e++, 6, WEEK_HOURS, 12);
    note_reverting(q, e++, 1, DAY_HOURS, 6);
}
