/* What followed earlier moments: from each of them, the time until as much was spent as is asked
 * about now.
 *
 * Samples: all moments, those at this hour of the day, those that looked like now, those again with
 * the amount measured by the level of their own days, those after as long a rest or as much in the
 * last hour, and those at this hour of the week; for the last six hours also every five minutes. A
 * passage that is not over yet goes on at the mean rate and counts less the more of it is guessed.
 */
#include <math.h>
#include <string.h>

#include "core/forecast/experts.h"
#include "core/forecast/sample.h"
#include "core/forecast/vector_math.h"

enum { MOMENTS = 336 };

/* Those before KERNEL_LEVEL weigh the same passages, and are added up side by side. */
enum kernel {
    KERNEL_ALL,
    KERNEL_HOUR,
    KERNEL_LIKE,
    KERNEL_REST,
    KERNEL_WEEK,
    KERNEL_LEVEL,
    KERNELS
};
_Static_assert((int)KERNEL_LEVEL <= (int)SAMPLE_SIDES, "more kernels than fit side by side");

struct moments {
    int count;
    int ago[MOMENTS]; /* hours, rising */
    float_lanes weight[MOMENTS];
    float of_level[MOMENTS]; /* the weight of KERNEL_LEVEL */
    float level[MOMENTS];    /* of the days before it, over that of the days before now */
};

/* How far two moments may differ in their logs of the last 3 and 24 hours' rates, and in hours of
 * the day. */
static const float like_3h = 0.7F, like_24h = 0.5F, like_phase_h = 3, same_phase_h = 1.2F;
static const float like_rest = 0.4F, like_last = 0.8F, rest_phase_h = 4, week_phase_h = 2;
static const float fading_h = 21 * 24;
static const float_lanes prior_weight = { 0.5F, 0.3F, 0.3F, 0.3F, 0.3F };
static const float prior_levelled = 0.3F, prior_fine = 0.5F;
static const float even = 0, once = 1; /* a prior says that time goes at the mean rate */
enum { LEVEL_H = 48 };

/* What moments look like, in logs; one array for each trait, so that all of a trait are worked out
 * together. */
struct looks {
    float last_3h[MOMENTS + 1], last_24h[MOMENTS + 1];
    float rest[MOMENTS + 1], last[MOMENTS + 1]; /* how long nothing was spent; the last hour */
};

/* Not below nought, though what was taken back may outweigh what was spent. */
static double rate_before(const struct track *t, int ago, int over)
{
    int until = ago + over < t->hours ? ago + over : t->hours;
    return until > ago ? fmax((t->back[until] - t->back[ago]) / (until - ago), 0) : 1;
}

/* Hours in a row before each one that spent next to nothing. */
static void find_rests(const struct track *t, short ret[PAST_HOURS + 1])
{
    static const double nothing = 0.02;
    ret[t->hours] = 0;
    for (int k = t->hours - 1; k >= 0; k--)
        ret[k] = t->spent[k] <= nothing ? (short)(ret[k + 1] + 1) : 0;
}

static void take_logs(float *values, int count)
{
    for (int i = 0; i < count; i++)
        values[i] = quick_log(values[i]);
}

/* Of the chosen moments, and last of now. */
static void look_at(const struct track *t, const struct moments *m, struct looks *ret)
{
    short rests[PAST_HOURS + 1];
    find_rests(t, rests);
    for (int i = 0; i <= m->count; i++) {
        int ago = i < m->count ? m->ago[i] : 0;
        ret->last_3h[i] = (float)(rate_before(t, ago, 3) + 0.05);
        ret->last_24h[i] = (float)(rate_before(t, ago, DAY_HOURS) + 0.05);
        ret->rest[i] = (float)rests[ago] + 0.5F;
        ret->last[i] = (float)(rate_before(t, ago, 1) + 0.05);
    }
    take_logs(ret->last_3h, m->count + 1);
    take_logs(ret->last_24h, m->count + 1);
    take_logs(ret->rest, m->count + 1);
    take_logs(ret->last, m->count + 1);
}

static float square(float x)
{
    return x * x;
}

/* A weight that falls with the square of a distance. It stops where nothing is left of it, before
 * floats get so small that processors take a hundred times as long over them. */
