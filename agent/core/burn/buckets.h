/* What was spent, in two rings of time buckets, numbered by time: bucket n covers the seconds
 * (n * width, (n + 1) * width]. Never loops longer than a ring has buckets. */
#pragma once

#include "core/burn.h"

enum ring { RING_FINE, RING_HOURS, RINGS };

struct ring_row {
    int64_t width_s;
    int most; /* buckets */
};
extern const struct ring_row burn_rings[RINGS];

/* What a rate is told of, and the ring that has it. */
struct window_row {
    const char *name;
    int64_t seconds;
    enum ring ring;
};
extern const struct window_row burn_windows[BURN_WINDOWS];

static inline int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static inline int64_t bucket_starting_in(unix_s at, int64_t width_s)
{
    return floor_div(at, width_s);
}

static inline int64_t bucket_ending_in(unix_s at, int64_t width_s)
{
    return floor_div(at - 1, width_s);
}

/* Makes empty ones that end at a time where there are none. */
void buckets_need(struct burn_history *h, unix_s at);
struct burn_buckets *buckets_clone(const struct burn_buckets *b); /* for free() */

/* The ring ends with this bucket, unless it ends later already. */
void buckets_advance(struct burn_history *h, enum ring r, int64_t number);
/* Into a bucket that the ring has or may have. Saturates: only a broken API spends nine billion
 * dollars; that must not make a negative rate. */
void buckets_deposit(struct burn_history *h, enum ring r, int64_t number, int64_t nano);
/* All of it was spent so much later, to the nearest bucket. */
void buckets_shift(struct burn_buckets *b, int64_t step_s);

struct burn_start *buckets_start(struct burn_buckets *b); /* borrowed */
int64_t buckets_newest(const struct burn_buckets *b, enum ring r);
int64_t buckets_spent_in(struct burn_buckets *b, enum ring r, int64_t number);
/* Of whole buckets. */
__int128 buckets_spent_from(struct burn_buckets *b, enum ring r, int64_t first, int64_t last);
