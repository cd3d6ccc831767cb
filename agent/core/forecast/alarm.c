/* The sum of all trees for every step of N at once: a tree is a staircase in N of as many stairs as it asks about N. */
#include "core/forecast/alarm.h"

#include <math.h>

/* Levels for which alerts of real series were right most often, rarely late and seldom flapping. */
static const double alarm_chance = 0.435, relief_chance = 0.19;

static const double first_step = -3.2, step_width = 0.1, leaf_unit = 1e-3;

static int leaf_at(const struct alarm_tree *t, const float features[FEATURES], int step)
{
    int leaf = 0;
    for (int d = 0; d < ALARM_DEPTH; d++) {
        float value = t->feature[d] == ALARM_ASKS_N ? (float)step : features[t->feature[d]];
        leaf = 2 * leaf + (value > t->above[d]);
    }
    return t->leaf[leaf];
}

/* Adds what the tree says of the first step, and at each step where it changes its mind, by how much. */
static void add_stairs(const struct alarm_tree *t, const float features[FEATURES], int rise[ALARM_STEPS])
{
    rise[0] += leaf_at(t, features, 0);
    for (int d = 0; d < ALARM_DEPTH; d++) {
        if (t->feature[d] != ALARM_ASKS_N)
            continue;
        int step = (int)t->above[d] + 1;
        bool seen = false;
        for (int before = 0; before < d; before++)
            seen = seen || (t->feature[before] == ALARM_ASKS_N && (int)t->above[before] + 1 == step);
        if (!seen && step < ALARM_STEPS)
            rise[step] += leaf_at(t, features, step) - leaf_at(t, features, step - 1);
    }
}

static double log_odds(double chance)
{
    return log(chance / (1 - chance));
}

static double first_above(const int rise[ALARM_STEPS], double chance)
{
    int sum = 0, step = 0;
    for (; step < ALARM_STEPS; step++) {
        sum += rise[step];
        if (leaf_unit * sum > log_odds(chance))
            break;
    }
    return first_step + step_width * step;
}

struct alarm_span alarm_span_of(const struct alarm_forest *f, const float features[FEATURES])
{
    int rise[ALARM_STEPS] = { 0 };
    for (size_t i = 0; i < f->count; i++)
        add_stairs(&f->trees[i], features, rise);
    return (struct alarm_span){ first_above(rise, alarm_chance), first_above(rise, relief_chance) };
}
