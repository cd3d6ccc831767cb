/* The arithmetic of waiting: what the rhythm is, which results count as failures, and what a
 * midnight changes.
 *
 * Reads no clock and draws its random numbers from the caller's generator. */
#include "core/schedule.h"

#include <assert.h>
#include <stdbool.h>

#include "base/span.h"
#include "core/doubt.h"

enum {
    SLACK_S = MINUTE_S,
    STALE_INTERVALS = 2,
    SNAP_MS = 45 * 1000, /* a poll that would come so shortly before an appointment waits for it */
};

static const struct result_row {
    const char *name;
    bool failed;
    bool refused; /* the server wants to be left alone */
} results[] = {
    [POLL_OK] = { "ok", false, false },
    [POLL_SUSPICIOUS] = { "suspicious", false, false },
    [POLL_UNAVAILABLE] = { "unavailable", true, false },
    [POLL_BUSY] = { "busy", true, true },
    [POLL_UNAUTHORIZED] = { "unauthorized", true, true },
    [POLL_BROKEN] = { "broken", true, false },
};
_Static_assert(COUNT(results) == POLL_RESULTS, "a poll result has no row");

static const char *const rhythms[] = {
    [PACE_USUAL] = "usual", [PACE_RUNWAY] = "runway", [PACE_JUMP] = "jump",
    [PACE_IDLE] = "idle",   [PACE_RETRY] = "retry",   [PACE_CONFIRM] = "confirm",
};
_Static_assert(COUNT(rhythms) == PACES, "a rhythm has no name");

/* After a reset that was not seen, in seconds from the midnight. */
static const int64_t looks_again_s[] = { 5 * MINUTE_S, 15 * MINUTE_S };

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
    ceiling_ms = smaller(smaller(ceiling_ms, SCHEDULE_BACKOFF_MAX_MS), s->limits.interval_s * 1000);
    return ceiling_ms / 2 + (int64_t)((double)ceiling_ms / 2 * random_unit(random));
}

/* A place within [from, to) that is this account's at this reset. */
static int64_t place(const struct schedule *s, unix_s reset, int64_t from, int64_t to)
{
    struct random random = random_seeded(s->seed ^ (uint64_t)reset);
    return from + (int64_t)(random_unit(&random) * (double)(to - from));
}

unix_s schedule_before_reset(const struct schedule *s, unix_s reset)
{
    return reset - place(s, reset, SCHEDULE_BEFORE_MIN_S, SCHEDULE_BEFORE_MAX_S);
}

unix_s schedule_after_reset(const struct schedule *s, unix_s reset)
{
    return reset + place(s, reset, SCHEDULE_AFTER_MIN_S, SCHEDULE_AFTER_MAX_S);
}

static void sooner(unix_s *best, unix_s at, unix_s now)
{
    if (at > now && (*best == TIME_NONE || at < *best))
        *best = at;
}

/* The first reading that a reset asks for after `now`; TIME_NONE: none. */
static unix_s next_appointment(const struct schedule *s, const struct outlook *o, unix_s now)
{
    unix_s best = TIME_NONE;
    if (o->next_reset != TIME_NONE) {
        sooner(&best, schedule_before_reset(s, o->next_reset), now);
        sooner(&best, schedule_after_reset(s, o->next_reset), now);
    }
    if (o->last_reset == TIME_NONE)
        return best;
    unix_s after = schedule_after_reset(s, o->last_reset);
    sooner(&best, after, now);
    for (size_t i = 0; o->reset_missing && i < COUNT(looks_again_s); i++)
        sooner(&best, after + looks_again_s[i], now);
    return best;
}

static void set_rhythm(struct schedule *s, enum rhythm rhythm, int64_t wait_ms)
{
    s->rhythm = rhythm;
    s->wait_ms = wait_ms;
}

/* Faster as asked by the most urgent token, within the limits. */
static void hurry(struct schedule *s, enum rhythm rhythm, int64_t wait_ms)
{
    wait_ms = larger(wait_ms, s->limits.min_s * 1000);
    if (wait_ms < s->wait_ms)
        set_rhythm(s, rhythm, wait_ms);
}

static void choose_rhythm(struct schedule *s, const struct outlook *o, struct moment now)
{
    int64_t interval_ms = s->limits.interval_s * 1000;
    set_rhythm(s, PACE_USUAL, interval_ms);

    int64_t quiet_ms = now.mono - s->moved.mono - SCHEDULE_QUIET_MS;
    if (quiet_ms > 0) {
        int64_t slow_ms = interval_ms
            + (int64_t)((double)interval_ms * (double)quiet_ms / SCHEDULE_QUIET_STEP_MS);
        if (smaller(slow_ms, s->limits.max_s * 1000) > interval_ms)
            set_rhythm(s, PACE_IDLE, smaller(slow_ms, s->limits.max_s * 1000));
    }
    if (o->dry_at != TIME_NONE)
        hurry(s, PACE_RUNWAY,
              smaller(larger(o->dry_at - now.unix, 0), DAY_S) * 1000 / SCHEDULE_READINGS);
    if (o->jumped_token)
        hurry(s, PACE_JUMP, interval_ms / SCHEDULE_JUMP_PART);
}

