/* A thousandth of a call per second is a millionth per millisecond: so the bucket is counted in
 * millionths, exactly. */
#include "core/rate_limit.h"

#include <assert.h>

enum { MICRO_PER_CALL = 1000 * 1000 };

int64_t rate_limit_burst(int64_t rate_milli_per_s)
{
    int64_t calls = rate_milli_per_s * RATE_LIMIT_BURST_S / 1000;
    return calls > RATE_LIMIT_BURST_MIN ? calls : RATE_LIMIT_BURST_MIN;
}

int64_t rate_limit_rate_for(int64_t interval_s)
{
    return (RATE_LIMIT_POLL_CALLS * INT64_C(1000) + interval_s - 1) / interval_s;
}

int64_t rate_limit_interval_ms(int64_t rate_milli_per_s)
{
    return (RATE_LIMIT_POLL_CALLS * INT64_C(1000000) + rate_milli_per_s - 1) / rate_milli_per_s;
}

struct rate_limit rate_limit_start(int64_t rate_milli_per_s, mono_ms now)
{
    assert(rate_milli_per_s > 0);
    return (struct rate_limit){
        .rate_milli_per_s = rate_milli_per_s,
        .level_micro = rate_limit_burst(rate_milli_per_s) * MICRO_PER_CALL,
        .at = now,
    };
}

/* Full is reached long before the product could overflow: the time is cut to what fills the bucket.
 */
static int64_t level_at(const struct rate_limit *b, mono_ms now)
{
    int64_t full = rate_limit_burst(b->rate_milli_per_s) * MICRO_PER_CALL;
    int64_t passed_ms = now > b->at ? now - b->at : 0;
    if (passed_ms > (full - b->level_micro) / b->rate_milli_per_s)
        return full;
    return b->level_micro + passed_ms * b->rate_milli_per_s;
}

static int64_t wanted(enum rate_limit_use use)
{
    return MICRO_PER_CALL * INT64_C(1) * (use == RATE_LIMIT_SPARE ? 1 + RATE_LIMIT_POLL_CALLS : 1);
}

bool rate_limit_take(struct rate_limit *b, enum rate_limit_use use, mono_ms now)
{
    int64_t level = level_at(b, now);
    if (level < wanted(use))
        return false;
    b->level_micro = level - MICRO_PER_CALL;
    b->at = now > b->at ? now : b->at;
    b->calls++;
    return true;
}

mono_ms rate_limit_ready(const struct rate_limit *b, enum rate_limit_use use, mono_ms now)
{
    int64_t lacking = wanted(use) - level_at(b, now);
    if (lacking <= 0)
        return now;
    mono_ms from = now > b->at ? now : b->at;
    return from + (lacking + b->rate_milli_per_s - 1) / b->rate_milli_per_s;
}

void rate_limit_book(struct rate_limit *b)
{
    b->calls = 0;
}
