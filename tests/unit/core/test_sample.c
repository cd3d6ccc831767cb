/* Quantiles of a weighted sample. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "base/span.h"
#include "core/forecast/sample.h"

static double quantile(const struct sample *s, double level)
{
    double ret;
    sample_quantiles(s, &level, 1, &ret);
    return ret;
}

static void add(struct sample *s, double value, double weight)
{
    float one = (float)value, counts = (float)weight;
    sample_add(s, 1, &one, &counts);
}

static void what_is_always_the_same_has_no_spread(void **state)
{
    (void)state;
    static const double levels[] = { 0.01, 0.1, 0.5, 0.9, 0.99 };
    struct sample s = { 0 };
    assert_true(quantile(&s, 0.5) == 0);
    for (int i = 0; i < 50; i++)
        add(&s, 0.1337, 0.2);
    for (size_t i = 0; i < COUNT(levels); i++)
        assert_true(fabs(quantile(&s, levels[i]) - 0.1337) < 1e-4);
}

static void quantiles_of_what_is_spread_evenly_are_where_they_belong(void **state)
{
    (void)state;
    struct sample s = { 0 };
    for (int i = 0; i < 1000; i++)
        add(&s, -2 + 4 * (i + 0.5) / 1000, 1);
    double before = -INFINITY;
    for (double level = 0.05; level < 0.96; level += 0.05) {
        double found = quantile(&s, level);
        assert_true(fabs(found - (-2 + 4 * level)) < 0.01 && found > before);
        before = found;
    }
}

static void several_levels_at_once_are_as_one_at_a_time(void **state)
{
    (void)state;
    static const double levels[] = { 0.1, 0.25, 0.5, 0.75, 0.9 };
    double all[COUNT(levels)];
    struct sample s = { 0 };
    for (int i = 0; i < 40; i++)
        add(&s, 5 * sin(i * 1.7), 0.2 + i % 3);
    sample_quantiles(&s, levels, COUNT(levels), all);
    for (size_t i = 0; i < COUNT(levels); i++)
        assert_true(all[i] == quantile(&s, levels[i]));
}

static void samples_side_by_side_are_as_each_by_itself(void **state)
{
    (void)state;
    enum { VALUES = 60 };
    static const double levels[] = { 0.1, 0.5, 0.9 };
    float values[VALUES], times[VALUES], weights[VALUES];
    float_lanes sides[VALUES];
    struct side_samples together = { .total = { 0 } };
    for (int i = 0; i < VALUES; i++) {
        values[i] = (float)(9 * sin(i * 1.7)); /* also beyond the bins */
        times[i] = (float)(0.3 + i % 2);
        for (int side = 0; side < SAMPLE_SIDES; side++)
            sides[i][side] = (float)(0.1 + (i + side) % 5);
    }
    side_samples_add(&together, VALUES, values, times, sides);
    for (int side = 0; side < SAMPLE_SIDES; side++) {
        struct sample alone = { .total = 0 };
        double of_side[COUNT(levels)], of_alone[COUNT(levels)];
        for (int i = 0; i < VALUES; i++)
            weights[i] = times[i] * sides[i][side];
        sample_add(&alone, VALUES, values, weights);
        side_samples_quantiles(&together, side, levels, COUNT(levels), of_side);
        sample_quantiles(&alone, levels, COUNT(levels), of_alone);
        for (size_t l = 0; l < COUNT(levels); l++)
            assert_true(fabs(of_side[l] - of_alone[l]) < 1e-5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_always_the_same_has_no_spread),
        cmocka_unit_test(quantiles_of_what_is_spread_evenly_are_where_they_belong),
        cmocka_unit_test(samples_side_by_side_are_as_each_by_itself),
        cmocka_unit_test(several_levels_at_once_are_as_one_at_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
