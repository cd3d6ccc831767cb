/* A hash table from terminated keys to items, both borrowed: the key must live as long as its row.
 */
#pragma once

#include "base/span.h"

struct index_row {
    const char *key; /* NULL: free */
    void *item;
};

struct index {
    struct index_row *rows;
    size_t room, count;
};

void *index_find(const struct index *x, struct span key);     /* NULL when absent */
void index_put(struct index *x, const char *key, void *item); /* the key must be new */
void index_remove(struct index *x, const char *key);
void index_done(struct index *x);
