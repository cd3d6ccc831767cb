/* Letting go of the past, a little with every poll. What goes is in coarser sums already: rollup.h.
 */
#pragma once

#include "core/retention.h"
#include "edge/store.h"

/* Deletes what is older than `keep` allows, by the clock of a day of polls ago or `now` if that is
 * less, inside the poll's transaction. The work is bounded: a constant and twice what the poll
 * wrote (`written` rows), so that a long pause or a shortened setting slows no poll down, and what
 * comes in never outruns what goes. The newest reading of each token and the newest poll of each
 * account stay whatever their age. Free pages beyond a reserve go back to the file system, a few
 * with each call. */
MUST_CHECK bool store_retain(struct store *s, const struct retention *keep, unix_s now,
                             int64_t written, struct fault *why);
