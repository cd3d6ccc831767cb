/* What the headers of a response say: how long to stay away, and whether JSON follows. Bounded;
 * nothing else is kept. A struct answer_headers starts as { 0 }. */
#pragma once

#include <stdint.h>

#include "base/clock.h"
#include "base/span.h"

enum { HEADERS_BYTES_MAX = 64 * 1024 }; /* all headers of one answer */

struct answer_headers {
    size_t bytes;
    bool json;
    char retry_after[64]; /* as sent; a date has 29 characters */
};

/* Takes one line, status lines of interim answers too. False once they are longer than
 * HEADERS_BYTES_MAX together. */
bool headers_take(struct answer_headers *h, struct span line);

/* Seconds from `now` on; 0 when none was sent, it is in the past or makes no sense. */
int64_t headers_retry_after_s(const struct answer_headers *h, unix_s now);
