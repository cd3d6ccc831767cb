/* One step for each forecast that came due: up when the truth was outside, down a quarter as far
 * when it was inside, so that the width rests where one in five is outside. */
#include "core/forecast/accuracy.h"

#include <math.h>

static const double step = 0.12;         /* seven misses in a row double the width */
static const double outside_share = 0.2; /* of an interval from 10 % to 90 % */
static const double narrowest = -0.405465, widest = 0.693147; /* ln 2/3, ln 2 */

double due_error(const struct due *d)
{
    return log(d->likely_s / d->true_s);
}

bool due_within(const struct due *d)
{
    return d->early_s <= d->true_s && d->true_s <= d->late_s;
}

void accuracy_book(struct accuracy *r, const struct due *d)
{
    bool within = due_within(d);
    r->due++;
    r->within += within;
    r->ln_widening += step * (within ? -outside_share : 1 - outside_share);
    if (r->ln_widening < narrowest)
        r->ln_widening = narrowest;
    if (r->ln_widening > widest)
        r->ln_widening = widest;
}

double accuracy_widening(const struct accuracy *r)
{
    return exp(r->ln_widening);
}
