/* What followed earlier moments: from each of them, the time until as much was spent as is asked about now.
 *
 * Three samples: all moments, those at this hour of the day, and those that looked like now. A passage that is not
 * over yet goes on at the mean rate and counts less the more of it is guessed. */
#include <math.h>

#include "core/forecast/experts.h"
#include "core/forecast/sample.h"

enum { MOMENTS = 336 };

enum kernel { KERNEL_ALL, KERNEL_HOUR, KERNEL_LIKE, KERNELS };

struct moments {
    int count;
    int ago[MOMENTS]; /* hours, rising */
    float weight[MOMENTS][KERNELS];
};

/* How far two moments may differ in their logs of the last 3 and 24 hours' rates, and in hours of the day. */
static const double like_3h = 0.7, like_24h = 0.5, like_phase_h = 3, same_phase_h = 1.2;
static const double fading_h = 21 * 24;
static const double prior_weight[KERNELS] = { 0.5, 0.3, 0.3 };

struct look {
    double last_3h, last_24h;
};

static double rate_before(const struct track *t, int ago, int over)
{
    int until = ago + over < t->hours ? ago + over : t->hours;
    return until > ago ? (t->back[until] - t->back[ago]) / (until - ago) : 1;
}

static struct look look_at(const struct track *t, int ago)
{
    return (struct look){ log(rate_before(t, ago, 3) + 0.05), log(rate_before(t, ago, DAY_HOURS) + 0.05) };
}

static double hill(double off, double width)
{
    return exp(-(off / width) * (off / width));
}

static void weigh(const struct track *t, int ago, struct look now, float ret[KERNELS])
{
    struct look then = look_at(t, ago);
    double phase = fmin(ago % DAY_HOURS, DAY_HOURS - ago % DAY_HOURS), fade = exp(-ago / fading_h);
    ret[KERNEL_ALL] = (float)fade;
    ret[KERNEL_HOUR] = (float)(fade * hill(phase, same_phase_h));
    ret[KERNEL_LIKE] = (float)(fade * (hill(phase, like_phase_h) + 0.02) * hill(then.last_3h - now.last_3h, like_3h)
                               * hill(then.last_24h - now.last_24h, like_24h));
}

/* Every hour of the last week, then ever fewer: about MOMENTS at most. */
static void choose(const struct track *t, struct moments *ret)
{
    struct look now = look_at(t, 0);
    int stride = 1;
    for (int ago = 1; ago <= t->hours && ret->count < MOMENTS; ago += stride) {
        stride = ago < WEEK_HOURS ? 1 : ago < 2 * WEEK_HOURS ? 2 : 11;
        weigh(t, ago, now, ret->weight[ret->count]);
        ret->ago[ret->count++] = ago;
    }
}

/* Hours from `ago` until `amount` was spent. `newer` walks with rising `ago`. */
static double passage(const struct track *t, int ago, double amount, int *newer)
{
    double reached = t->back[ago] - amount;
    while (*newer < ago && t->back[*newer + 1] <= reached)
        ++*newer;
    double spent = t->spent[*newer];
    double within = spent > 0 ? (reached - t->back[*newer]) / spent : 0;
    return ago - (*newer + (within < 1 ? within : 1));
}

static void sample_passages(const struct track *t, const struct moments *m, double amount, struct sample ret[KERNELS])
{
    int newer = 0;
    for (int kernel = 0; kernel < KERNELS; kernel++)
        sample_add(&ret[kernel], 0, prior_weight[kernel]);
    for (int i = 0; i < m->count; i++) {
        double spent = t->back[m->ago[i]], certain = 1, hours;
        if (spent >= amount) {
            hours = passage(t, m->ago[i], amount, &newer);
        } else {
            hours = m->ago[i] + (amount - spent);
            certain = spent / amount;
        }
        if (hours < 0.02 || certain < 0.02)
            continue;
        double ratio = (double)logf((float)(hours / amount));
        for (int kernel = 0; kernel < KERNELS; kernel++)
            sample_add(&ret[kernel], ratio, certain * (double)m->weight[i][kernel]);
    }
}

static void note_quantile(const struct inquiry *q, size_t i, int expert, const struct sample *s, double level)
{
    experts_note(q, i, expert, q->amounts[i] * exp(sample_quantile(s, level)));
}

void experts_passages(const struct inquiry *q)
{
    static const double five[] = { 0.1, 0.25, 0.5, 0.75, 0.9 }, three[] = { 0.1, 0.5, 0.9 };
    struct moments m = { 0 };
    choose(q->track, &m);
    for (size_t i = 0; i < q->count; i++) {
        struct sample samples[KERNELS] = { 0 };
        sample_passages(q->track, &m, q->amounts[i], samples);
        int e = FIRST_PASSAGE;
        for (size_t n = 0; n < COUNT(five); n++)
            note_quantile(q, i, e++, &samples[KERNEL_ALL], five[n]);
        for (size_t n = 0; n < COUNT(three); n++)
            note_quantile(q, i, e++, &samples[KERNEL_HOUR], three[n]);
        for (size_t n = 0; n < COUNT(five); n++)
            note_quantile(q, i, e++, &samples[KERNEL_LIKE], five[n]);
    }
}
