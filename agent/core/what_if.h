/* Another balance or another pace, for asking a forecast what would be. Pure. */
#pragma once

#include "core/forecast.h"

struct what_if {
    struct money extra; /* added to the balance, may be negative */
    double burn_times;  /* everything is spent so many times as fast; > 0 */
};

/* "+20.00", "-5", "burn x1.5". FAULT_REJECT: anything else, or a pace outside 0.01 to 100. */
MUST_CHECK bool what_if_parse(struct span text, struct what_if *ret, struct fault *why);

/* The curve and the reading as they would be; a balance does not leave the range of money. */
void what_if_apply(const struct what_if *w, struct curve *c, struct reading *r);
