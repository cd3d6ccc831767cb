/* What the experts and the learned head say together of several amounts of one track: levels of the
 * time that each lasts, and when an alert about it begins and ends. */
#pragma once

#include "core/forecast/experts.h"
#include "core/forecast/levels.h"

struct ensemble; /* core/forecast/net.h; the daemon hands in &net_shipped */

/* Natural logarithms of hours. Levels rise, and relief <= alarm; but nothing promises that a larger
 * amount takes longer. */
struct estimate {
    float ln_hours[LEVELS_ASKED];
    float ln_alarm, ln_relief;
};

/* Amounts in the track's unit, rising, at most QUERY_AMOUNTS. Alarms are as much work as all else,
 * so they are asked about only some of them. */
struct amounts {
    const double *at; /* borrowed */
    int count;
    int alarm_first, alarm_count; /* of the others ln_alarm and ln_relief are left as they were */
};

void estimate_amounts(const struct track *t, const struct ensemble *nets, const struct amounts *a,
                      struct estimate *ret);
