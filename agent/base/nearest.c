/* Three rows of the edit matrix are enough for swaps, and short words bound them. */
#include "base/nearest.h"

#include <ctype.h>
#include <stdint.h>

enum { WORD_BYTES_MAX = 64 };

struct nearest nearest_to(struct span word)
{
    return (struct nearest){ .word = word, .distance = SIZE_MAX };
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static bool same(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static size_t edits(struct span a, struct span b)
{
    size_t rows[3][WORD_BYTES_MAX + 1];
    size_t *before = rows[0], *last = rows[1], *row = rows[2];

    for (size_t j = 0; j <= b.len; j++)
        last[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t replaced = last[j - 1] + !same(a.at[i - 1], b.at[j - 1]);
            row[j] = least(replaced, 1 + least(last[j], row[j - 1]));
            if (i > 1 && j > 1 && same(a.at[i - 1], b.at[j - 2]) && same(a.at[i - 2], b.at[j - 1]))
                row[j] = least(row[j], before[j - 2] + 1);
        }
        size_t *oldest = before;
        before = last;
        last = row;
        row = oldest;
    }
    return last[b.len];
}

void nearest_try(struct nearest *n, const char *candidate)
{
    struct span other = span_of(candidate);
    size_t longer = n->word.len > other.len ? n->word.len : other.len;
    if (n->word.len == 0 || longer > WORD_BYTES_MAX)
        return;

    size_t allowed = longer / 3 > 1 ? longer / 3 : 1;
    size_t distance = edits(n->word, other);
    if (distance <= allowed && distance < n->distance) {
        n->distance = distance;
        n->best = candidate;
    }
}
