/* A weighted sample of log ratios as a histogram, for quantiles without sorting. */
#pragma once

#include "core/forecast/vector_math.h"

enum { SAMPLE_BINS = 120, SAMPLE_SIDES = LANES };

struct sample {
    float weight[SAMPLE_BINS], moment[SAMPLE_BINS]; /* sums of weights, of weights times values */
    float total;
};

/* Several samples of the same values with other weights, added up side by side. */
struct side_samples {
    float_lanes weight[SAMPLE_BINS], moment[SAMPLE_BINS];
    float_lanes total;
};

/* Adds `count` finite values, told apart within -6..6, with their weights. All zero at first. */
void sample_add(struct sample *s, int count, const float *values, const float *weights);

/* The same; the weights of a value count `times`. */
void side_samples_add(struct side_samples *s, int count, const float *values, const float *times,
                      const float_lanes *weights);

/* For `count` rising levels at once. 0 when the sample is empty. */
void sample_quantiles(const struct sample *s, const double *levels, int count, double *ret);
void side_samples_quantiles(const struct side_samples *s, int side, const double *levels, int count,
                            double *ret);
