/* A past as the experts look at it: hours that end now, in units of its own mean rate.
 *
 * Counting money in mean hours and time back from the last reading is what makes a forecast free of
 * scale, of dates and of time zones. */
#pragma once

#include <stdbool.h>

#include "core/forecast/past.h"

enum { DAY_HOURS = 24, WEEK_HOURS = 168 };

struct track {
    double unit_nano; /* spent in a mean hour; every amount below counts these */
    double span_h;    /* how long it was watched, at most PAST_HOURS */
    double step_h;
    int hours;                   /* whole ones, at least 1 */
    double spent[PAST_HOURS];    /* [0] is the hour that ends now */
    double back[PAST_HOURS + 1]; /* [k]: spent in the last k hours */
    double fine[PAST_FINES + 1]; /* [i]: spent in the last i times five minutes */

    double seen_h;     /* of the span, how long it was read; before that, days alone are known */
    double seen_rate;  /* mean spent in an hour of that, of its last six hours; 0: nothing was */
    double unevenness; /* squared coefficient of variation of the rate between the first hour's
                          readings; below zero: nothing was spent then */
    double busy_share; /* of the first hour, the time at whose end something had been spent */
};

/* False: nothing was spent, or it was watched for no time at all. */
bool track_of(const struct past *p, struct track *ret);

/* Spent in the last so many hours of its last six; between five minutes on a line. */
double track_fine(const struct track *t, double hours);

/* How many hours the last `amount` took. */
double track_took(const struct track *t, double amount);

/* Mean spent in an hour over the last so many, or over the whole track if that is shorter. */
double track_rate(const struct track *t, double hours);
