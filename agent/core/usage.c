/* The lines of one answer, growing. */
#include "core/usage.h"

#include <stdlib.h>

#include "base/xmalloc.h"

void usage_add(struct usage_book *b, const struct usage_line *line)
{
    if (b->count == b->room) {
        b->room = b->room ? b->room * 2 : 64;
        b->lines = xrealloc(b->lines, b->room, sizeof *b->lines);
    }
    b->lines[b->count++] = *line;
}

void usage_done(struct usage_book *b)
{
    free(b->lines);
    words_done(&b->payers);
    words_done(&b->words);
    *b = (struct usage_book){ 0 };
}
