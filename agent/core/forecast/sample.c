/* Bins of a tenth, each with the mean of its values: what lies close together is told exactly, what
 * lies apart as finely as any forecast can be. */
#include "core/forecast/sample.h"

static const float lowest = -6, in_one = 10;

static int bin_of(float value)
{
    int bin = (int)((value - lowest) * in_one);
    return bin < 0 ? 0 : bin >= SAMPLE_BINS ? SAMPLE_BINS - 1 : bin;
}

void sample_add(struct sample *s, int count, const float *values, const float *weights)
{
    float total = s->total;
    for (int i = 0; i < count; i++) {
        int bin = bin_of(values[i]);
        s->weight[bin] += weights[i];
        s->moment[bin] += weights[i] * values[i];
        total += weights[i];
    }
    s->total = total;
}

void side_samples_add(struct side_samples *s, int count, const float *values, const float *times,
                      const float_lanes *weights)
{
    float_lanes total = s->total;
    for (int i = 0; i < count; i++) {
        int bin = bin_of(values[i]);
        float_lanes own = times[i] * weights[i];
        s->weight[bin] += own;
        s->moment[bin] += values[i] * own;
        total += own;
    }
    s->total = total;
}

/* One histogram, its bins so many floats apart. */
struct bins {
    const float *weight, *moment;
    int apart;
    double total;
};

static double mean_of(struct bins b, int at)
{
    return (double)b.moment[at] / (double)b.weight[at];
}

/* The weight of a bin lies at its mean, half of it on either side; between two means a line is
 * drawn. */
static void quantiles(struct bins b, const double *levels, int count, double *ret)
{
    double below = 0, last_place = -1, sought = levels[0] * b.total;
    int l = 0, last = -1;
    for (int at = 0; at < SAMPLE_BINS * b.apart; at += b.apart) {
        double here = (double)b.weight[at], place = below + here / 2;
        if (here <= 0)
            continue;
        while (place >= sought) {
            double mean = mean_of(b, at), before = last < 0 ? mean : mean_of(b, last);
            ret[l] = before
                + (last < 0 ? 0 : (sought - last_place) / (place - last_place)) * (mean - before);
            if (++l == count)
                return;
            sought = levels[l] * b.total;
        }
        last = at;
        last_place = place;
        below += here;
    }
    for (; l < count; l++)
        ret[l] = last < 0 ? 0 : mean_of(b, last);
}

void sample_quantiles(const struct sample *s, const double *levels, int count, double *ret)
{
    quantiles((struct bins){ s->weight, s->moment, 1, (double)s->total }, levels, count, ret);
}

void side_samples_quantiles(const struct side_samples *s, int side, const double *levels, int count,
                            double *ret)
{
    quantiles((struct bins){ (const float *)s->weight + side, (const float *)s->moment + side,
                             SAMPLE_SIDES, (double)s->total[side] },
              levels, count, ret);
}
