/* The quick functions against the C library's, over all that forecasts ask of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "core/forecast/vector_math.h"

static void logarithms_are_off_by_no_more_than_rounding(void **state)
{
    (void)state;
    for (double x = 1e-30; x < 1e30; x *= 1.003) {
        double exact = log((double)(float)x);
        assert_true(fabs((double)quick_log((float)x) - exact) < 2e-7 * fmax(1, fabs(exact)));
    }
}

static void exponentials_are_off_by_no_more_than_rounding_and_end_at_87(void **state)
{
    (void)state;
    for (double x = -87; x < 87; x += 0.01) {
        double exact = exp((double)(float)x);
        assert_true(fabs((double)quick_exp((float)x) / exact - 1) < 2e-7);
    }
    assert_true(quick_exp(1000) == quick_exp(87) && quick_exp(-1000) == quick_exp(-87));
}

static void tangents_are_off_by_no_more_than_rounding_of_one(void **state)
{
    (void)state;
    for (double x = -60; x < 60; x += 0.003)
        assert_true(fabs((double)quick_tanh((float)x) - tanh((double)(float)x)) < 3e-7);
}

static void lanes_are_as_each_by_itself(void **state)
{
    (void)state;
    float_lanes exponentials = { -100, -3, -0.1F, 0, 0.1F, 3, 50, 100 }, tangents = exponentials;
    float_lanes x = exponentials;
    exp_lanes(&exponentials);
    tanh_lanes(&tangents);
    for (int l = 0; l < LANES; l++) {
        assert_true(exponentials[l] == quick_exp(x[l]));
        assert_true(tangents[l] == quick_tanh(x[l]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logarithms_are_off_by_no_more_than_rounding),
        cmocka_unit_test(exponentials_are_off_by_no_more_than_rounding_and_end_at_87),
        cmocka_unit_test(tangents_are_off_by_no_more_than_rounding_of_one),
        cmocka_unit_test(lanes_are_as_each_by_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
