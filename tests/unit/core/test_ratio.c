/* Shares, growth and what a budget allows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/ratio.h"

static void a_share_is_rounded_half_away_from_zero_and_never_wraps(void **state)
{
    int64_t ret = 42;
    (void)state;
    assert_true(ratio_share(1, 3, &ret));
    assert_int_equal(ret, 3333);
    assert_true(ratio_share(2, 3, &ret));
    assert_int_equal(ret, 6667);
    assert_true(ratio_share(1, 20000, &ret));
    assert_int_equal(ret, 1);
    assert_true(ratio_share(0, 7, &ret));
    assert_int_equal(ret, 0);
    assert_true(ratio_growth(1, 3, &ret));
    assert_int_equal(ret, -6667);
    assert_true(ratio_share(INT64_MAX, INT64_MAX, &ret));
    assert_int_equal(ret, 10000);
    assert_false(ratio_share(1, 0, &ret));
    assert_false(ratio_share(INT64_MAX, 1, &ret));
    assert_false(ratio_growth(5, 0, &ret));
    assert_int_equal(ratio_each(7, 2), 4);
    assert_int_equal(ratio_each(-7, 2), -4);
    assert_int_equal(ratio_each(INT64_MAX, 1), INT64_MAX);
}

static void an_allowance_is_the_amount_of_each_period_in_proportion(void **state)
{
    unix_s october = calendar_day(2026, 10, 1) * DAY_S,
           november = calendar_day(2026, 11, 1) * DAY_S;
    const struct period month = { october, november },
                        half_of_november = { november, november + 15 * DAY_S },
                        both = { october, november + 15 * DAY_S };
    const struct allowance monthly = { RESET_MONTHLY, 3000 }, weekly = { RESET_WEEKLY, 70 },
                           daily = { RESET_DAILY, 10 }, none = { RESET_NONE, 10 },
                           huge = { RESET_DAILY, INT64_MAX };
    int64_t ret = 0;
    (void)state;
    assert_true(ratio_allowance(&monthly, &month, &ret));
    assert_int_equal(ret, 3000);
    assert_true(ratio_allowance(&monthly, &half_of_november, &ret));
    assert_int_equal(ret, 1500);
    assert_true(ratio_allowance(&monthly, &both, &ret));
    assert_int_equal(ret, 4500);
    assert_true(ratio_allowance(&weekly, &month, &ret));
    assert_int_equal(ret, 310);
    assert_true(ratio_allowance(&daily, &month, &ret));
    assert_int_equal(ret, 310);
    const struct allowance odd = { RESET_MONTHLY, 101 }; /* half of November: 50.5 */
    assert_true(ratio_allowance(&odd, &half_of_november, &ret));
    assert_int_equal(ret, 51);
    assert_false(ratio_allowance(&none, &month, &ret));
    assert_false(ratio_allowance(&huge, &month, &ret));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_share_is_rounded_half_away_from_zero_and_never_wraps),
        cmocka_unit_test(an_allowance_is_the_amount_of_each_period_in_proportion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
