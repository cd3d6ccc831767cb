/* Bars of block characters, as long as an amount is large. */
#pragma once

#include "base/text.h"

/* `most` fills `width` columns; eighths of a column are shown, and what is above zero is never nothing. */
void bar_draw(int64_t amount, int64_t most, size_t width, struct text *out);
