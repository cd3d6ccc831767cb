/* Shares of a day: however it is cut, they add up, and lie where the hours do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"
#include "base/span.h"
#include "core/day_share.h"

#define DAY (INT64_C(20000) * DAY_S)

static void shares_lie_where_the_hours_do(void **state)
{
    struct day_shape s;
    (void)state;
    day_shape_init(&s, DAY, DAY + 10 * DAY_S);
    day_shape_add(&s, DAY + 9 * HOUR_S, 30);
    day_shape_add(&s, DAY + 2 * HOUR_S, 10);
    assert_int_equal(day_share_before(&s, 40, DAY + 2 * HOUR_S), 0);
    assert_int_equal(day_share_before(&s, 40, DAY + 3 * HOUR_S), 10);
    assert_int_equal(day_share_before(&s, 40, DAY + 9 * HOUR_S + 1800), 25);
    assert_int_equal(day_share_before(&s, 400, DAY + 9 * HOUR_S),
                     100); /* the endpoint tells of ten times as much */
    assert_int_equal(day_share_before(&s, 400, DAY + DAY_S), 400);
    assert_int_equal(day_share_before(&s, -4, DAY + 9 * HOUR_S), -1);
}

static void without_hours_a_day_is_shared_evenly_as_far_as_it_has_gone(void **state)
{
    struct day_shape past, today;
    (void)state;
    day_shape_init(&past, DAY, DAY + DAY_S);
    day_shape_init(&today, DAY, DAY + 6 * HOUR_S - 1);
    assert_int_equal(day_share_before(&past, 240, DAY + 6 * HOUR_S), 60);
    assert_int_equal(day_share_before(&today, 240, DAY + 3 * HOUR_S), 120);
    assert_int_equal(day_share_before(&today, 240, DAY + 7 * HOUR_S), 240);
}

static int64_t any_amount(struct random *random)
{
    return (int64_t)(random_next(random) >> 1 >> random_next(random) % 62);
}

static void the_shares_of_every_cut_add_up(void **state)
{
    struct random random = random_seeded(5);
    (void)state;
    for (int i = 0; i < 5000; i++) {
        struct day_shape s;
        day_shape_init(&s, DAY, DAY + (int64_t)(random_next(&random) % (2 * (uint64_t)DAY_S)));
        for (int h = 0; h < i % 30; h++)
            day_shape_add(&s, DAY + h * (int64_t)HOUR_S, any_amount(&random));
        int64_t amount = any_amount(&random), sum = 0;
        unix_s at = DAY;
        while (at < DAY + DAY_S) {
            unix_s next = at + 1 + (int64_t)(random_next(&random) % (12 * HOUR_S));
            int64_t share = day_share_before(&s, amount, next) - day_share_before(&s, amount, at);
            assert_true(share >= 0);
            sum += share;
            at = next;
        }
        assert_int_equal(sum, amount);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_lie_where_the_hours_do),
        cmocka_unit_test(without_hours_a_day_is_shared_evenly_as_far_as_it_has_gone),
        cmocka_unit_test(the_shares_of_every_cut_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
