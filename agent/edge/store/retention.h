/* Letting go of the past, a little at a time. What goes is in coarser sums already: rollup.h. */
#pragma once

#include "core/retention.h"
#include "edge/store.h"

/* Deletes some of what is older than `keep` allows, by the clock of a day of polls ago or `now` if
 * that is less: between polls, within a transaction, some milliseconds' worth; `ret_more`: not all
 * of it yet. The newest reading of each token and the newest poll of each account stay whatever
 * their age. Free pages beyond a reserve go back to the file system. */
MUST_CHECK bool store_retain(struct store *s, const struct retention *keep, unix_s now,
                             bool *ret_more, struct fault *why);
