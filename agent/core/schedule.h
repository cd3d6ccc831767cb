/* When an account is polled next: interval with jitter, back-off, and what a server asks for.
 *
 * Pure: the caller brings the monotonic time and random numbers. `Retry-After` is a lower bound, never an
 * upper one. A refused key (401, 403) is a state of its own, polled slowly until it works again. */
#pragma once

#include "base/clock.h"
#include "base/random.h"

enum poll_result {
    POLL_OK,
    POLL_SUSPICIOUS,   /* valid, but too many tokens are gone at once: held back */
    POLL_UNAVAILABLE,  /* network, time-out, 5xx */
    POLL_BUSY,         /* 429 */
    POLL_UNAUTHORIZED, /* 401, 403 */
    POLL_BROKEN,       /* an answer that is not a token list: redirect, HTML, cut or broken JSON */
    POLL_RESULTS,
};

enum {
    SCHEDULE_BACKOFF_FIRST_MS = 5 * 1000,
    SCHEDULE_BACKOFF_MAX_MS = 15 * 60 * 1000,
    SCHEDULE_UNAUTHORIZED_MS = 15 * 60 * 1000, /* a key is mended by people */
    SCHEDULE_RETRY_AFTER_MAX_S = 24 * 3600,    /* a longer wish is cut to this */
};

struct schedule {
    mono_ms due;        /* next poll */
    int64_t interval_ms;
    int failures;       /* in a row */
};

/* The first poll is due at once. */
struct schedule schedule_start(int64_t interval_s, mono_ms now);

/* Books a poll that ended at `now`; `retry_after_s` is 0 when the server named none.
 * POLL_OK and POLL_SUSPICIOUS: the interval +-5 %. POLL_UNAUTHORIZED: SCHEDULE_UNAUTHORIZED_MS +-5 %, or the interval
 * if longer. Other failures: exponential back-off with jitter (Brooker, AWS Architecture Blog, 2015) between half and
 * all of min(MAX, FIRST x 2^n, interval). No failure is followed sooner than retry_after_s. */
void schedule_book(struct schedule *s, enum poll_result result, int64_t retry_after_s, mono_ms now,
                   struct random *random);

const char *poll_result_name(enum poll_result result); /* "ok", "suspicious", "unavailable", ... */
