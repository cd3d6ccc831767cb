/* Numbers as decimal digits, for what is written thousands of times in a row: printf takes ten
 * times as long. */
#pragma once

#include <stdint.h>

enum { DIGITS_MAX = 20 }; /* of 64 bits */

/* Writes `value` with at least `width` digits (at most DIGITS_MAX), unterminated; returns the place
 * behind the last. */
static inline char *digits_put(char *out, uint64_t value, int width)
{
    char digits[DIGITS_MAX];
    int count = 0;
    do {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value || count < width);
    while (count > 0)
        *out++ = digits[--count];
    return out;
}
