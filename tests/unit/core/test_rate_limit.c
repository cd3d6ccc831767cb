/* The bucket of calls: no window of any length ever sees more than the burst and the rate, whoever
 * asks how. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"
#include "base/span.h"
#include "core/rate_limit.h"

#define NOW INT64_C(7000000)

enum { CALLS = 600, RUNS = 60 };

static void a_burst_passes_and_then_the_rate(void **state)
{
    (void)state;
    struct rate_limit b = rate_limit_start(200, NOW);
    for (int i = 0; i < 12; i++)
        assert_true(rate_limit_take(&b, RATE_LIMIT_NEEDED, NOW));
    assert_false(rate_limit_take(&b, RATE_LIMIT_NEEDED, NOW));
    assert_int_equal(rate_limit_ready(&b, RATE_LIMIT_NEEDED, NOW), NOW + 5000);
    assert_false(rate_limit_take(&b, RATE_LIMIT_NEEDED, NOW + 4999));
    assert_true(rate_limit_take(&b, RATE_LIMIT_NEEDED, NOW + 5000));
    assert_int_equal(b.calls, 13);
    rate_limit_book(&b);
    assert_int_equal(b.calls, 0);
    assert_int_equal(rate_limit_ready(&b, RATE_LIMIT_NEEDED, NOW + 5000), NOW + 10000);
}

static void spare_calls_leave_room_for_a_poll(void **state)
{
    (void)state;
    struct rate_limit b = rate_limit_start(100, NOW);
    int taken = 0;
    while (rate_limit_take(&b, RATE_LIMIT_SPARE, NOW))
        taken++;
    assert_int_equal(taken, rate_limit_burst(100) - RATE_LIMIT_POLL_CALLS);
    assert_int_equal(rate_limit_ready(&b, RATE_LIMIT_SPARE, NOW), NOW + 10000);
    for (int i = 0; i < RATE_LIMIT_POLL_CALLS; i++)
        assert_true(rate_limit_take(&b, RATE_LIMIT_NEEDED, NOW));
    assert_false(rate_limit_take(&b, RATE_LIMIT_NEEDED, NOW));
}

static void a_clock_that_goes_back_or_far_ahead_gives_nothing_extra(void **state)
{
    (void)state;
    struct rate_limit b = rate_limit_start(1000, NOW);
    while (rate_limit_take(&b, RATE_LIMIT_NEEDED, NOW))
        ;
    assert_false(rate_limit_take(&b, RATE_LIMIT_NEEDED, NOW - 100000));
    assert_int_equal(rate_limit_ready(&b, RATE_LIMIT_NEEDED, NOW - 100000), NOW + 1000);
    int64_t taken = 0;
    while (rate_limit_take(&b, RATE_LIMIT_NEEDED, INT64_MAX / 2))
        taken++;
    assert_int_equal(taken, rate_limit_burst(1000));
}

/* Calls at the earliest moment, in bursts, and at random: each pair of them bounds a window. */
static void no_window_sees_more_than_its_budget(void **state)
{
    (void)state;
    struct random random = random_seeded(21);
    mono_ms at[CALLS];
    for (int run = 0; run < RUNS; run++) {
        int64_t rate = 1 + (int64_t)(random_unit(&random) * random_unit(&random) * 5000);
        struct rate_limit b = rate_limit_start(rate, NOW);
        mono_ms now = NOW;
        int count = 0;
        while (count < CALLS) {
            enum rate_limit_use use =
                random_unit(&random) < 0.5 ? RATE_LIMIT_NEEDED : RATE_LIMIT_SPARE;
            mono_ms ready = rate_limit_ready(&b, use, now);
            if (ready > now)
                assert_false(rate_limit_take(&b, use, ready - 1));
            if (random_unit(&random) < 0.1)
                ready += (int64_t)(random_unit(&random) * 100000 * 1000) / rate;
            now = ready;
            assert_true(rate_limit_take(&b, use, now));
            at[count++] = now;
        }
        for (int i = 0; i < CALLS; i++)
            for (int j = i; j < CALLS; j++)
                assert_true((j - i + 1 - rate_limit_burst(rate)) * INT64_C(1000000)
                            <= (at[j] - at[i]) * rate);
    }
}

static void rates_and_intervals_fit_each_other(void **state)
{
    (void)state;
    assert_int_equal(rate_limit_rate_for(1), 2000);
    assert_int_equal(rate_limit_rate_for(300), 7);
    for (int64_t interval_s = 1; interval_s <= DAY_S; interval_s += 1 + interval_s / 7)
        assert_true(rate_limit_interval_ms(rate_limit_rate_for(interval_s)) <= interval_s * 1000);
    assert_int_equal(rate_limit_interval_ms(200), 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_burst_passes_and_then_the_rate),
        cmocka_unit_test(spare_calls_leave_room_for_a_poll),
        cmocka_unit_test(a_clock_that_goes_back_or_far_ahead_gives_nothing_extra),
        cmocka_unit_test(no_window_sees_more_than_its_budget),
        cmocka_unit_test(rates_and_intervals_fit_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
