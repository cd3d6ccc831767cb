/* Runs of bytes within JSON strings, sixteen at a time where the machine can. */
#pragma once

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Whether a byte is a character of a string that means itself: ASCII, and no quote, backslash or
 * control character. */
static inline bool json_byte_is_plain(char c)
{
    return (signed char)c >= 0x20 && c != '"' && c != '\\';
}

/* Which of eight bytes is the first of all ones; the others are zero, and not all are. */
static inline unsigned json_first_marked(uint64_t marks)
{
    return (unsigned)__builtin_ctzll(le64toh(marks)) / 8;
}

/* Moves over plain bytes; to `end` when there are no others. */
static inline const char *json_skip_plain(const char *at, const char *end)
{
    typedef signed char lanes __attribute__((vector_size(16)));
    typedef uint64_t halves __attribute__((vector_size(16)));
    for (; end - at >= (ptrdiff_t)sizeof(lanes); at += sizeof(lanes)) {
        lanes bytes;
        memcpy(&bytes, at, sizeof bytes);
        halves special = (halves)((bytes < 0x20) | (bytes == '"') | (bytes == '\\'));
        if (special[0])
            return at + json_first_marked(special[0]);
        if (special[1])
            return at + sizeof special[0] + json_first_marked(special[1]);
    }
    while (at < end && json_byte_is_plain(*at))
        at++;
    return at;
}
