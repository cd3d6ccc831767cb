/* A whole small file in memory, bounded; wiped when it is let go, for it may hold a secret. */
#pragma once

#include <stddef.h>

#include "base/fault.h"

struct bytes {
    char *at; /* owned; terminated behind len */
    size_t len;
    bool world_readable;
};

/* FAULT_FATAL: names the file and the reason: missing, not readable, a directory, longer than
 * `max`. */
MUST_CHECK bool bytes_read(const char *path, size_t max, struct bytes *ret, struct fault *why);
void bytes_done(struct bytes *b);
