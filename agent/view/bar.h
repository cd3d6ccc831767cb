/* Bars of block characters, as long as an amount is large. */
#pragma once

#include <stdbool.h>

#include "base/text.h"

struct bar {
    int64_t amount, most; /* `most` fills `width` columns */
    size_t width;
    bool ascii; /* whole columns of '#' */
};

/* Eighths of a column are shown, and what is above zero is never nothing. */
void bar_draw(const struct bar *b, struct text *out);
