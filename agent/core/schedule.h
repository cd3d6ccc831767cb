/* When an account is polled next.
 *
 * The interval is the base. It shrinks while a token runs dry soon or burns much faster than it
 * did, and grows while nothing is spent; failures back off; around each reset there is one reading
 * shortly before and one shortly after, so that what is spent on either side of the midnight is
 * seen on its side. Waiting is the monotonic clock's, resets are the wall clock's: an appointment
 * at a wall time is looked at again each turn, so a clock that is set, or a machine that slept,
 * shifts it. `Retry-After` is a lower bound, never an upper one. A refused key (401, 403) is a
 * state of its own, polled slowly until it works again. Pure. */
#pragma once

#include "base/random.h"
#include "core/outlook.h"

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
    SCHEDULE_UNAUTHORIZED_MS = 15 * 60 * 1000, /* people replace a refused key */
    SCHEDULE_RETRY_AFTER_MAX_S = 24 * 3600,    /* a longer wish is cut to this */
    SCHEDULE_RESTART_MS = 10 * 1000,           /* or the shortest wait, if that is shorter */
    SCHEDULE_READINGS = 10,                    /* wanted before a token is empty */
    SCHEDULE_JUMP_PART = 4,                    /* of the interval, after a jump of the burn */
    SCHEDULE_QUIET_MS = 3 * 3600 * 1000,       /* without any change before the rhythm slows down */
    SCHEDULE_QUIET_STEP_MS = 3600 * 1000,      /* each further one adds an interval */
    SCHEDULE_BEFORE_MIN_S = 20,
    SCHEDULE_BEFORE_MAX_S = 40, /* reading before a reset */
    SCHEDULE_AFTER_MIN_S = 30,
    SCHEDULE_AFTER_MAX_S = 90, /* and after it */
};

/* Why the next poll is when it is. */
enum rhythm {
    PACE_USUAL,   /* the interval */
    PACE_RUNWAY,  /* faster: a token runs dry soon */
    PACE_JUMP,    /* faster: a token burns much more than it did */
    PACE_IDLE,    /* slower: nothing was spent for long */
    PACE_RETRY,   /* the last poll failed */
    PACE_CONFIRM, /* within seconds: a reading is not believed yet */
    PACES,
};

struct moment {
    mono_ms mono;
    unix_s unix;
};

/* min <= interval <= max. */
struct schedule_limits {
    int64_t interval_s, min_s, max_s;
};

struct schedule {
    struct schedule_limits limits;
    uint64_t seed;       /* of this account's places around midnight */
    int failures;        /* in a row */
    struct moment moved; /* the last change of anything; at first the start */
    enum rhythm rhythm;
    int64_t wait_ms;       /* of the rhythm, before jitter and appointments */
    mono_ms due, earliest; /* next poll; never before `earliest`, whatever the wall clock shows */
    unix_s planned_at;     /* the same by the wall clock: whichever of the two comes first */
    bool appointed;        /* planned_at belongs to a reset */
    int64_t calm_s; /* the wait after the last good poll: how long no reading is no bad sign */
};

/* The first poll is due `delay_ms` after `now`. */
struct schedule schedule_start(struct schedule_limits limits, int64_t delay_ms, struct moment now,
                               struct random *random);

/* Books a poll that ended at `now`; `retry_after_s` is 0 when the server named none.
 * POLL_OK and POLL_SUSPICIOUS: the rhythm +-5 %. POLL_UNAUTHORIZED: SCHEDULE_UNAUTHORIZED_MS +-5 %,
 * or the interval if longer. Other failures: exponential back-off with jitter (Brooker, AWS
 * Architecture Blog, 2015) between half and all of min(MAX, FIRST x 2^n, interval). No failure is
 * followed sooner than retry_after_s. A reading around a reset comes sooner than all of these but
 * after a refusal (401, 403, 429). */
void schedule_book(struct schedule *s, enum poll_result result, int64_t retry_after_s,
                   const struct outlook *outlook, struct moment now, struct random *random);

/* A reading that came beside the poll is to be read again: brings the next one forward, though
 * never before what a failure asks for. */
void schedule_confirm(struct schedule *s, struct moment now);

/* What of a schedule outlives the process, by the wall clock: no poll before then, and why. */
struct schedule_rest {
    unix_s until;
    int failures;
};
/* After a poll that ended at `now`: of one that failed the whole wait, so that no restart asks
 * sooner; of a good one SCHEDULE_RESTART_MS, so that restarts in a row are no storm. */
struct schedule_rest schedule_rest(const struct schedule *s, struct moment now);
/* Goes on with it in a schedule that was just started. A clock that was set cannot make the wait
 * longer than the longest one. */
void schedule_resume(struct schedule *s, struct schedule_rest rest, struct moment now);

/* When the next poll is due, by what both clocks show now. */
mono_ms schedule_due(const struct schedule *s, struct moment now);

/* A reading older than this is no longer fresh: two intervals and a minute after the poll that was
 * planned. */
int64_t schedule_stale_s(const struct schedule *s);

/* Whether a poll that was planned for then is so late that its account is stale, or will be. */
bool schedule_is_overdue(unix_s planned, int64_t interval_s, unix_s now);

/* The wall times of the readings around a reset: each account has its own, the same each time it
 * asks. */
unix_s schedule_before_reset(const struct schedule *s, unix_s reset);
unix_s schedule_after_reset(const struct schedule *s, unix_s reset);

const char *poll_result_name(enum poll_result result); /* "ok", "suspicious", "unavailable", ... */
const char *pace_name(
    enum rhythm rhythm); /* "usual", "runway", "jump", "idle", "retry", "confirm" */
