/* Waiting times: bounds that hold for any random numbers, the spread that jitter must give, and
 * whole months on virtual time: how often is polled, what is seen around each midnight, and what a
 * clock that is set changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/span.h"
#include "core/calendar.h"
#include "core/rate_limit.h"
#include "core/schedule.h"

#define NOW INT64_C(5000000)
#define NOON INT64_C(1771329600) /* 2026-02-17T12:00:00Z */

enum { TRIES = 2000, MONTH_DAYS = 31 };

static const struct moment now_at = { NOW, NOON };

static struct schedule start(int64_t interval_s, uint64_t seed)
{
    struct random random = random_seeded(seed);
    return schedule_start(
        (struct schedule_limits){ interval_s, interval_s < 60 ? interval_s : 60, interval_s * 4 },
        0, now_at, &random);
}

static void book(struct schedule *s, enum poll_result result, int64_t retry_after_s,
                 struct random *random)
{
    const struct outlook none = outlook_none();
    schedule_book(s, result, retry_after_s, &none, now_at, random);
}

struct bounds {
    int64_t least_ms, most_ms;
};

/* The shortest and the longest wait that so many tries gave after `failures` earlier failures. */
static struct bounds waits(int64_t interval_s, enum poll_result result, int failures,
                           int64_t retry_after_s)
{
    struct random random = random_seeded(9);
    struct bounds b = { INT64_MAX, INT64_MIN };
    for (int i = 0; i < TRIES; i++) {
        struct schedule s = start(interval_s, 1);
        s.failures = failures;
        book(&s, result, retry_after_s, &random);
        int64_t wait_ms = schedule_due(&s, now_at) - NOW;
        b.least_ms = wait_ms < b.least_ms ? wait_ms : b.least_ms;
        b.most_ms = wait_ms > b.most_ms ? wait_ms : b.most_ms;
    }
    return b;
}

static void waits_keep_their_bounds_and_use_them(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        int64_t interval_s;
        enum poll_result result;
        int failures;
        int64_t retry_after_s;
        struct bounds within;
    } rows[] = {
        { "interval +-5 %", 300, POLL_OK, 0, 0, { 285000, 315000 } },
        { "a suspicious list is polled as usual", 300, POLL_SUSPICIOUS, 0, 0, { 285000, 315000 } },
        { "success forgets failures", 300, POLL_OK, 9, 0, { 285000, 315000 } },
        { "first failure", 300, POLL_UNAVAILABLE, 0, 0, { 2500, 5000 } },
        { "second failure", 300, POLL_BROKEN, 1, 0, { 5000, 10000 } },
        { "fifth failure", 300, POLL_BUSY, 4, 0, { 40000, 80000 } },
        { "the interval caps the back-off", 60, POLL_UNAVAILABLE, 20, 0, { 30000, 60000 } },
        { "so does the maximum", 86400, POLL_UNAVAILABLE, 20, 0, { 450000, 900000 } },
        { "failures without end", 86400, POLL_UNAVAILABLE, INT32_MAX, 0, { 450000, 900000 } },
        { "the server's wish is the least", 60, POLL_BUSY, 0, 120, { 120000, 120000 } },
        { "but no more than that", 300, POLL_BUSY, 5, 100, { 100000, 160000 } },
        { "a wish for a year is cut to a day",
          60,
          POLL_UNAVAILABLE,
          0,
          365 * 86400,
          { 86400000, 86400000 } },
        { "an absurd wish too", 60, POLL_UNAVAILABLE, 0, INT64_MAX, { 86400000, 86400000 } },
        { "a negative wish is none", 300, POLL_BUSY, 0, -5, { 2500, 5000 } },
        { "a refused key is polled slowly", 60, POLL_UNAUTHORIZED, 0, 0, { 855000, 945000 } },
        { "though never faster than usual", 3600, POLL_UNAUTHORIZED, 0, 0, { 3420000, 3780000 } },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct bounds got =
            waits(rows[i].interval_s, rows[i].result, rows[i].failures, rows[i].retry_after_s);
        int64_t width = rows[i].within.most_ms - rows[i].within.least_ms;
        bool inside =
            got.least_ms >= rows[i].within.least_ms && got.most_ms <= rows[i].within.most_ms;
        bool spread = (got.most_ms - got.least_ms) * 10 >= width * 9;
        if (!inside || !spread)
            fail_msg("row \"%s\": %lld to %lld ms", rows[i].what, (long long)got.least_ms,
                     (long long)got.most_ms);
    }
}

