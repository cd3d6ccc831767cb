/* A hash table of places in an array: what is at a place, and whether it is what is looked for, is
 * the array's business.
 *
 * Open addressing, linear probing, at most half full; a removal moves later entries up, so there
 * are no tombstones. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct place_index {
    struct place_slot {
        uint32_t hash;  /* its lower half: rooms are smaller, and a find compares the whole */
        uint32_t place; /* in the array, plus one; 0: the slot is free */
    } * slots;
    size_t room; /* a power of two */
    size_t used;
};

void place_index_free(struct place_index *x); /* accepts NULL */
/* `*index` is made with the first place, and another one when it grows. */
void place_index_add(struct place_index **index, uint64_t hash, size_t place);
/* The place of a hash that was added is another one from now on. */
void place_index_move(struct place_index *x, uint64_t hash, size_t from, size_t to);
void place_index_remove(struct place_index *x, uint64_t hash, size_t place);

/* A search begins at `hash & (room - 1)` and goes on to the next slot, up to a free one. */
static inline size_t place_index_next(const struct place_index *x, size_t at)
{
    return (at + 1) & (x->room - 1);
}
