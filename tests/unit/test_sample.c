/* Quantiles of a weighted sample. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "base/span.h"
#include "core/forecast/sample.h"

static void what_is_always_the_same_has_no_spread(void **state)
{
    (void)state;
    static const double levels[] = { 0.01, 0.1, 0.5, 0.9, 0.99 };
    struct sample s = { 0 };
    assert_true(sample_quantile(&s, 0.5) == 0);
    for (int i = 0; i < 50; i++)
        sample_add(&s, 0.1337, 0.2);
    for (size_t i = 0; i < COUNT(levels); i++)
        assert_true(fabs(sample_quantile(&s, levels[i]) - 0.1337) < 1e-4);
}

static void quantiles_of_what_is_spread_evenly_are_where_they_belong(void **state)
{
    (void)state;
    struct sample s = { 0 };
    for (int i = 0; i < 1000; i++)
        sample_add(&s, -2 + 4 * (i + 0.5) / 1000, 1);
    double before = -INFINITY;
    for (double level = 0.05; level < 0.96; level += 0.05) {
        double found = sample_quantile(&s, level);
        assert_true(fabs(found - (-2 + 4 * level)) < 0.01 && found > before);
        before = found;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_always_the_same_has_no_spread),
        cmocka_unit_test(quantiles_of_what_is_spread_evenly_are_where_they_belong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
