/* Texts that come again and again, each kept once and known by a small number. */
#pragma once

#include <stdint.h>

#include "base/span.h"

struct intern {
    char **at; /* owned, and each of them */
    uint32_t count, room;
    uint32_t *slots; /* owned; open addressing, at most half full; number + 1, 0: free */
    uint32_t slot_room;
};

/* The number of a text, given to it now if it is new. */
uint32_t intern_number(struct intern *w, struct span text);
void intern_done(struct intern *w); /* leaves an empty one */
