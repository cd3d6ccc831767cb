/* What followed earlier moments: from each of them, the time until as much was spent as is asked
 * about now.
 *
 * Samples: all moments, those at this hour of the day, those that looked like now, those again with
 * the amount measured by the level of their own days, those after as long a rest or as much in the
 * last hour, and those at this hour of the week; for the last six hours also every five minutes. A
 * passage that is not over yet goes on at the mean rate and counts less the more of it is guessed.
 */
#include <math.h>

#include "core/forecast/experts.h"
#include "core/forecast/sample.h"

enum { MOMENTS = 336 };

enum kernel {
    KERNEL_ALL,
    KERNEL_HOUR,
    KERNEL_LIKE,
    KERNEL_REST,
    KERNEL_WEEK,
    KERNEL_LEVEL,
    KERNELS
};

struct moments {
    int count;
    int ago[MOMENTS]; /* hours, rising */
    float weight[MOMENTS][KERNELS];
    float level[MOMENTS]; /* of the days before it, over that of the days before now */
};

/* How far two moments may differ in their logs of the last 3 and 24 hours' rates, and in hours of
 * the day. */
static const double like_3h = 0.7, like_24h = 0.5, like_phase_h = 3, same_phase_h = 1.2;
static const double like_rest = 0.4, like_last = 0.8, rest_phase_h = 4, week_phase_h = 2;
static const double fading_h = 21 * 24;
static const double prior_weight[KERNELS] = { 0.5, 0.3, 0.3, 0.3, 0.3, 0.3 };
enum { LEVEL_H = 48 };

struct look {
    double last_3h, last_24h;
    double rest, last; /* logs: how long nothing was spent; what the last hour spent */
};

static double rate_before(const struct track *t, int ago, int over)
{
    int until = ago + over < t->hours ? ago + over : t->hours;
    return until > ago ? (t->back[until] - t->back[ago]) / (until - ago) : 1;
}

/* Hours in a row before each one that spent next to nothing. */
static void find_rests(const struct track *t, short ret[PAST_HOURS + 1])
{
    static const double nothing = 0.02;
    ret[t->hours] = 0;
    for (int k = t->hours - 1; k >= 0; k--)
        ret[k] = t->spent[k] <= nothing ? (short)(ret[k + 1] + 1) : 0;
}

static struct look look_at(const struct track *t, const short *rests, int ago)
{
    return (struct look){
        .last_3h = log(rate_before(t, ago, 3) + 0.05),
        .last_24h = log(rate_before(t, ago, DAY_HOURS) + 0.05),
        .rest = log(rests[ago] + 0.5),
        .last = log(rate_before(t, ago, 1) + 0.05),
    };
}

static double hill(double off, double width)
{
    return exp(-(off / width) * (off / width));
}

static double phase_of(int ago, int period)
{
    return fmin(ago % period, period - ago % period);
}

static void weigh(int ago, struct look then, struct look now, float ret[KERNELS])
{
    double phase = phase_of(ago, DAY_HOURS), fade = exp(-ago / fading_h);
    ret[KERNEL_ALL] = (float)fade;
    ret[KERNEL_HOUR] = (float)(fade * hill(phase, same_phase_h));
    ret[KERNEL_LEVEL] = (float)(fade * (hill(phase, like_phase_h) + 0.05));
    ret[KERNEL_LIKE] = (float)(fade * (hill(phase, like_phase_h) + 0.02)
                               * hill(then.last_3h - now.last_3h, like_3h)
                               * hill(then.last_24h - now.last_24h, like_24h));
    ret[KERNEL_REST] =
        (float)(fade * (hill(phase, rest_phase_h) + 0.1) * hill(then.rest - now.rest, like_rest)
                * hill(then.last - now.last, like_last));
    ret[KERNEL_WEEK] = (float)hill(phase_of(ago, WEEK_HOURS), week_phase_h);
}

/* Every hour of the last week, then ever fewer: about MOMENTS at most. */
static void choose(const struct track *t, struct moments *ret)
{
    short rests[PAST_HOURS + 1];
    find_rests(t, rests);
    struct look now = look_at(t, rests, 0);
    double level = rate_before(t, 0, LEVEL_H) + 0.02;
    int stride = 1;
    ret->count = 0;
    for (int ago = 1; ago <= t->hours && ret->count < MOMENTS; ago += stride) {
        stride = ago < WEEK_HOURS ? 1 : ago < 2 * WEEK_HOURS ? 2 : 11;
        weigh(ago, look_at(t, rests, ago), now, ret->weight[ret->count]);
        ret->level[ret->count] = (float)((rate_before(t, ago, LEVEL_H) + 0.02) / level);
        ret->ago[ret->count++] = ago;
    }
}