/* The wall time is rounded up, so that by itself it never comes first. */
static void plan(struct schedule *s, int64_t wait_ms, struct moment now)
{
    s->due = now.mono + wait_ms;
    s->planned_at = now.unix + (wait_ms + 999) / 1000 + 1;
    s->appointed = false;
}

static void appoint(struct schedule *s, const struct outlook *o, struct moment now)
{
    unix_s at = next_appointment(s, o, now.unix);
    if (at == TIME_NONE)
        return;
    int64_t snap_ms = smaller(SNAP_MS, s->limits.min_s * 1000 / 2),
            wait_ms = (at - now.unix) * 1000;
    if (now.mono + wait_ms - snap_ms > s->due)
        return;
    s->due = now.mono + wait_ms;
    s->planned_at = at;
    s->appointed = true;
}

struct schedule schedule_start(struct schedule_limits limits, int64_t delay_ms, struct moment now,
                               struct random *random)
{
    struct schedule s = {
        .limits = limits,
        .seed = random_next(random),
        .moved = now,
        .wait_ms = limits.interval_s * 1000,
        .calm_s = limits.interval_s,
        .earliest = now.mono,
    };
    plan(&s, delay_ms, now);
    return s;
}

static void book_failure(struct schedule *s, enum poll_result result, int64_t retry_after_s,
                         struct moment now, struct random *random)
{
    int64_t interval_ms = s->limits.interval_s * 1000;
    int64_t wait_ms = result == POLL_UNAUTHORIZED
        ? around(larger(SCHEDULE_UNAUTHORIZED_MS, interval_ms), random)
        : backoff(s, random);
    int64_t asked_ms = larger(smaller(retry_after_s, SCHEDULE_RETRY_AFTER_MAX_S), 0) * 1000;
    set_rhythm(s, PACE_RETRY, larger(wait_ms, asked_ms));
    plan(s, s->wait_ms, now);
    s->earliest = results[result].refused
        ? s->due
        : now.mono + larger(asked_ms, smaller(wait_ms, SCHEDULE_BACKOFF_FIRST_MS));
    s->failures += s->failures < INT32_MAX;
}

/* A list that is suspicious has confirmed nothing, and is not asked for faster. */
static bool confirms(enum poll_result result, const struct outlook *o)
{
    return result == POLL_OK && o->held_token != 0;
}

void schedule_book(struct schedule *s, enum poll_result result, int64_t retry_after_s,
                   const struct outlook *outlook, struct moment now, struct random *random)
{
    assert(result < POLL_RESULTS);
    if (results[result].failed) {
        book_failure(s, result, retry_after_s, now, random);
    } else {
        s->failures = 0;
        s->earliest = now.mono;
        if (outlook->moved)
            s->moved = now;
        choose_rhythm(s, outlook, now);
        if (confirms(result, outlook))
            set_rhythm(s, PACE_CONFIRM, smaller(s->wait_ms, DOUBT_AGAIN_MS));
        plan(s, around(s->wait_ms, random), now);
        if (result == POLL_OK)
            s->calm_s = larger(s->limits.interval_s, s->wait_ms / 1000);
    }
    if (!results[result].refused && !confirms(result, outlook))
        appoint(s, outlook, now);
}

void schedule_confirm(struct schedule *s, struct moment now)
{
    s->rhythm = PACE_CONFIRM;
    if (s->due <= now.mono + DOUBT_AGAIN_MS)
        return;
    set_rhythm(s, PACE_CONFIRM, DOUBT_AGAIN_MS);
    plan(s, s->wait_ms, now);
}

struct schedule_rest schedule_rest(const struct schedule *s, struct moment now)
{
    int64_t wait_ms =
        s->failures ? s->due - now.mono : smaller(SCHEDULE_RESTART_MS, s->limits.min_s * 1000);
    return (struct schedule_rest){ now.unix + (wait_ms + 999) / 1000, s->failures };
}

void schedule_resume(struct schedule *s, struct schedule_rest rest, struct moment now)
{
    int64_t wait_ms = smaller(larger(rest.until - now.unix, 0), SCHEDULE_RETRY_AFTER_MAX_S) * 1000;
    s->failures = rest.failures;
    if (!wait_ms)
        return;
    if (rest.failures)
        set_rhythm(s, PACE_RETRY, wait_ms);
    plan(s, larger(wait_ms, s->due - now.mono), now);
    s->earliest = now.mono + wait_ms;
}

mono_ms schedule_due(const struct schedule *s, struct moment now)
{
    mono_ms by_wall = now.mono + (s->planned_at - now.unix) * 1000;
    return larger(s->earliest, smaller(s->due, by_wall));
}

int64_t schedule_stale_s(const struct schedule *s)
{
    return s->calm_s + STALE_INTERVALS * s->limits.interval_s + SLACK_S;
}

bool schedule_is_overdue(unix_s planned, int64_t interval_s, unix_s now)
{
    unix_s until = time_after(time_after(planned, interval_s), interval_s);
    return seconds_between(until, now) > SLACK_S;
}

const char *poll_result_name(enum poll_result result)
{
    assert(result < POLL_RESULTS);
    return results[result].name;
}

const char *pace_name(enum rhythm rhythm)
{
    assert(rhythm < PACES);
    return rhythms[rhythm];
}
