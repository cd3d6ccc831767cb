/* Bins of a tenth: finer than any forecast can be. */
#include "core/forecast/sample.h"

static const double lowest = -6, width = 0.1;

void sample_add(struct sample *s, double value, double weight)
{
    double place = (value - lowest) / width;
    int bin = place < 0 ? 0 : place >= SAMPLE_BINS ? SAMPLE_BINS - 1 : (int)place;
    s->weight[bin] += (float)weight;
    s->total += (float)weight;
}

double sample_quantile(const struct sample *s, double level)
{
    double below = 0, sought = level * (double)s->total;
    for (int bin = 0; bin < SAMPLE_BINS; bin++) {
        double here = (double)s->weight[bin];
        if (here > 0 && below + here >= sought)
            return lowest + width * (bin + (sought - below) / here);
        below += here;
    }
    return 0;
}
