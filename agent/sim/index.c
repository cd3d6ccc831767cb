/* Open addressing with linear probing; a removal moves its followers back, so there are no
 * tombstones. */
#include "sim/index.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/xmalloc.h"

static size_t home_of(const struct index *x, const char *key)
{
    return (size_t)hash_of(span_of(key)) & (x->room - 1);
}

static void place(struct index *x, struct index_row row)
{
    size_t at = home_of(x, row.key);
    while (x->rows[at].key)
        at = (at + 1) & (x->room - 1);
    x->rows[at] = row;
}

static void grow(struct index *x)
{
    struct index old = *x;
    x->room = old.room ? old.room * 2 : 64;
    x->rows = xcalloc(x->room, sizeof *x->rows);
    for (size_t i = 0; i < old.room; i++)
        if (old.rows[i].key)
            place(x, old.rows[i]);
    free(old.rows);
}

void *index_find(const struct index *x, struct span key)
{
    if (!x->room)
        return NULL;
    for (size_t at = (size_t)hash_of(key) & (x->room - 1); x->rows[at].key;
         at = (at + 1) & (x->room - 1))
        if (span_is(key, x->rows[at].key))
            return x->rows[at].item;
    return NULL;
}

void index_put(struct index *x, const char *key, void *item)
{
    if (2 * (x->count + 1) > x->room)
        grow(x);
    place(x, (struct index_row){ key, item });
    x->count++;
}

void index_remove(struct index *x, const char *key)
{
    size_t mask = x->room - 1, hole = home_of(x, key);
    while (strcmp(x->rows[hole].key, key) != 0)
        hole = (hole + 1) & mask;

    for (size_t at = (hole + 1) & mask; x->rows[at].key; at = (at + 1) & mask) {
        size_t home = home_of(x, x->rows[at].key);
        if (((at - home) & mask) >= ((at - hole) & mask)) {
            x->rows[hole] = x->rows[at];
            hole = at;
        }
    }
    x->rows[hole] = (struct index_row){ 0 };
    x->count--;
}

void index_done(struct index *x)
{
    free(x->rows);
    *x = (struct index){ 0 };
}
