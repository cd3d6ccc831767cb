/* How many calls to the API an account may make: a bucket that fills at the configured rate.
 *
 * Every request asks first: each page of a list, credits, consumption. In any span of W seconds at
 * most rate_limit_burst + rate x W calls pass. Spare calls (a backfill, what can wait) leave enough
 * in the bucket for the next poll. Pure: the caller brings the monotonic time, whose jumps back add
 * nothing. */
#pragma once

#include <stdbool.h>

#include "base/clock.h"

enum {
    RATE_LIMIT_POLL_CALLS = 2,     /* of a poll of a short list: the list, and credits */
    RATE_LIMIT_BURST_S = 60,       /* what the rate gives in so long may come at once */
    RATE_LIMIT_BURST_MIN = 4,      /* calls, however low the rate */
    RATE_LIMIT_RATE_DEFAULT = 200, /* thousandths of a call per second */
};

enum rate_limit_use {
    RATE_LIMIT_NEEDED, /* for the poll that is due */
    RATE_LIMIT_SPARE,  /* waits until a poll's calls stay in the bucket besides its own */
};

struct rate_limit {
    int64_t rate_milli_per_s; /* thousandths of a call per second; > 0 */
    int64_t level_micro;      /* millionths of a call, as of `at` */
    mono_ms at;
    int64_t calls; /* taken since rate_limit_book */
};

/* Begins with a full bucket. */
struct rate_limit rate_limit_start(int64_t rate_milli_per_s, mono_ms now);

/* Takes a call out of the bucket and counts it; false: not now, see rate_limit_ready. */
bool rate_limit_take(struct rate_limit *b, enum rate_limit_use use, mono_ms now);

/* When rate_limit_take will next say yes if nobody takes any before: `now` or later. */
mono_ms rate_limit_ready(const struct rate_limit *b, enum rate_limit_use use, mono_ms now);

/* The calls that were counted are written down: counts from zero again. */
void rate_limit_book(struct rate_limit *b);

/* Calls that may come at once. */
int64_t rate_limit_burst(int64_t rate_milli_per_s);

/* The least rate at which a poll fits into each interval, thousandths of a call per second. */
int64_t rate_limit_rate_for(int64_t interval_s);

/* The shortest interval that the rate leaves room for. */
int64_t rate_limit_interval_ms(int64_t rate_milli_per_s);
