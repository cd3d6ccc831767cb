/* Sums by UTC hour and day, written with whatever they sum up, so that no report changes when raw
 * rows go. */
#pragma once

#include "edge/store.h"

/* Takes an entry out of the sums that rollup_change put it into. */
MUST_CHECK bool rollup_take_back(struct store *s, int64_t token, const struct entry *e,
                                 struct fault *why);

MUST_CHECK bool rollup_change(struct store *s, int64_t token, const struct change *c,
                              struct fault *why);
