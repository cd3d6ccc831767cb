/* How long each resolution of the past is kept. Days are kept for ever: reports are made of them.
 */
#pragma once

#include <stdint.h>

struct retention {
    int64_t raw_s;    /* polls, readings and what each change meant */
    int64_t hourly_s; /* sums by hour */
    int64_t events_s; /* alert transitions */
};
