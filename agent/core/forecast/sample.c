/* Bins of a tenth, each with the mean of its values: what lies close together is told exactly, what
 * lies apart as finely as any forecast can be. */
#include "core/forecast/sample.h"

static const double lowest = -6, width = 0.1;

void sample_add(struct sample *s, double value, double weight)
{
    double place = (value - lowest) / width;
    int bin = place < 0 ? 0 : place >= SAMPLE_BINS ? SAMPLE_BINS - 1 : (int)place;
    s->weight[bin] += (float)weight;
    s->moment[bin] += (float)(weight * value);
    s->total += (float)weight;
}

/* The weight of a bin lies at its mean, half of it on either side; between two means a line is
 * drawn. */
void sample_quantiles(const struct sample *s, const double *levels, int count, double *ret)
{
    double below = 0, last_mean = 0, last_place = -1;
    int l = 0;
    for (int bin = 0; bin < SAMPLE_BINS && l < count; bin++) {
        double here = (double)s->weight[bin];
        if (here <= 0)
            continue;
        double mean = (double)s->moment[bin] / here, place = below + here / 2, sought;
        for (; l < count && place >= (sought = levels[l] * (double)s->total); l++)
            ret[l] = last_place < 0
                ? mean
                : last_mean + (sought - last_place) / (place - last_place) * (mean - last_mean);
        last_mean = mean;
        last_place = place;
        below += here;
    }
    for (; l < count; l++)
        ret[l] = last_mean;
}
