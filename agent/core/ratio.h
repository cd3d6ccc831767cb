/* Shares, growth, and what a budget allows: ratios of exact amounts. */
#pragma once

#include "core/period.h"

/* What a token may spend in each of its periods. */
struct allowance {
    enum reset_period period;
    int64_t amount_nano; /* not used without a period */
};

/* Hundredths of a percent, half away from zero. False when there is nothing to divide by, or the
 * result is beyond all reading. */
bool ratio_share(int64_t part, int64_t whole, int64_t *ret);
bool ratio_growth(int64_t now, int64_t before, int64_t *ret);

/* A part of an amount, rounded as above; `count` is positive. */
int64_t ratio_each(int64_t amount, int64_t count);

bool ratio_has_period(const struct allowance *a);

/* An amount in proportion: `part` of `whole`, which is positive. */
int64_t ratio_part(int64_t amount, int64_t part, int64_t whole);

/* What is allowed between two times: the amount for each whole period, in proportion for a part of
 * one. Months are those of UTC. False when there is no period or the sum does not fit. */
bool ratio_allowance(const struct allowance *a, const struct period *during, int64_t *ret_nano);