static void the_first_poll_is_due_when_it_was_said(void **state)
{
    (void)state;
    struct random random = random_seeded(8);
    struct schedule s = start(300, 1);
    assert_int_equal(schedule_due(&s, now_at), NOW);
    s = schedule_start((struct schedule_limits){ 300, 60, 1200 }, 7000, now_at, &random);
    assert_int_equal(schedule_due(&s, now_at), NOW + 7000);
}

static void failures_are_counted_until_a_success(void **state)
{
    (void)state;
    struct random random = random_seeded(10);
    struct schedule s = start(300, 1);
    book(&s, POLL_UNAVAILABLE, 0, &random);
    book(&s, POLL_UNAUTHORIZED, 0, &random);
    assert_int_equal(s.failures, 2);
    book(&s, POLL_OK, 0, &random);
    assert_int_equal(s.failures, 0);
}

/* ---- months on virtual time ---- */

/* An account as the schedule sees it. */
struct story {
    const char *what;
    enum reset_period period;
    int64_t runway_s; /* of some token, always; 0: none */
    bool jumps, spends;
    int failing_percent; /* of the polls */
    int64_t interval_s;
    int least_a_day, most_a_day;
};

struct play {
    struct schedule schedule;
    struct random random;
    struct moment now;
    const struct story *story;
    unix_s last_poll;
    int polls;
};

static struct play begin(const struct story *story, unix_s at, uint64_t seed)
{
    struct play p = {
        .random = random_seeded(seed), .now = { NOW, at }, .story = story, .last_poll = TIME_NONE
    };
    int64_t min_s = story->interval_s < 60 ? story->interval_s : 60;
    p.schedule =
        schedule_start((struct schedule_limits){ story->interval_s, min_s, story->interval_s * 4 },
                       0, p.now, &p.random);
    return p;
}

static struct outlook outlook_in(const struct play *p)
{
    struct outlook o = outlook_none();
    o.moved = p->story->spends;
    o.jumped_token = p->story->jumps;
    o.dry_at = p->story->runway_s ? p->now.unix + p->story->runway_s : TIME_NONE;
    o.last_reset = calendar_last_reset(p->story->period, p->now.unix);
    o.next_reset = calendar_next_reset(p->story->period, p->now.unix);
    return o;
}

static void pass(struct play *p, int64_t ms)
{
    assert_true(ms >= 0);
    int64_t seconds = (p->now.mono % 1000 + ms) / 1000;
    p->now.mono += ms;
    p->now.unix += seconds;
}

/* Waits for the next poll as the loop does, a minute at most at a time, and plays it. */
static enum poll_result poll_next(struct play *p)
{
    for (mono_ms due; (due = schedule_due(&p->schedule, p->now)) > p->now.mono;)
        pass(p, due - p->now.mono < 60000 ? due - p->now.mono : 60000);
    bool fails = random_unit(&p->random) * 100 < p->story->failing_percent;
    enum poll_result result = fails ? POLL_UNAVAILABLE : POLL_OK;
    struct outlook o = outlook_in(p);
    schedule_book(&p->schedule, result, 0, &o, p->now, &p->random);
    p->last_poll = p->now.unix;
    p->polls++;
    return result;
}

