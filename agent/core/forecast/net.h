/* The learned head: small nets that say which experts to believe, and how far from those the
 * quantiles lie.
 *
 * Their constants are made by tools/forecast and live in model/. */
#pragma once

#include "core/forecast/alarm.h"
#include "core/forecast/features.h"
#include "core/forecast/levels.h"
#include "core/forecast/trees.h"

enum { NET_HIDDEN = 32 };

struct net {
    float into[FEATURES][NET_HIDDEN];
    float threshold[NET_HIDDEN];
    float out[LEVELS_ASKED][NET_HIDDEN];
    float bias[LEVELS_ASKED];
    float gate[EXPERTS][NET_HIDDEN]; /* how much each expert is believed, before all are made to sum
                                        to one */
    float lean[EXPERTS];
};

/* Several nets, answering with the mean of their answers; with trees, the larger part is theirs.
 * Alerts have trees of their own. */
struct ensemble {
    const struct net *nets; /* borrowed */
    size_t count;
    struct forest forest;       /* may be empty */
    struct alarm_forest alarms; /* may be empty: then alerts go by the levels */
    const struct forest *near; /* of near.h, borrowed; NULL: nothing more is said of what is near */
};

extern const struct ensemble net_shipped;

/* Quantiles as logs of their ratio to the experts' median, rising; of each lane. */
void net_answers(const struct ensemble *e, const struct panel *p, double ret[LANES][LEVELS_ASKED]);

/* How much the nets' likely answer moves with each feature: its slopes. Of the first lane. */
void net_slopes(const struct ensemble *e, const struct panel *p, double ret[FEATURES]);
