/* A borrowed run of bytes, not terminated. Whoever hands one out says how long it lives. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct span {
    const char *at;
    size_t len;
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static inline struct span span_of(const char *text)
{
    return (struct span){ text, strlen(text) };
}

static inline bool span_is(struct span s, const char *text)
{
    return s.len == strlen(text) && memcmp(s.at, text, s.len) == 0;
}
