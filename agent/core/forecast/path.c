/* One march along the path finds the passage of every amount. */
#include "core/forecast/path.h"

void path_passages(const struct path *p, const double *amounts, int count, double *ret)
{
    double mean = p->total[AHEAD_HOURS] / AHEAD_HOURS;
    int f = 0;
    for (int i = 0; i < count; i++) {
        while (f < AHEAD_HOURS && p->total[f] < amounts[i])
            f++;
        if (p->total[f] < amounts[i])
            ret[i] = amounts[i] / (mean > 1e-6 ? mean : 1e-6);
        else if (f == 0)
            ret[i] = 0;
        else
            ret[i] = f - 1 + (amounts[i] - p->total[f - 1]) / (p->total[f] - p->total[f - 1]);
    }
}
