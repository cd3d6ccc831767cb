/* The other half of the learned head: many small trees, each asking five yes-or-no questions and
 * adding a little to every level. Where nets bend smoothly, trees cut: together they err less than
 * either. */
#pragma once

#include "core/forecast/features.h"
#include "core/forecast/levels.h"

enum { TREE_DEPTH = 5, TREE_LEAVES = 1 << TREE_DEPTH };

/* The same question is asked of all at one depth; a leaf is found by the answers, the first being
 * the highest bit. */
struct tree {
    short feature[TREE_DEPTH];
    float above[TREE_DEPTH];               /* 1 when the feature is above it */
    short leaf[TREE_LEAVES][LEVELS_ASKED]; /* in ten-thousandths of a logarithm */
};

struct forest {
    const struct tree *trees; /* borrowed */
    size_t count;
};

/* Quantiles as logs of their ratio to the experts' median, rising; of each lane. */
void forest_answers(const struct forest *f, const struct panel *p, double ret[LANES][LEVELS_ASKED]);
