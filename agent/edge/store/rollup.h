/* Sums by UTC hour and day, written with whatever they sum up, so that no report changes when raw rows go. */
#pragma once

#include "edge/store.h"

MUST_CHECK bool rollup_change(struct store *s, int64_t token, const struct change *c, struct fault *why);
