/* A weighted sample of log ratios as a histogram, for quantiles without sorting. */
#pragma once

enum { SAMPLE_BINS = 120 };

struct sample {
    float weight[SAMPLE_BINS];
    float total;
};

/* Values are kept within -6..6, in bins of a tenth. */
void sample_add(struct sample *s, double value, double weight);

/* 0 when the sample is empty. */
double sample_quantile(const struct sample *s, double level);
