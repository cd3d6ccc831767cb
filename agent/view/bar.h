/* Bars of block characters, as long as an amount is large, and lines of them, as high. */
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

/* A row of Unicode blocks, or of digits from 1 to 8, for non-negative amounts, scaled to the
 * largest; a zero is '.', all zero is all dots. */
void spark_draw(const int64_t *amounts, size_t count, bool ascii, struct text *out);
