/* Sums of leaves. They are kept in order from the likely level outwards, for trees alone do not
 * promise that. */
#include "core/forecast/trees.h"

static const double leaf_unit = 1e-4;

/* Where the sums begin: about what is true of questions that nothing is known of. */
static const double begin[LEVELS_ASKED] = { -0.9, -0.4, 0, 0.4, 0.9 };

static const short *leaf_of(const struct tree *t, const float features[FEATURES])
{
    int leaf = 0;
    for (int d = 0; d < TREE_DEPTH; d++)
        leaf = 2 * leaf + (features[t->feature[d]] > t->above[d]);
    return t->leaf[leaf];
}

void forest_answer(const struct forest *f, const float features[FEATURES], double ret[LEVELS_ASKED])
{
    int sum[LEVELS_ASKED] = { 0 };
    for (size_t i = 0; i < f->count; i++) {
        const short *leaf = leaf_of(&f->trees[i], features);
        for (int l = 0; l < LEVELS_ASKED; l++)
            sum[l] += leaf[l];
    }
    for (int l = 0; l < LEVELS_ASKED; l++)
        ret[l] = begin[l] + leaf_unit * sum[l];
    for (int l = LEVEL_LIKELY + 1; l < LEVELS_ASKED; l++)
        ret[l] = ret[l] > ret[l - 1] ? ret[l] : ret[l - 1];
    for (int l = LEVEL_LIKELY - 1; l >= 0; l--)
        ret[l] = ret[l] < ret[l + 1] ? ret[l] : ret[l + 1];
}
