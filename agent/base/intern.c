/* A hash table of numbers beside an array of texts. */
#include "base/intern.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/xmalloc.h"

enum { SLOTS_FIRST = 64 };

static uint32_t *slot_of(const struct intern *w, struct span text)
{
    uint32_t at = (uint32_t)hash_of(text) & (w->slot_room - 1);
    while (w->slots[at] && !span_is(text, w->at[w->slots[at] - 1]))
        at = (at + 1) & (w->slot_room - 1);
    return &w->slots[at];
}

static void grow(struct intern *w)
{
    w->slot_room = w->slot_room ? w->slot_room * 2 : SLOTS_FIRST;
    w->room = w->slot_room / 2;
    free(w->slots);
    w->slots = xcalloc(w->slot_room, sizeof *w->slots);
    w->at = xrealloc(w->at, w->room, sizeof(char *));
    for (uint32_t i = 0; i < w->count; i++)
        *slot_of(w, span_of(w->at[i])) = i + 1;
}

uint32_t intern_number(struct intern *w, struct span text)
{
    if (w->count == w->room)
        grow(w);
    uint32_t *slot = slot_of(w, text);
    if (!*slot) {
        w->at[w->count] = xstrndup(text.at, text.len);
        *slot = ++w->count;
    }
    return *slot - 1;
}

void intern_done(struct intern *w)
{
    for (uint32_t i = 0; i < w->count; i++)
        free(w->at[i]);
    free(w->at);
    free(w->slots);
    *w = (struct intern){ 0 };
}
