/* Which evidence carried a forecast: what each kind of it says alone, beside what was told. */
#pragma once

#include "core/forecast/experts.h"

struct testimony {
    double
        hours[EVIDENCE_KINDS]; /* until the amount is spent, by the median of that kind's experts */
    enum evidence nearest;     /* the one that the forecast is nearest to */
};

/* About an amount that the forecast says will likely last `likely_hours`; false when nothing was
 * spent yet. */
bool testimony_of(const struct past *p, double nano, double likely_hours, struct testimony *ret);