/* Hours from `ago` until `amount` was spent. `newer` is an hour near the end, as found for a moment
 * before. */
static double passage(const struct track *t, int ago, double amount, int *newer)
{
    double reached = t->back[ago] - amount;
    while (*newer > 0 && t->back[*newer] > reached)
        --*newer;
    while (*newer < ago && t->back[*newer + 1] <= reached)
        ++*newer;
    double spent = t->spent[*newer];
    double within = spent > 0 ? (reached - t->back[*newer]) / spent : 0;
    return ago - (*newer + (within < 1 ? within : 1));
}

struct passed {
    double hours, certain;
};

static struct passed pass(const struct track *t, int ago, double amount, int *newer)
{
    double spent = t->back[ago];
    if (spent >= amount)
        return (struct passed){ passage(t, ago, amount, newer), 1 };
    return (struct passed){ ago + (amount - spent), spent / amount };
}

static double ratio_of(struct passed p, double amount)
{
    return (double)logf((float)((p.hours > 0.02 ? p.hours : 0.02) / amount));
}

static void sample_passages(const struct track *t, const struct moments *m, double amount,
                            struct sample ret[KERNELS])
{
    int newer = 0, newer_level = 0;
    for (int kernel = 0; kernel < KERNELS; kernel++)
        sample_add(&ret[kernel], 0, prior_weight[kernel]);
    for (int i = 0; i < m->count; i++) {
        struct passed p = pass(t, m->ago[i], amount, &newer);
        double ratio = ratio_of(p, amount);
        for (int kernel = 0; kernel < KERNEL_LEVEL; kernel++)
            sample_add(&ret[kernel], ratio, p.certain * (double)m->weight[i][kernel]);
        p = pass(t, m->ago[i], amount * (double)m->level[i], &newer_level);
        sample_add(&ret[KERNEL_LEVEL], ratio_of(p, amount),
                   p.certain * (double)m->weight[i][KERNEL_LEVEL]);
    }
}

/* From every five minutes of the last hours; what is not over yet goes on at the rate of those
 * hours. */
static void sample_fine(const struct track *t, double amount, struct sample *ret)
{
    int last = t->span_h < 6 ? (int)(t->span_h * 12) : PAST_FINES, newer = 0;
    double rate = last > 0 ? t->fine[last] / last : 0;
    sample_add(ret, 0, 0.5);
    for (int ago = 1; ago <= last; ago++) {
        double reached = t->fine[ago] - amount;
        while (newer < ago && t->fine[newer + 1] <= reached)
            newer++;
        struct passed p = { (ago - newer) / 12.0, 1 };
        if (reached < 0)
            p = (struct passed){ (ago + -reached / (rate > 0.002 ? rate : 0.002)) / 12.0,
                                 t->fine[ago] / amount };
        sample_add(ret, ratio_of(p, amount), p.certain);
    }
}

/* Which quantiles of which sample are experts, in their order. */
static const double five[] = { 0.1, 0.25, 0.5, 0.75, 0.9 }, three[] = { 0.1, 0.5, 0.9 };

enum { FINE = KERNELS, SAMPLES };

static const struct said {
    int sample;
    const double *levels;
    int count;
} said[] = {
    { KERNEL_ALL, five, COUNT(five) },    { KERNEL_HOUR, three, COUNT(three) },
    { KERNEL_LIKE, five, COUNT(five) },   { KERNEL_LEVEL, five, COUNT(five) },
    { FINE, three, COUNT(three) },        { KERNEL_REST, five, COUNT(five) },
    { KERNEL_WEEK, three, COUNT(three) },
};

void experts_passages(const struct inquiry *q)
{
    struct moments m;
    choose(q->track, &m);
    for (size_t i = 0; i < q->count; i++) {
        struct sample samples[SAMPLES] = { 0 };
        sample_passages(q->track, &m, q->amounts[i], samples);
        sample_fine(q->track, q->amounts[i], &samples[FINE]);
        int e = FIRST_PASSAGE;
        for (size_t s = 0; s < COUNT(said); e += said[s++].count)
            experts_note_quantiles(q, i, e, &samples[said[s].sample], said[s].levels,
                                   said[s].count);
    }
}