static const struct story stories[] = {
    { "spends all day", RESET_NONE, 0, false, true, 0, 300, 280, 296 },
    { "spends, and has a daily budget", RESET_DAILY, 0, false, true, 0, 300, 281, 298 },
    { "idle", RESET_NONE, 0, false, false, 0, 300, 70, 82 },
    { "idle, with a daily budget", RESET_DAILY, 0, false, false, 0, 300, 72, 85 },
    { "runs dry in twenty minutes, always", RESET_DAILY, 1200, false, true, 0, 300, 700, 745 },
    { "runs dry in a minute, always", RESET_DAILY, 60, false, true, 0, 300, 1400, 1500 },
    { "runs dry in an hour: the interval is fast enough", RESET_NONE, 3600, false, true, 0, 300,
      280, 296 },
    { "burns much more than it did", RESET_WEEKLY, 0, true, true, 0, 300, 1120, 1190 },
    { "slow by choice", RESET_DAILY, 0, false, true, 0, 3600, 24, 28 },
};

static void a_month_has_as_many_polls_as_its_story_asks_for(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(stories); i++) {
        struct play p = begin(&stories[i], NOON, i + 1);
        while (p.now.unix < NOON + MONTH_DAYS * DAY_S)
            poll_next(&p);
        int a_day = p.polls / MONTH_DAYS;
        if (a_day < stories[i].least_a_day || a_day > stories[i].most_a_day)
            fail_msg("%s: %d polls a day", stories[i].what, a_day);
    }
}

/* What is spent between the last reading before a reset and the reset is never told by a balance.
 */
static void check_midnights(const struct story *story, unix_s from, uint64_t seed)
{
    struct play p = begin(story, from, seed);
    unix_s before = TIME_NONE, midnight = calendar_next_reset(story->period, from);
    while (p.now.unix < from + MONTH_DAYS * DAY_S) {
        poll_next(&p);
        if (p.last_poll < midnight) {
            before = p.last_poll;
            continue;
        }
        if (midnight - before > SCHEDULE_BEFORE_MAX_S)
            fail_msg("%s: the last reading is %lld s before the reset", story->what,
                     (long long)(midnight - before));
        while (p.last_poll < midnight + SCHEDULE_AFTER_MIN_S)
            poll_next(&p);
        if (p.last_poll - midnight > SCHEDULE_AFTER_MAX_S)
            fail_msg("%s: the first reading is %lld s after the reset", story->what,
                     (long long)(p.last_poll - midnight));
        before = p.last_poll;
        midnight = calendar_next_reset(story->period, p.last_poll);
    }
}

static void each_midnight_has_a_reading_before_and_one_after_it(void **state)
{
    (void)state;
    static const unix_s
        starts[] = { NOON, 1773489600 /* 14 March, to the night of 23 hours and past it */,
                     1791633600 /* 10 October, to that of 25 */ };
    for (size_t i = 0; i < COUNT(stories); i++)
        for (size_t k = 0; k < COUNT(starts) && stories[i].period != RESET_NONE; k++)
            check_midnights(&stories[i], starts[k], 100 * k + i + 1);
}

static void accounts_have_their_own_places_around_midnight(void **state)
{
    (void)state;
    unix_s midnight = calendar_next_reset(RESET_DAILY, NOON);
    int before[64] = { 0 }, after[128] = { 0 };
    for (uint64_t seed = 1; seed <= 1000; seed++) {
        struct schedule s = start(300, seed);
        assert_int_equal(schedule_before_reset(&s, midnight), schedule_before_reset(&s, midnight));
        before[midnight - schedule_before_reset(&s, midnight)]++;
        after[schedule_after_reset(&s, midnight) - midnight]++;
    }
    for (size_t i = 0; i < COUNT(before); i++)
        assert_true(before[i] < 100);
    for (size_t i = 0; i < COUNT(after); i++)
        assert_true(after[i] < 50);
}

