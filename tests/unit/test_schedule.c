/* Waiting times: bounds that hold for any random numbers, and the spread that jitter must give. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/span.h"
#include "core/schedule.h"

#define NOW INT64_C(5000000)

enum { TRIES = 2000 };

struct bounds {
    int64_t least_ms, most_ms;
};

/* The shortest and the longest wait that so many tries gave after `failures` earlier failures. */
static struct bounds waits(int64_t interval_s, enum poll_result result, int failures, int64_t retry_after_s)
{
    struct random random = random_seeded(9);
    struct bounds b = { INT64_MAX, INT64_MIN };
    for (int i = 0; i < TRIES; i++) {
        struct schedule s = schedule_start(interval_s, 0);
        s.failures = failures;
        schedule_book(&s, result, retry_after_s, NOW, &random);
        int64_t wait_ms = s.due - NOW;
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
        { "a wish for a year is cut to a day", 60, POLL_UNAVAILABLE, 0, 365 * 86400, { 86400000, 86400000 } },
        { "an absurd wish too", 60, POLL_UNAVAILABLE, 0, INT64_MAX, { 86400000, 86400000 } },
        { "a negative wish is none", 300, POLL_BUSY, 0, -5, { 2500, 5000 } },
        { "a refused key is polled slowly", 60, POLL_UNAUTHORIZED, 0, 0, { 855000, 945000 } },
        { "though never faster than usual", 3600, POLL_UNAUTHORIZED, 0, 0, { 3420000, 3780000 } },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct bounds got = waits(rows[i].interval_s, rows[i].result, rows[i].failures, rows[i].retry_after_s);
        int64_t width = rows[i].within.most_ms - rows[i].within.least_ms;
        bool inside = got.least_ms >= rows[i].within.least_ms && got.most_ms <= rows[i].within.most_ms;
        bool spread = (got.most_ms - got.least_ms) * 10 >= width * 9;
        if (!inside || !spread)
            fail_msg("row \"%s\": %lld to %lld ms", rows[i].what, (long long)got.least_ms, (long long)got.most_ms);
    }
}

static void the_first_poll_is_due_at_once(void **state)
{
    (void)state;
    assert_int_equal(schedule_start(300, NOW).due, NOW);
}

static void failures_are_counted_until_a_success(void **state)
{
    (void)state;
    struct random random = random_seeded(10);
    struct schedule s = schedule_start(300, NOW);
    schedule_book(&s, POLL_UNAVAILABLE, 0, NOW, &random);
    schedule_book(&s, POLL_UNAUTHORIZED, 0, NOW, &random);
    assert_int_equal(s.failures, 2);
    schedule_book(&s, POLL_OK, 0, NOW, &random);
    assert_int_equal(s.failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_keep_their_bounds_and_use_them),
        cmocka_unit_test(the_first_poll_is_due_at_once),
        cmocka_unit_test(failures_are_counted_until_a_success),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
