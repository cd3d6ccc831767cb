/* Does the money last until the reset? The chance that it does not, kept with a curve, and what is
 * said of it.
 *
 * Two bounds, so that what is said does not waver: it runs dry once the chance is above one, and
 * until it is below the other. The first is the higher the more of the period is left: there will
 * be time to say so when it is surer. */
#pragma once

#include "core/forecast/curve.h"
#include "core/forecast/periods.h"

struct alarm_forest; /* core/forecast/alarm.h; the daemon hands in &reset_forest */

/* What the curve was made for beside its amount. */
struct dry_question {
    const struct past *past; /* that it was made of */
    const struct alarm_forest *forest;
    struct budget budget;
    double nano;                     /* what is left */
    const struct reset_odds *before; /* of the curve before it; its `at` may be TIME_NONE */
};

/* Adds the odds to a curve that was just made. */
void dry_foresee(struct curve *c, const struct dry_question *q);

/* Whether the curve knows the odds for this reset; else its times must do. */
bool dry_is_known(const struct curve *c, unix_s reset);

/* The chance that `nano` is spent before the reset: falls with it. */
double dry_chance(const struct curve *c, double nano);

bool dry_runs(const struct curve *c, double chance);
bool dry_is_tight(double chance);