static float hill(float squares)
{
    return quick_exp(-(squares < 30 ? squares : 30));
}

static int phase_of(int ago, int period)
{
    int phase = ago % period;
    return phase < period - phase ? phase : period - phase;
}

/* What only the clock says of a weight: by hours of the day and of the week apart. */
struct phases {
    float same[DAY_HOURS / 2 + 1], like[DAY_HOURS / 2 + 1], rest[DAY_HOURS / 2 + 1];
    float week[WEEK_HOURS / 2 + 1];
};

static void set_phases(struct phases *ret)
{
    for (int h = 0; h <= DAY_HOURS / 2; h++) {
        ret->same[h] = hill(square((float)h / same_phase_h));
        ret->like[h] = hill(square((float)h / like_phase_h));
        ret->rest[h] = hill(square((float)h / rest_phase_h));
    }
    for (int h = 0; h <= WEEK_HOURS / 2; h++)
        ret->week[h] = hill(square((float)h / week_phase_h));
}

static void weigh(const struct looks *l, struct moments *m)
{
    struct phases phases;
    float fade[MOMENTS], like[MOMENTS], rest[MOMENTS];
    const int n = m->count;
    for (int i = 0; i < n; i++) {
        fade[i] = quick_exp(-(float)m->ago[i] / fading_h);
        like[i] = hill(square((l->last_3h[i] - l->last_3h[n]) / like_3h)
                       + square((l->last_24h[i] - l->last_24h[n]) / like_24h));
        rest[i] = hill(square((l->rest[i] - l->rest[n]) / like_rest)
                       + square((l->last[i] - l->last[n]) / like_last));
    }
    set_phases(&phases);
    for (int i = 0; i < n; i++) {
        int day = phase_of(m->ago[i], DAY_HOURS), week = phase_of(m->ago[i], WEEK_HOURS);
        m->weight[i] = (float_lanes){
            /* in the order of kernels */
            fade[i],
            fade[i] * phases.same[day],
            fade[i] * (phases.like[day] + 0.02F) * like[i],
            fade[i] * (phases.rest[day] + 0.1F) * rest[i],
            phases.week[week],
        };
        m->of_level[i] = fade[i] * (phases.like[day] + 0.05F);
    }
}

/* Every hour of the last week, then ever fewer: about MOMENTS at most. */
static void choose(const struct track *t, struct moments *ret)
{
    struct looks looks;
    double level = rate_before(t, 0, LEVEL_H) + 0.02;
    int stride = 1;
    ret->count = 0;
    for (int ago = 1; ago <= t->hours && ret->count < MOMENTS; ago += stride) {
        stride = ago < WEEK_HOURS ? 1 : ago < 2 * WEEK_HOURS ? 2 : 11;
        ret->level[ret->count] = (float)((rate_before(t, ago, LEVEL_H) + 0.02) / level);
        ret->ago[ret->count++] = ago;
    }
    look_at(t, ret, &looks);
    weigh(&looks, ret);
}

/* The passages of all moments. Each took `whole` hours less `rest / of` of one more; that is
 * divided for all together at the end, and `ratio` is the log of the hours' ratio to the amount. */
struct passages {
    int count;
    float whole[MOMENTS], rest[MOMENTS], of[MOMENTS];
    float ratio[MOMENTS], certain[MOMENTS]; /* what was seen of it, of the amount */
};

/* The hour in which what was spent since `ago` reached an amount. `newer` is an hour near it, as
 * found for a moment before. */
static int end_of(const struct track *t, int ago, double reached, int newer)
{
    while (newer > 0 && t->back[newer] > reached)
        --newer;
    while (newer < ago && t->back[newer + 1] <= reached)
        ++newer;
    return newer;
}

static void pass(const struct track *t, int ago, double amount, int *newer, struct passages *p)
{
    double spent = t->back[ago], reached = spent - amount;
    int i = p->count++;
    if (reached < 0) {
        p->whole[i] = (float)(ago + (amount - spent));
        p->rest[i] = 0;
        p->of[i] = 1;
        p->certain[i] = (float)(spent / amount);
        return;
    }
    *newer = end_of(t, ago, reached, *newer);
    p->whole[i] = (float)(ago - *newer);
    p->rest[i] = (float)(reached - t->back[*newer]);
    p->of[i] = (float)t->spent[*newer];
    p->certain[i] = 1;
}

