/* How good a token's forecasts have been, and what follows for the next.
 *
 * A forecast comes due when what it was asked about has been spent since, whatever was topped up
 * meanwhile. Its errors are booked here; a token whose truth keeps missing the interval gets wider
 * ones, within bounds, and a token whose truth never misses narrower ones: adaptive conformal
 * inference (Gibbs and Candes 2021), on the log of the width. Whoever is right about the next hours
 * may be wrong about the next week, so the record is kept by how far ahead a forecast looked. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* One forecast that came due, in seconds after its origin; all above zero. */
struct due {
    double early_s, likely_s, late_s; /* as told: already widened */
    double true_s;
};

/* How far ahead: by the likely time, as told. */
enum reach {
    REACH_HOURS, /* less than six hours */
    REACH_DAYS,  /* less than two days */
    REACH_FAR,
    REACHES,
};
enum reach reach_of(double likely_s);
const char *reach_words(enum reach reach); /* "under 6 h", "6 h to 2 days", "beyond 2 days" */
const char *reach_slug(
    enum reach reach); /* "6h", "2d", "beyond": up to there, from the one before */

/* Of one reach: forecasts that came due, and those whose interval held the truth. */
struct reach_record {
    int64_t due, within;
};

/* All zero at first; kept with the token. */
struct accuracy {
    int64_t due, within;
    float ln_widening[REACHES]; /* 0: as the forecast engine says */
};

/* ln(likely / true): above zero, the forecast was too late. */
double due_error(const struct due *d);
bool due_within(const struct due *d);

void accuracy_book(struct accuracy *r, const struct due *d);

/* Between 0.67 and 2, for a forecast of that likely time; from one reach to the next it changes
 * little by little. */
double accuracy_widening(const struct accuracy *r, double likely_s);
