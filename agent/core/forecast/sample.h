/* A weighted sample of log ratios as a histogram, for quantiles without sorting. */
#pragma once

enum { SAMPLE_BINS = 120 };

struct sample {
    float weight[SAMPLE_BINS],
        moment[SAMPLE_BINS]; /* sums of weights, and of weights times values */
    float total;
};

/* Finite values, told apart within -6..6. */
void sample_add(struct sample *s, double value, double weight);

/* For `count` rising levels at once. 0 when the sample is empty. */
void sample_quantiles(const struct sample *s, const double *levels, int count, double *ret);
