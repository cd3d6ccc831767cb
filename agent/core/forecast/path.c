/* One march along the path finds the passage of every amount. */
#include "core/forecast/path.h"

void path_begin(struct path *p)
{
    p->hours = 0;
    p->total[0] = 0;
}

void path_passages(const struct path *p, const double *amounts, int count, double *ret)
{
    double mean = p->total[p->hours] / AHEAD_HOURS; /* needed only when the path goes all the way */
    int f = 0;
    for (int i = 0; i < count; i++) {
        while (f < p->hours && p->total[f] < amounts[i])
            f++;
        if (p->total[f] < amounts[i])
            ret[i] = amounts[i] / (mean > 1e-6 ? mean : 1e-6);
        else if (f == 0)
            ret[i] = 0;
        else
            ret[i] = f - 1 + (amounts[i] - p->total[f - 1]) / (p->total[f] - p->total[f - 1]);
    }
}
