/* What the store keeps of a forecast and of how something was watched, read as the daemon reads its
 * own. */
#pragma once

#include "core/forecast.h"
#include "edge/store.h"

/* A stored curve, as it is asked for. */
struct kept_curve {
    const struct cell *origin, *history, *bytes;
    int64_t spent_nano; /* since its origin */
};

/* False: there is none. To be read for a balance. */
bool standing_kept_curve(const struct kept_curve *kept, const struct reading *r, struct curve *ret);

/* How something was watched: its burns tell whether there was enough to see. */
struct kept_watch {
    unix_s first_seen, last_seen;
    const struct cell *rate_1h, *rate_7d;
};

/* As the daemon counts its readings and its burn: these were stored of them. */
struct watched standing_kept_watch(const struct kept_watch *kept, int64_t stale_s);
