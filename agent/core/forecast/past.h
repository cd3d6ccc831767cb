/* What is known of one token's consumption when a full forecast is made.
 *
 * Built anew for each forecast and thrown away after it: the fine detail comes from the burn
 * history that is in memory anyway, the hours from the store's hourly sums. Bounded, no allocation.
 */
#pragma once

#include "core/burn.h"

enum {
    PAST_HOURS = 6 * 7 * 24,
    PAST_FINE_S = 300,
    PAST_FINES = 6 * HOUR_S / PAST_FINE_S,
};

struct past {
    unix_s first_seen, last_seen; /* TIME_NONE: never */
    unix_s watched_from;          /* the first reading; before it days alone are known */
    struct burn_start start;
    int64_t step_s;            /* the usual time between two polls */
    int64_t fine[PAST_FINES];  /* nano-dollars of the last six hours by five minutes; [0] ends at
                                  last_seen */
    int64_t hours[PAST_HOURS]; /* nano-dollars by UTC hour; [0] is the one that last_seen lies in or
                                  ends */
};

/* Empties it and takes times and fine detail from `h`; hours are still to be added. */
void past_begin(struct past *ret, const struct burn_history *h, int64_t step_s);

/* An hour's sum as burn_slice made it. In any order; twice adds twice; an hour outside of the last
 * PAST_HOURS is ignored. */
void past_add_hour(struct past *p, unix_s hour_start, struct money spent);
