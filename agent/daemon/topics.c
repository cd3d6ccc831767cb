/* Sorted, and searched by halves. */
#include "daemon/topics.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/xmalloc.h"

void topic_set_add(struct topic_set *set, struct span topic)
{
    set->at = xgrown(set->at, set->count, &set->room, sizeof *set->at);
    set->at[set->count++] = hash_of(topic);
}

static int compare_hashes(const void *x, const void *y)
{
    uint64_t p = *(const uint64_t *)x, q = *(const uint64_t *)y;
    return p < q ? -1 : p > q;
}

void topic_set_sort(struct topic_set *set)
{
    if (set->count)
        qsort(set->at, set->count, sizeof *set->at, compare_hashes);
}

bool topic_set_has(const struct topic_set *set, struct span topic)
{
    uint64_t hash = hash_of(topic);
    return set->count && bsearch(&hash, set->at, set->count, sizeof hash, compare_hashes);
}

void topic_set_done(struct topic_set *set)
{
    free(set->at);
    *set = (struct topic_set){ 0 };
}
