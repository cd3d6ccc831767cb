/* How good a token's forecasts have been, and what follows for the next.
 *
 * A forecast comes due when what it was asked about has been spent since, whatever was topped up
 * meanwhile. Its errors are booked here; a token whose truth keeps missing the interval gets wider
 * ones, within bounds, and a token whose truth never misses narrower ones: adaptive conformal
 * inference (Gibbs and Candes 2021), on the log of the width. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* One forecast that came due, in seconds after its origin; all above zero. */
struct due {
    double early_s, likely_s, late_s; /* as told: already widened */
    double true_s;
};

/* All zero at first; kept with the token. */
struct accuracy {
    int64_t due, within; /* forecasts that came due, and those whose interval held the truth */
    double ln_widening;  /* 0: as the forecast engine says */
};

/* ln(likely / true): above zero, the forecast was too late. */
double due_error(const struct due *d);
bool due_within(const struct due *d);

void accuracy_book(struct accuracy *r, const struct due *d);

/* For curve_widen: between 0.67 and 2. */
double accuracy_widening(const struct accuracy *r);