static void take_ratios(struct passages *p, double amount)
{
    const float one = (float)(1 / amount), least = 0.02F, tiny = 1e-30F;
    for (int i = 0; i < p->count; i++) {
        float part = p->rest[i] / (p->of[i] > tiny ? p->of[i] : tiny);
        float hours = p->whole[i] - (part < 1 ? part : 1);
        p->ratio[i] = quick_log((hours > least ? hours : least) * one);
    }
}

static void sample_passages(const struct track *t, const struct moments *m, double amount,
                            struct side_samples *ret)
{
    struct passages p;
    p.count = 0;
    int newer = 0;
    for (int i = 0; i < m->count; i++)
        pass(t, m->ago[i], amount, &newer, &p);
    take_ratios(&p, amount);
    side_samples_add(ret, 1, &even, &once, &prior_weight);
    side_samples_add(ret, p.count, p.ratio, p.certain, m->weight);
}

static void sample_levelled(const struct track *t, const struct moments *m, double amount,
                            struct sample *ret)
{
    struct passages p;
    p.count = 0;
    int newer = 0;
    for (int i = 0; i < m->count; i++)
        pass(t, m->ago[i], amount * (double)m->level[i], &newer, &p);
    take_ratios(&p, amount);
    for (int i = 0; i < p.count; i++)
        p.certain[i] *= m->of_level[i];
    sample_add(ret, 1, &even, &prior_levelled);
    sample_add(ret, p.count, p.ratio, p.certain);
}

/* From every five minutes of the last hours; what is not over yet goes on at the rate of those
 * hours. */
static void sample_fine(const struct track *t, double amount, struct sample *ret)
{
    struct passages p;
    p.count = 0;
    int last = t->span_h < 6 ? (int)(t->span_h * 12) : PAST_FINES, newer = 0;
    double rate = last > 0 ? t->fine[last] / last : 0;
    for (int ago = 1; ago <= last; ago++) {
        double reached = t->fine[ago] - amount;
        while (newer < ago && t->fine[newer + 1] <= reached)
            newer++;
        int i = p.count++;
        bool over = reached >= 0;
        double whole = over ? ago - newer : ago - reached / (rate > 0.002 ? rate : 0.002);
        p.whole[i] = (float)(whole / 12);
        p.rest[i] = 0;
        p.of[i] = 1;
        p.certain[i] = over ? 1 : (float)(t->fine[ago] / amount);
    }
    take_ratios(&p, amount);
    sample_add(ret, 1, &even, &prior_fine);
    sample_add(ret, p.count, p.ratio, p.certain);
}

/* Which quantiles of which sample are experts, in their order. */
static const double five[] = { 0.1, 0.25, 0.5, 0.75, 0.9 }, three[] = { 0.1, 0.5, 0.9 };

enum { FINE = KERNELS };

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

static void ask_amount(const struct inquiry *q, const struct moments *m, size_t amount)
{
    struct side_samples sides;
    struct sample levelled, fine;
    memset(&sides, 0, sizeof sides);
    memset(&levelled, 0, sizeof levelled);
    memset(&fine, 0, sizeof fine);
    sample_passages(q->track, m, q->amounts[amount], &sides);
    sample_levelled(q->track, m, q->amounts[amount], &levelled);
    sample_fine(q->track, q->amounts[amount], &fine);
    int e = FIRST_PASSAGE;
    for (size_t s = 0; s < COUNT(said); e += said[s++].count) {
        double ratios[COUNT(five)];
        if (said[s].sample < KERNEL_LEVEL)
            side_samples_quantiles(&sides, said[s].sample, said[s].levels, said[s].count, ratios);
        else
            sample_quantiles(said[s].sample == FINE ? &fine : &levelled, said[s].levels,
                             said[s].count, ratios);
        experts_note_ratios(q, amount, e, ratios, said[s].count);
    }
}

void experts_passages(const struct inquiry *q)
{
    struct moments m;
    choose(q->track, &m);
    for (size_t i = 0; i < q->count; i++)
        ask_amount(q, &m, i);
}
