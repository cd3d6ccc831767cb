/* The forest for alerts: that its staircases are the trees' own sums. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "base/random.h"
#include "core/forecast/alarm.h"

enum { TREES = 40 };

static struct alarm_tree any_tree(struct random *r)
{
    struct alarm_tree t;
    for (int d = 0; d < ALARM_DEPTH; d++) {
        bool asks_n = random_unit(r) < 0.4;
        t.feature[d] = (short)(asks_n ? ALARM_ASKS_N : random_unit(r) * FEATURES);
        t.above[d] = asks_n ? (float)(int)(random_unit(r) * (ALARM_STEPS - 1))
                            : (float)(random_unit(r) - 0.5);
    }
    for (int i = 0; i < ALARM_LEAVES; i++)
        t.leaf[i] = (short)(500 * (random_unit(r) - 0.5));
    return t;
}

/* The definition, tree by tree and step by step. */
static double log_odds_at(const struct alarm_tree *trees, const float features[FEATURES], int step)
{
    double sum = 0;
    for (int i = 0; i < TREES; i++) {
        int leaf = 0;
        for (int d = 0; d < ALARM_DEPTH; d++) {
            short f = trees[i].feature[d];
            leaf = 2 * leaf + ((f == ALARM_ASKS_N ? (float)step : features[f]) > trees[i].above[d]);
        }
        sum += trees[i].leaf[leaf] / 1000.0;
    }
    return sum;
}

static double first_step_with(const struct alarm_tree *trees, const float features[FEATURES],
                              double chance)
{
    int step = 0;
    while (step < ALARM_STEPS && log_odds_at(trees, features, step) <= log(chance / (1 - chance)))
        step++;
    return -3.2 + 0.1 * step;
}

static void an_alert_fires_at_the_first_n_that_is_likely_enough(void **state)
{
    (void)state;
    int differ = 0;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct random r = random_seeded(seed);
        struct alarm_tree trees[TREES];
        float features[FEATURES];
        for (int i = 0; i < TREES; i++)
            trees[i] = any_tree(&r);
        for (int i = 0; i < FEATURES; i++)
            features[i] = (float)(random_unit(&r) - 0.5);
        struct panel panel = { 0 };
        struct alarm_span spans[LANES], s;
        int lane = (int)(seed % LANES);
        panel_set(&panel, lane, features, FEATURES);
        alarm_spans(&(struct alarm_forest){ trees, TREES }, &panel, spans);
        s = spans[lane];
        assert_true(fabs(s.alarm - first_step_with(trees, features, 0.31)) < 1e-9);
        assert_true(fabs(s.relief - first_step_with(trees, features, 0.10)) < 1e-9);
        assert_true(s.relief <= s.alarm);
        differ += s.relief < s.alarm && s.alarm < 3.15;
    }
    assert_true(differ > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_alert_fires_at_the_first_n_that_is_likely_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
