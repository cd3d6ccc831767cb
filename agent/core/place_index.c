/* Hashes are well mixed: their lower bits are where they belong. */
#include "core/place_index.h"

#include <assert.h>
#include <stdlib.h>

#include "base/xmalloc.h"

enum { ROOM_FIRST = 64 };

static struct place_index *index_new(size_t room)
{
    struct place_index *x = xmalloc(sizeof *x);
    *x = (struct place_index){ .slots = xcalloc(room, sizeof *x->slots), .room = room };
    return x;
}

void place_index_free(struct place_index *x)
{
    if (x)
        free(x->slots);
    free(x);
}

static void index_put(struct place_index *x, uint64_t hash, size_t place)
{
    size_t at = hash & (x->room - 1);
    while (x->slots[at].place)
        at = place_index_next(x, at);
    x->slots[at] = (struct place_slot){ (uint32_t)hash, (uint32_t)(place + 1) };
    x->used++;
}

void place_index_add(struct place_index **index, uint64_t hash, size_t place)
{
    if (!*index)
        *index = index_new(ROOM_FIRST);
    struct place_index *old = *index;
    if ((old->used + 1) * 2 > old->room) {
        *index = index_new(old->room * 2);
        for (size_t i = 0; i < old->room; i++)
            if (old->slots[i].place)
                index_put(*index, old->slots[i].hash, old->slots[i].place - 1);
        place_index_free(old);
    }
    index_put(*index, hash, place);
}

/* The slot of one hash that points at one place; it must be there. */
static size_t index_slot(const struct place_index *x, uint64_t hash, size_t place)
{
    size_t at = hash & (x->room - 1);
    while (x->slots[at].place != place + 1) {
        assert(x->slots[at].place);
        at = place_index_next(x, at);
    }
    return at;
}

void place_index_move(struct place_index *x, uint64_t hash, size_t from, size_t to)
{
    x->slots[index_slot(x, hash, from)].place = (uint32_t)(to + 1);
}

void place_index_remove(struct place_index *x, uint64_t hash, size_t place)
{
    size_t hole = index_slot(x, hash, place);
    for (size_t at = place_index_next(x, hole); x->slots[at].place; at = place_index_next(x, at)) {
        size_t home = x->slots[at].hash & (x->room - 1);
        if (((at - home) & (x->room - 1)) < ((at - hole) & (x->room - 1)))
            continue;
        x->slots[hole] = x->slots[at];
        hole = at;
    }
    x->slots[hole].place = 0;
    x->used--;
}
