/* A full forecast: for every amount of money, the distribution of the time until it is spent.
 *
 * Made once (about a tenth of a millisecond) near one amount, the balance of then, and read for any
 * balance in a microsecond: exactly where the balance is, ever more roughly further away from it. A
 * larger amount never takes less time, at any level, and a higher level never comes earlier: by
 * construction, whatever experts and nets say. */
#pragma once

#include "core/forecast/levels.h"
#include "core/forecast/past.h"

struct accuracy; /* core/forecast/accuracy.h */
struct ensemble; /* core/forecast/net.h; the daemon hands in &net_shipped */
struct estimate; /* core/forecast/estimate.h */

/* Amounts at which a curve knows the time. A few lie close around the one it was made near, and
 * only these know about alarms; the others reach from a sixteenth to a hundred times as much. */
enum { CURVE_POINTS = 11, CURVE_NEAR_POINTS = 5, CURVE_RUNGS = 40, CURVE_LEAST_RUNG = -12 };

/* How much was there to learn from. */
enum history {
    HISTORY_NONE,  /* nothing was spent yet, or seen only once */
    HISTORY_HOURS, /* less than two days: no rhythm can be told from chance */
    HISTORY_DAYS,  /* less than two weeks: no rhythm of the week */
    HISTORY_WEEKS,
    HISTORIES,
};

/* The odds that money is spent before a reset (core/forecast/dry.h), as natural logarithms in
 * 2048ths. */
struct reset_odds {
    unix_s at;                          /* the reset; TIME_NONE: none is known */
    int16_t ln_odds[CURVE_NEAR_POINTS]; /* falling */
    int16_t ln_bound;                   /* what is above these runs dry */
    bool dry;                           /* and it did when this was made */
};

/* Natural logarithms of hours, in 2048ths: exact to a quarter of a thousandth of a time, and what
 * is beyond a thousand years is as good as that. */
struct curve {
    unix_s origin; /* the reading it was made from; every `hours` below counts from here. TIME_NONE:
                      no curve */
    double spent_nano; /* since the origin; curve_spend adds to it */
    double unit_nano;  /* amounts are told in these: spent in a mean hour */
    enum history history;
    int8_t rung; /* of amounts a third of a doubling apart, CURVE_LEAST_RUNG to CURVE_RUNGS - 1: the
                    points lie around it */
    int16_t ln_hours[CURVE_POINTS][LEVELS_ASKED];                      /* rising both ways */
    int16_t ln_alarm[CURVE_NEAR_POINTS], ln_relief[CURVE_NEAR_POINTS]; /* rising; relief <= alarm */
    struct reset_odds reset;
};

/* Near an amount, for which it answers best. False when nothing is known to have been spent: then
 * `ret` has no curve, and its history says so. */
bool curve_make(const struct past *p, const struct ensemble *nets, double nano, struct curve *ret);

/* The points around `nano` of times that are known at rungs 0 to CURVE_RUNGS - 1, as older versions
 * kept them; ret->unit_nano is set. */
void curve_of_ladder(const struct estimate *ladder, double nano, struct curve *ret);

/* Whether an amount is so near to the one that it was made near, that making it anew would change
 * little: within a factor of about 1.6. */
bool curve_is_near(const struct curve *c, double nano);

/* Books consumption since the curve was made, so that it can be read for a later balance. */
void curve_spend(struct curve *c, const struct entry *e);

/* Hours until `nano` is spent, at a level in (0, 1): 0.1 is early. Rises with both. nano <= 0: 0.
 */
double curve_hours(const struct curve *c, double nano, double level);

/* A rule "exhausts within N hours" begins to hold for `nano` when N is more than the first of these
 * hours, and ends when it is no more than the second: two chances (core/forecast/alarm.h), so that
 * a forecast that wavers does not make an alert that flaps. alarm >= relief; both rise with nano;
 * nano <= 0: 0. */
struct alarm_hours {
    double alarm, relief;
};
struct alarm_hours curve_alarm(const struct curve *c, double nano);

/* The chance that `nano` is spent within `hours`: falls with nano, rises with hours. */
double curve_chance(const struct curve *c, double nano, double hours);

/* The amounts of the near points, rising. */
void curve_near_amounts(const struct curve *c, double ret[CURVE_NEAR_POINTS]);

/* Between values of the near points, and beyond their ends the last of them. */
double curve_near_value(const struct curve *c, double nano,
                        const int16_t values[CURVE_NEAR_POINTS]);

/* The nano-dollars that last for `hours` with a certainty in (0, 1). */
double curve_needed(const struct curve *c, double hours, double certainty);

/* Moves every level away from the likely one, or towards it, as a token's own record says of times
 * like that one. */
void curve_widen(struct curve *c, const struct accuracy *record);
