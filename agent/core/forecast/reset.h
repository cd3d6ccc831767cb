/* Is a budget spent before its reset? A forest of its own, taught on nothing but that question: it
 * is told what the periods before did, how this one compares with them, and how fast it burns.
 *
 * A quantile of a time is asked to be right on the whole; this, to be right at one moment. */
#pragma once

#include "core/forecast/alarm.h"
#include "core/forecast/periods.h"

enum { RESET_FEATURES = 44 };
_Static_assert((int)RESET_FEATURES <= (int)FEATURES, "a panel has no room");

extern const struct alarm_forest reset_forest; /* the one that is shipped; model/ */

/* What a period and what is left of its money come to: free of scale, dates and time zones. */
void reset_features(const struct track *t, const struct periods *p, double left_nano,
                    float ret[RESET_FEATURES]);

/* Amounts that are asked about together: LANES at most, all above zero. */
struct lefts {
    const double *nano; /* borrowed */
    int count;
};

/* The logarithm of the odds that each is spent before the reset. */
void reset_log_odds(const struct alarm_forest *f, const struct track *t, const struct periods *p,
                    const struct lefts *lefts, double ret[LANES]);
