/* How many calls to the API an account may make: a bucket that fills at the configured rate.
 *
 * Every request asks first: each page of a list, credits, consumption. In any span of W seconds at most
 * budget_burst + rate x W calls pass. Spare calls (a backfill, what can wait) leave enough in the bucket for the next
 * poll. Pure: the caller brings the monotonic time, whose jumps back add nothing. */
#pragma once

#include <stdbool.h>

#include "base/clock.h"

enum {
    BUDGET_POLL_CALLS = 2,  /* of a poll of a short list: the list, and credits */
    BUDGET_BURST_S = 60,    /* what the rate gives in so long may come at once */
    BUDGET_BURST_MIN = 4,   /* calls, however low the rate */
    BUDGET_RATE_DEFAULT = 200, /* thousandths of a call per second */
};

enum budget_use {
    BUDGET_NEEDED, /* for the poll that is due */
    BUDGET_SPARE,  /* waits until a poll's calls stay in the bucket besides its own */
};

struct budget {
    int64_t rate_milli_per_s; /* thousandths of a call per second; > 0 */
    int64_t level_micro;      /* millionths of a call, as of `at` */
    mono_ms at;
    int64_t calls;            /* taken since budget_book */
};

/* Begins with a full bucket. */
struct budget budget_start(int64_t rate_milli_per_s, mono_ms now);

/* Takes a call out of the bucket and counts it; false: not now, see budget_ready. */
bool budget_take(struct budget *b, enum budget_use use, mono_ms now);

/* When budget_take will next say yes if nobody takes any before: `now` or later. */
mono_ms budget_ready(const struct budget *b, enum budget_use use, mono_ms now);

/* The calls that were counted are written down: counts from zero again. */
void budget_book(struct budget *b);

/* Calls that may come at once. */
int64_t budget_burst(int64_t rate_milli_per_s);

/* The least rate at which a poll fits into each interval, thousandths of a call per second. */
int64_t budget_rate_for(int64_t interval_s);

/* The shortest interval that the rate leaves room for. */
int64_t budget_interval_ms(int64_t rate_milli_per_s);
