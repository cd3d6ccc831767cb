/* The arithmetic of waiting: which results count as failures and how long each puts off the next.
 *
 * Reads no clock and draws its random numbers from the caller's generator. */
#include "core/schedule.h"

#include <assert.h>
#include <stdbool.h>

#include "base/span.h"

static const struct result_row {
    const char *name;
    bool failed;
} results[] = {
    [POLL_OK] = { "ok", false },
    [POLL_SUSPICIOUS] = { "suspicious", false },
    [POLL_UNAVAILABLE] = { "unavailable", true },
    [POLL_BUSY] = { "busy", true },
    [POLL_UNAUTHORIZED] = { "unauthorized", true },
    [POLL_BROKEN] = { "broken", true },
};
_Static_assert(COUNT(results) == POLL_RESULTS, "a poll result has no row");

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* +-5 %, so that accounts that started together drift apart. */
static int64_t around(int64_t wait_ms, struct random *random)
{
    return (int64_t)((double)wait_ms * (0.95 + 0.1 * random_unit(random)));
}

static int64_t backoff(const struct schedule *s, struct random *random)
{
    int64_t ceiling_ms = SCHEDULE_BACKOFF_FIRST_MS;
    for (int n = 0; n < s->failures && ceiling_ms < SCHEDULE_BACKOFF_MAX_MS; n++)
        ceiling_ms *= 2;
    ceiling_ms = smaller(smaller(ceiling_ms, SCHEDULE_BACKOFF_MAX_MS), s->interval_ms);
    return ceiling_ms / 2 + (int64_t)((double)ceiling_ms / 2 * random_unit(random));
}

struct schedule schedule_start(int64_t interval_s, mono_ms now)
{
    return (struct schedule){ .due = now, .interval_ms = interval_s * 1000 };
}

void schedule_book(struct schedule *s, enum poll_result result, int64_t retry_after_s, mono_ms now,
                   struct random *random)
{
    assert(result < POLL_RESULTS);
    if (!results[result].failed) {
        s->failures = 0;
        s->due = now + around(s->interval_ms, random);
        return;
    }

    int64_t wait_ms = result == POLL_UNAUTHORIZED
                          ? around(larger(SCHEDULE_UNAUTHORIZED_MS, s->interval_ms), random)
                          : backoff(s, random);
    int64_t asked_ms = smaller(retry_after_s, SCHEDULE_RETRY_AFTER_MAX_S) * 1000;
    s->due = now + larger(wait_ms, asked_ms);
    s->failures += s->failures < INT32_MAX;
}

const char *poll_result_name(enum poll_result result)
{
    assert(result < POLL_RESULTS);
    return results[result].name;
}