static void a_reset_that_was_not_seen_is_looked_for_again(void **state)
{
    (void)state;
    const struct story slow = { .period = RESET_DAILY, .spends = true, .interval_s = 3600 };
    struct play p = begin(&slow, NOON, 3);
    unix_s midnight = calendar_next_reset(RESET_DAILY, NOON);
    p.now.unix = schedule_after_reset(&p.schedule, midnight);
    struct outlook o = outlook_in(&p);
    o.reset_missing = true;
    unix_s wanted[] = { p.now.unix + 300, p.now.unix + 900 };
    for (size_t i = 0; i < COUNT(wanted); i++) {
        schedule_book(&p.schedule, POLL_OK, 0, &o, p.now, &p.random);
        assert_int_equal(p.schedule.planned_at, wanted[i]);
        p.now.mono += (wanted[i] - p.now.unix) * 1000;
        p.now.unix = wanted[i];
    }
    schedule_book(&p.schedule, POLL_OK, 0, &o, p.now, &p.random);
    assert_true(p.schedule.planned_at > p.now.unix + 3000);
}

/* A down server is asked again around midnight; one that wants to be left alone is left alone. */
static void what_is_doubted_is_read_again_within_seconds_unless_the_server_wants_peace(void **state)
{
    (void)state;
    struct random random = random_seeded(4);
    struct outlook o = outlook_none();
    o.held_token = 7;
    struct schedule s = start(300, 1);
    schedule_book(&s, POLL_OK, 0, &o, now_at, &random);
    assert_int_equal(s.rhythm, PACE_CONFIRM);
    assert_in_range(schedule_due(&s, now_at) - NOW, 3800, 4200);
    schedule_book(&s, POLL_SUSPICIOUS, 0, &o, now_at, &random); /* a list that is doubted itself */
    assert_true(schedule_due(&s, now_at) - NOW > 200 * 1000);
    schedule_book(&s, POLL_BUSY, 600, &o, now_at, &random);
    schedule_confirm(&s, now_at);
    assert_int_equal(schedule_due(&s, now_at), NOW + 600 * 1000);

    s = start(300, 1);
    book(&s, POLL_OK, 0, &random);
    schedule_confirm(&s, now_at);
    assert_int_equal(schedule_due(&s, now_at), NOW + 4000);
    assert_int_equal(s.rhythm, PACE_CONFIRM);
}

static void a_failing_account_tries_around_midnight_unless_it_was_refused(void **state)
{
    (void)state;
    struct random random = random_seeded(4);
    unix_s midnight = calendar_next_reset(RESET_DAILY, NOON);
    for (enum poll_result result = POLL_UNAVAILABLE; result < POLL_RESULTS; result++) {
        struct schedule s = start(900, 2);
        struct outlook o = outlook_none();
        o.next_reset = midnight;
        s.failures = 20;
        const struct moment now = { NOW, midnight - 120 };
        schedule_book(&s, result, 0, &o, now, &random);
        bool pulled =
            schedule_due(&s, now) == NOW + (schedule_before_reset(&s, midnight) - now.unix) * 1000;
        assert_int_equal(pulled, result == POLL_UNAVAILABLE || result == POLL_BROKEN);
        schedule_book(&s, result, 600, &o, now, &random);
        assert_true(schedule_due(&s, now) >= NOW + 600000);
        assert_true(schedule_due(&s, (struct moment){ NOW + 1000, midnight + DAY_S })
                    >= NOW + 600000);
    }
}

static void a_healthy_account_is_never_stale_however_slow(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(stories); i++) {
        struct play p = begin(&stories[i], NOON, i + 50);
        poll_next(&p);
        while (p.polls < 2000) {
            unix_s seen = p.last_poll;
            int64_t stale_s = schedule_stale_s(&p.schedule);
            poll_next(&p);
            assert_true(p.last_poll - seen <= stale_s - stories[i].interval_s);
        }
    }
    struct schedule s = start(300, 1);
    assert_int_equal(schedule_stale_s(&s), 960);
}

