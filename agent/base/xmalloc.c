/* The one place that decides what running out of memory means. */
#include "base/xmalloc.h"

#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT_BYTES = 128 * 1024 };

static void *or_abort(void *block)
{
    if (!block) {
        fputs("ebb: out of memory\n", stderr);
        abort();
    }
    return block;
}

void *xmalloc(size_t bytes)
{
    return or_abort(malloc(bytes ? bytes : 1));
}

void *xcalloc(size_t count, size_t bytes)
{
    return or_abort(calloc(count ? count : 1, bytes ? bytes : 1));
}

void *xrealloc(void *block, size_t count, size_t bytes)
{
    if (bytes && count > SIZE_MAX / bytes)
        return or_abort(NULL);
    size_t total = count * bytes;
    return or_abort(realloc(block, total ? total : 1));
}

void *xgrown(void *array, size_t count, size_t *room, size_t bytes)
{
    if (count < *room)
        return array;
    *room = *room ? *room * 2 : 8;
    return xrealloc(array, *room, bytes);
}

char *xstrdup(const char *text)
{
    return xstrndup(text, strlen(text));
}

char *xstrndup(const char *bytes, size_t len)
{
    char *copy = xmalloc(len + 1);
    memcpy(copy, bytes, len);
    copy[len] = '\0';
    return copy;
}

/* By itself the C library keeps more with every large block that is freed: once a list was read,
 * megabytes, for good. */
void xtrim_soon(void)
{
    mallopt(M_MMAP_THRESHOLD, KEPT_BYTES);
    mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
}

void xtrim(void)
{
    malloc_trim(0);
}
