/* What the learned part is told about a question: where the experts stand, and what kind of token
 * this is.
 *
 * All of it is free of scale, of dates and of time zones: logarithms of ratios, shares and
 * correlations. */
#pragma once

#include "core/forecast/experts.h"
#include "core/forecast/runs.h"
#include "core/forecast/vector_math.h"

enum { TRAITS = 36, ASKED_TRAITS = 23, FEATURES = EXPERTS + TRAITS + ASKED_TRAITS };

/* The features of several questions side by side, one in each lane. */
struct panel {
    float_lanes at[FEATURES];
};

/* What is true of a track whatever amount is asked about. */
struct traits {
    float at[TRAITS];
    struct runs runs;
};

struct traits traits_of(const struct track *t);

/* The experts' answers for an amount, borrowed, and their experts_median. */
struct stand {
    const float *answers;
    double median, amount;
};

void features_of(const struct track *t, const struct traits *traits, struct stand s,
                 float ret[FEATURES]);

/* Sets the first `count` features of one lane; a panel's other lanes are some numbers, all zero at
 * first. */
void panel_set(struct panel *p, int lane, const float *features, int count);