static void a_change_ends_the_slow_rhythm_at_once(void **state)
{
    (void)state;
    const struct story idle = { .interval_s = 300 }, busy = { .spends = true, .interval_s = 300 };
    struct play p = begin(&idle, NOON, 5);
    while (p.now.unix < NOON + 8 * HOUR_S)
        poll_next(&p);
    assert_int_equal(p.schedule.rhythm, PACE_IDLE);
    assert_int_equal(p.schedule.wait_ms, 1200000);
    assert_int_equal(p.schedule.moved.unix, NOON);
    p.story = &busy;
    poll_next(&p);
    assert_int_equal(p.schedule.rhythm, PACE_USUAL);
    assert_int_equal(p.schedule.wait_ms, 300000);
}

static void limits_that_are_equal_leave_the_interval_alone(void **state)
{
    (void)state;
    const struct story wild = { .runway_s = 60, .jumps = true, .interval_s = 300 };
    struct play p = begin(&wild, NOON, 6);
    p.schedule.limits = (struct schedule_limits){ 300, 300, 300 };
    while (p.now.unix < NOON + DAY_S) {
        poll_next(&p);
        assert_int_equal(p.schedule.wait_ms, 300000);
    }
}

/* Set forward, set back, asleep: at most one poll comes early, and midnight is kept by the new
 * time. */
static void a_clock_that_is_set_makes_no_storm_and_keeps_midnight(void **state)
{
    (void)state;
    const struct story daily = { .period = RESET_DAILY, .spends = true, .interval_s = 3600 };
    static const int64_t steps[] = { 3 * HOUR_S,  -3 * HOUR_S, 10 * DAY_S, -10 * DAY_S,
                                     700 * DAY_S, 40,          -40 };
    for (size_t i = 0; i < COUNT(steps); i++) {
        struct play p = begin(&daily, NOON, i + 7);
        for (int n = 0; n < 3; n++)
            poll_next(&p);
        pass(&p, 1000 * 1000);
        p.now.unix += steps[i];
        int polls = p.polls;
        mono_ms set_at = p.now.mono;
        while (p.now.mono < set_at + 3600 * 1000)
            poll_next(&p);
        assert_in_range(p.polls - polls, 1, 5);
        check_midnights(&daily, p.now.unix, i + 1);
    }
    struct play p = begin(&daily, NOON, 30);
    poll_next(&p);
    p.now.unix += 8 * HOUR_S; /* asleep: the monotonic clock stood still */
    assert_int_equal(schedule_due(&p.schedule, p.now) <= p.now.mono, true);
}

/* Polls of two calls out of one bucket, failing at random: windows of any length keep the budget.
 */
static void failures_resets_and_short_runways_stay_inside_the_budget(void **state)
{
    (void)state;
    enum { CALLS = 3000 };
    static mono_ms at[CALLS];
    const struct story worst = { .period = RESET_DAILY,
                                 .runway_s = 60,
                                 .jumps = true,
                                 .spends = true,
                                 .failing_percent = 60,
                                 .interval_s = 300 };
    struct play p = begin(&worst, NOON, 9);
    struct rate_limit b = rate_limit_start(34, p.now.mono);
    int count = 0;
    while (count + RATE_LIMIT_POLL_CALLS <= CALLS) {
        for (mono_ms due; (due = schedule_due(&p.schedule, p.now)) > p.now.mono;)
            pass(&p, due - p.now.mono);
        for (int k = 0; k < RATE_LIMIT_POLL_CALLS; k++) {
            pass(&p, rate_limit_ready(&b, RATE_LIMIT_NEEDED, p.now.mono) - p.now.mono);
            assert_true(rate_limit_take(&b, RATE_LIMIT_NEEDED, p.now.mono));
            at[count++] = p.now.mono;
        }
        poll_next(&p);
    }
    for (int i = 0; i < CALLS; i++)
        for (int j = i; j < CALLS; j++)
            assert_true((j - i + 1 - rate_limit_burst(34)) * INT64_C(1000000)
                        <= (at[j] - at[i]) * 34);
}

