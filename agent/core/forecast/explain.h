/* Which evidence carried a forecast, for telling people. */
#pragma once

#include "core/forecast/experts.h"
#include "core/forecast/net.h"

struct explanation {
    double share[EVIDENCE_KINDS]; /* they add up to 1 */
};

/* For the forecast that curve_make makes of this past, read at `nano`. False when that has no
 * curve. */
bool explain(const struct past *p, const struct ensemble *nets, double nano,
             struct explanation *ret);
