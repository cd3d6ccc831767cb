/* What belongs to the sim as a whole, by name: set by a scenario, and most of it also while the sim
 * runs. */
#pragma once

#include "sim/world.h"

bool setting_known(struct span key);

/* Sets one by its name. FAULT_REJECT names it. */
MUST_CHECK bool setting_set(struct world *w, struct span key, struct span value, struct fault *why);

/* The same on a sim that runs: what it started with is refused, and no list stays as it was
 * rendered. */
MUST_CHECK bool setting_change(struct world *w, struct span key, struct span value,
                               struct fault *why);

/* A whole number of at most `max`, in digits alone. */
MUST_CHECK bool setting_read_count(struct span value, int64_t max, int64_t *ret, struct fault *why);
