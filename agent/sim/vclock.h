/* The sim's own clock: virtual seconds that run `speed` times as fast as real ones, or stand still
 * at 0. */
#pragma once

#include "base/clock.h"

struct virtual_clock {
    int64_t virtual_ms; /* what it showed at `since` */
    mono_ms since;
    int64_t speed;
};

static inline unix_s virtual_clock_now(const struct virtual_clock *c, mono_ms real)
{
    return (c->virtual_ms + (real - c->since) * c->speed) / 1000;
}

/* Goes on from what it shows now, at another speed. */
static inline void virtual_clock_set_speed(struct virtual_clock *c, mono_ms real, int64_t speed)
{
    c->virtual_ms += (real - c->since) * c->speed;
    c->since = real;
    c->speed = speed;
}

static inline void virtual_clock_set(struct virtual_clock *c, mono_ms real, unix_s to)
{
    c->virtual_ms = to * 1000;
    c->since = real;
}
