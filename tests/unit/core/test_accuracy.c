/* A token's own record widens and narrows its intervals, slowly and within bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "base/random.h"
#include "core/forecast/accuracy.h"

enum { HOURS = 7200, DAYS = 5 * 86400 };

static struct due told(double true_s)
{
    return (struct due){ .early_s = 3600, .likely_s = 7200, .late_s = 14400, .true_s = true_s };
}

static void an_error_above_zero_was_too_late(void **state)
{
    (void)state;
    struct due late = told(3600), early = told(14400), outside = told(3599);
    assert_true(fabs(due_error(&late) - log(2)) < 1e-9);
    assert_true(fabs(due_error(&early) + log(2)) < 1e-9);
    assert_true(due_within(&late) && due_within(&early) && !due_within(&outside));
}

static void misses_widen_and_hits_narrow_within_bounds(void **state)
{
    (void)state;
    struct accuracy r = { 0 };
    struct due miss = told(60), hit = told(7200);
    assert_true(fabs(accuracy_widening(&r, HOURS) - 1) < 1e-9);
    accuracy_book(&r, &miss);
    assert_true(accuracy_widening(&r, HOURS) > 1);
    for (int i = 0; i < 100; i++)
        accuracy_book(&r, &miss);
    assert_true(fabs(accuracy_widening(&r, HOURS) - 2) < 1e-3);
    for (int i = 0; i < 1000; i++)
        accuracy_book(&r, &hit);
    assert_true(fabs(accuracy_widening(&r, HOURS) - 2 / 3.0) < 1e-3);
    assert_int_equal(r.due, 1101);
    assert_int_equal(r.within, 1000);
}

/* Errors spread 1.5 times as far as the engine thinks: its own intervals would hold 61 % of them.
 */
static void a_token_that_surprises_gets_the_coverage_it_was_promised(void **state)
{
    (void)state;
    struct accuracy r = { 0 };
    struct random random = random_seeded(3);
    for (int i = 0; i < 20000; i++) {
        double error =
            1.5 * sqrt(-2 * log(1 - random_unit(&random))) * cos(2 * M_PI * random_unit(&random));
        double reach = 1.2816 * accuracy_widening(&r, HOURS);
        struct due d = { 7200 * exp(-reach), 7200, 7200 * exp(reach), 7200 * exp(error) };
        accuracy_book(&r, &d);
    }
    double share = (double)r.within / (double)r.due;
    assert_true(share > 0.78 && share < 0.82);
}

/* Right about the next hours and wrong about the next days: each gets its own width, and what lies
 * between them one in between. */
static void each_reach_has_a_width_of_its_own(void **state)
{
    (void)state;
    struct accuracy r = { 0 };
    for (int i = 0; i < 200; i++) {
        struct due near = { 3600, HOURS, 14400, HOURS };
        struct due far = { DAYS / 2, DAYS, 2 * DAYS, i % 2 ? DAYS : 5 * DAYS };
        accuracy_book(&r, &near);
        accuracy_book(&r, &far);
    }
    double hours = accuracy_widening(&r, HOURS), days = accuracy_widening(&r, DAYS), before = hours;
    assert_true(hours < 0.9 && days > 1.9);
    for (double ahead = HOURS; ahead < DAYS; ahead *= 1.3) {
        double widening = accuracy_widening(&r, ahead);
        assert_true(widening > before * 0.97 && widening < before * 1.6);
        before = widening;
    }
}

static void a_reach_ends_where_it_says(void **state)
{
    (void)state;
    assert_int_equal(reach_of(6 * 3600 - 1), REACH_HOURS);
    assert_int_equal(reach_of(6 * 3600), REACH_DAYS);
    assert_int_equal(reach_of(2 * 86400 - 1), REACH_DAYS);
    assert_int_equal(reach_of(2 * 86400), REACH_FAR);
    assert_int_equal(reach_of(1e9), REACH_FAR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_above_zero_was_too_late),
        cmocka_unit_test(misses_widen_and_hits_narrow_within_bounds),
        cmocka_unit_test(a_token_that_surprises_gets_the_coverage_it_was_promised),
        cmocka_unit_test(each_reach_has_a_width_of_its_own),
        cmocka_unit_test(a_reach_ends_where_it_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
