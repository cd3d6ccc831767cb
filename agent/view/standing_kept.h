/* What the store keeps of a forecast and of how something was watched, read as the daemon reads its
 * own. */
#pragma once

#include "core/forecast.h"
#include "edge/store.h"

/* A stored curve, as it is asked for. */
struct kept_curve {
    const struct cell *origin, *spent_nano, *history, *bytes;
};

/* False: there is none. To be read for a balance. */
bool standing_kept_curve(const struct kept_curve *kept, const struct reading *r, struct curve *ret);

/* As the daemon counts its readings and its burn: these were stored of them. */
struct watched standing_kept_watch(const struct cell *first, const struct cell *last,
                                   const struct cell *rate_1h, const struct cell *rate_7d,
                                   int64_t stale_s);