/* Half of the wait later a new process begins: its first poll is due when the old one's was, at
 * least; after a good poll it is soon. */
static void a_restart_forgets_no_wait(void **state)
{
    (void)state;
    static const struct {
        enum poll_result result;
        int64_t retry_after_s;
    } rows[] = {
        { POLL_UNAVAILABLE, 0 }, { POLL_UNAVAILABLE, 700 }, { POLL_BUSY, 0 },
        { POLL_BUSY, 99999999 }, { POLL_BROKEN, 0 },        { POLL_UNAUTHORIZED, 0 },
        { POLL_OK, 0 },          { POLL_SUSPICIOUS, 0 },
    };
    struct random random = random_seeded(5);
    for (size_t i = 0; i < COUNT(rows); i++)
        for (int failures = 0; failures < 5; failures++) {
            struct schedule s = start(300, 1), fresh;
            s.failures = failures;
            book(&s, rows[i].result, rows[i].retry_after_s, &random);
            int64_t wait_ms = schedule_due(&s, now_at) - NOW, passed_s = wait_ms / 2000;
            struct schedule_rest rest = schedule_rest(&s, now_at);
            struct moment later = { 77, NOON + passed_s }; /* of another boot */
            fresh = schedule_start(s.limits, 0, later, &random);
            schedule_resume(&fresh, rest, later);
            int64_t left_ms = schedule_due(&fresh, later) - later.mono;
            bool good = rows[i].result == POLL_OK || rows[i].result == POLL_SUSPICIOUS;
            assert_int_equal(fresh.failures, s.failures);
            assert_true(good ? left_ms <= SCHEDULE_RESTART_MS
                             : left_ms >= wait_ms - passed_s * 1000);
            assert_true(left_ms <= wait_ms + 2000);
        }
}

/* A clock that was set back by a year while nothing ran. */
static void a_clock_that_was_set_makes_no_wait_longer_than_the_longest(void **state)
{
    (void)state;
    struct random random = random_seeded(6);
    struct schedule s = start(300, 1);
    schedule_resume(&s, (struct schedule_rest){ NOON + 365 * DAY_S, 3 }, now_at);
    assert_true(schedule_due(&s, now_at) - NOW <= (SCHEDULE_RETRY_AFTER_MAX_S + 2) * INT64_C(1000));
    s = schedule_start(s.limits, 0, now_at, &random);
    schedule_resume(&s, (struct schedule_rest){ NOON - DAY_S, 0 }, now_at);
    assert_true(schedule_due(&s, now_at) <= NOW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_keep_their_bounds_and_use_them),
        cmocka_unit_test(the_first_poll_is_due_when_it_was_said),
        cmocka_unit_test(failures_are_counted_until_a_success),
        cmocka_unit_test(a_restart_forgets_no_wait),
        cmocka_unit_test(a_clock_that_was_set_makes_no_wait_longer_than_the_longest),
        cmocka_unit_test(a_month_has_as_many_polls_as_its_story_asks_for),
        cmocka_unit_test(each_midnight_has_a_reading_before_and_one_after_it),
        cmocka_unit_test(accounts_have_their_own_places_around_midnight),
        cmocka_unit_test(a_reset_that_was_not_seen_is_looked_for_again),
        cmocka_unit_test(
            what_is_doubted_is_read_again_within_seconds_unless_the_server_wants_peace),
        cmocka_unit_test(a_failing_account_tries_around_midnight_unless_it_was_refused),
        cmocka_unit_test(a_healthy_account_is_never_stale_however_slow),
        cmocka_unit_test(a_change_ends_the_slow_rhythm_at_once),
        cmocka_unit_test(limits_that_are_equal_leave_the_interval_alone),
        cmocka_unit_test(a_clock_that_is_set_makes_no_storm_and_keeps_midnight),
        cmocka_unit_test(failures_resets_and_short_runways_stay_inside_the_budget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
