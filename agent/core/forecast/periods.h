/* The periods of a budget: what those before did, and these hours on the days before.
 *
 * All of it is taken from the hours that a forecast looks back on anyway, so nothing has to be kept
 * for it: as many whole periods count as fit into them. Pure, bounded. */
#pragma once

#include "core/forecast/track.h"

/* The period that a reading lies in. */
struct budget {
    unix_s began, resets;
    double amount_nano; /* what it began with */
};

enum { PERIODS_MAX = PAST_HOURS / DAY_HOURS, RECENT_WINDOWS = 3 };

/* What was spent in each of several times, the newest first, and the same in rising order. */
struct spendings {
    int count;
    double at[PERIODS_MAX], rising[PERIODS_MAX];
};

/* Nano-dollars. */
struct periods {
    double amount;           /* the budget */
    double length_h, left_h; /* of a period, and of this one */
    double spent;            /* in this one so far */
    /* Whole periods before it: all of each, what was spent by the hour of now, and after it. */
    struct spendings use, by_now, rest;
    /* As long as what is left of this period, from this time of a day before. */
    struct spendings ahead;
    /* The last 3, 6 and 24 hours, and the median of the same hours of the days before; below 0:
     * there was no such day. */
    double recent[RECENT_WINDOWS], usual[RECENT_WINDOWS];
};

extern const double recent_window_h[RECENT_WINDOWS];

/* False: the last reading does not lie in the period. */
bool periods_of(const struct past *p, const struct budget *b, struct periods *ret);
