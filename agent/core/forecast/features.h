/* What the learned part is told about a question: where the experts stand, and what kind of token this is.
 *
 * All of it is free of scale, of dates and of time zones: logarithms of ratios, shares and correlations. */
#pragma once

#include "core/forecast/experts.h"

enum { TRAITS = 20, ASKED_TRAITS = 6, FEATURES = EXPERTS + TRAITS + ASKED_TRAITS };

/* What is true of a track whatever amount is asked about. */
struct traits {
    float at[TRAITS];
};

struct traits traits_of(const struct track *t);

/* `answers` are the experts' for this amount, `median` their experts_median. */
void features_of(const struct traits *traits, const float answers[EXPERTS], double median, double amount,
                 float ret[FEATURES]);
