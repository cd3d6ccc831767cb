/* Sums of leaves. They are kept in order from the likely level outwards, for trees alone do not
 * promise that. */
#include "core/forecast/trees.h"

#include <string.h>

static const double leaf_unit = 1e-4;

/* Where the sums begin: about what is true of questions that nothing is known of. */
static const double begin[LEVELS_ASKED] = { -0.9, -0.4, 0, 0.4, 0.9 };

/* The leaf of each lane. */
static void leaves_of(const struct tree *t, const struct panel *p, int_lanes *ret)
{
    int_lanes leaf = { 0 };
    for (int d = 0; d < TREE_DEPTH; d++)
        leaf = 2 * leaf - (p->at[t->feature[d]] > t->above[d]); /* true is -1 */
    *ret = leaf;
}

static void put_in_order(double ret[LEVELS_ASKED])
{
    for (int l = LEVEL_LIKELY + 1; l < LEVELS_ASKED; l++)
        ret[l] = ret[l] > ret[l - 1] ? ret[l] : ret[l - 1];
    for (int l = LEVEL_LIKELY - 1; l >= 0; l--)
        ret[l] = ret[l] < ret[l + 1] ? ret[l] : ret[l + 1];
}

/* The first four levels of a leaf, which are added together; the fifth is added by itself. */
enum { FOUR = 4 };
typedef short four_shorts __attribute__((vector_size(FOUR * sizeof(short))));
typedef int four_ints __attribute__((vector_size(FOUR * sizeof(int))));
_Static_assert((int)FOUR + 1 == (int)LEVELS_ASKED, "a level of a leaf is left out");

FOR_WIDE_VECTORS
void forest_answers(const struct forest *f, const struct panel *p, double ret[LANES][LEVELS_ASKED])
{
    four_ints sum[LANES] = { { 0 } };
    int last[LANES] = { 0 };
    int_lanes leaf;
    for (size_t i = 0; i < f->count; i++) {
        leaves_of(&f->trees[i], p, &leaf);
        for (int l = 0; l < LANES; l++) {
            const short *at = f->trees[i].leaf[leaf[l]];
            four_shorts first;
            memcpy(&first, at, sizeof first);
            sum[l] += __builtin_convertvector(first, four_ints);
            last[l] += at[FOUR];
        }
    }
    for (int l = 0; l < LANES; l++) {
        for (int level = 0; level < FOUR; level++)
            ret[l][level] = begin[level] + leaf_unit * sum[l][level];
        ret[l][FOUR] = begin[FOUR] + leaf_unit * last[l];
        put_in_order(ret[l]);
    }
}
