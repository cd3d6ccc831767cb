/* Numbers as decimal digits, for what is written thousands of times in a row: printf takes ten
 * times as long. */
#pragma once

#include <stdint.h>
#include <string.h>

enum { DIGITS_MAX = 20 }; /* of 64 bits */

static const char digit_pairs[] = "00010203040506070809101112131415161718192021222324"
                                  "25262728293031323334353637383940414243444546474849"
                                  "50515253545556575859606162636465666768697071727374"
                                  "75767778798081828384858687888990919293949596979899";

/* Writes `value` with at least `width` digits (at most DIGITS_MAX), unterminated; returns the place
 * behind the last. */
static inline char *digits_put(char *out, uint64_t value, int width)
{
    char digits[DIGITS_MAX];
    int first = DIGITS_MAX;
    for (; value >= 10; value /= 100) {
        first -= 2;
        memcpy(digits + first, digit_pairs + 2 * (value % 100), 2);
    }
    if (value)
        digits[--first] = (char)('0' + value);
    while (first > DIGITS_MAX - width && first > 0)
        digits[--first] = '0';
    memcpy(out, digits + first, (size_t)(DIGITS_MAX - first));
    return out + (DIGITS_MAX - first);
}
