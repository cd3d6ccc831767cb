/* When a rule "exhausts within N" should fire, and when it should end: a forest of its own, taught
 * on nothing but that question. A quantile is asked to be right on the whole; an alert, to be right
 * at N.
 *
 * Every tree adds to the log-odds that the amount is spent within N. N comes in steps, relative to
 * what the plain experts say. */
#pragma once

#include "core/forecast/features.h"

enum { ALARM_DEPTH = 5, ALARM_LEAVES = 1 << ALARM_DEPTH, ALARM_STEPS = 64 };

/* A question about this feature is one about N: is its step above? */
enum { ALARM_ASKS_N = FEATURES };

/* As struct tree of trees.h, with one number at each leaf. */
struct alarm_tree {
    short feature[ALARM_DEPTH];
    float above[ALARM_DEPTH];
    short leaf[ALARM_LEAVES]; /* in thousandths of log-odds */
};

struct alarm_forest {
    const struct alarm_tree *trees; /* borrowed */
    size_t count;
};

/* Both as logs of a ratio to the experts' median: the shortest N within which the amount is spent
 * with the chance that fires an alert (31 %), and with the lower one that keeps it (10 %); relief
 * <= alarm. */
struct alarm_span {
    double alarm, relief;
};

/* ALARM_STEPS' bounds stand for "sooner" and "later than anything that was taught". */
void alarm_spans(const struct alarm_forest *f, const struct panel *p, struct alarm_span ret[LANES]);
