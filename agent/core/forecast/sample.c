/* Bins of a tenth, each with the mean of its values: what lies close together is told exactly, what lies apart as
 * finely as any forecast can be. */
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

/* The weight of a bin lies at its mean, half of it on either side; between two means a line is drawn. */
double sample_quantile(const struct sample *s, double level)
{
    double sought = level * (double)s->total, below = 0, last_mean = 0, last_place = -1;
    for (int bin = 0; bin < SAMPLE_BINS; bin++) {
        double here = (double)s->weight[bin];
        if (here <= 0)
            continue;
        double mean = (double)s->moment[bin] / here, place = below + here / 2;
        if (place >= sought && last_place < 0)
            return mean;
        if (place >= sought)
            return last_mean + (sought - last_place) / (place - last_place) * (mean - last_mean);
        last_mean = mean;
        last_place = place;
        below += here;
    }
    return last_mean;
}
