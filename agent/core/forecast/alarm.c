/* The sum of all trees for every step of N at once: a tree is a staircase in N of as many stairs as
 * it asks about N. */
#include "core/forecast/alarm.h"

#include <math.h>

/* Levels for which alerts of real series were right most often, rarely late and seldom flapping. */
static const double alarm_chance = 0.435, relief_chance = 0.19;

static const double first_step = -3.2, step_width = 0.1, leaf_unit = 1e-3;

/* A tree asked about one set of features: the answers that N cannot change, and the questions about
 * N. */
struct staircase {
    const struct alarm_tree *tree;
    int fixed;               /* the leaf if every question about N is answered no */
    int count;               /* questions about N */
    int step[ALARM_DEPTH];   /* the first step that answers yes */
    int answer[ALARM_DEPTH]; /* what a yes adds to the leaf's number */
};

static struct staircase climb(const struct alarm_tree *t, const float features[FEATURES])
{
    struct staircase s = { .tree = t };
    for (int d = 0; d < ALARM_DEPTH; d++) {
        int answer = 1 << (ALARM_DEPTH - 1 - d);
        if (t->feature[d] == ALARM_ASKS_N) {
            s.step[s.count] = (int)t->above[d] + 1;
            s.answer[s.count++] = answer;
        } else if (features[t->feature[d]] > t->above[d]) {
            s.fixed += answer;
        }
    }
    return s;
}

static int leaf_at(const struct staircase *s, int step)
{
    int leaf = s->fixed;
    for (int i = 0; i < s->count; i++)
        leaf += step >= s->step[i] ? s->answer[i] : 0;
    return s->tree->leaf[leaf];
}

/* Adds what the tree says of the first step, and at each step where it changes its mind, by how
 * much. */
static void add_stairs(const struct staircase *s, int rise[ALARM_STEPS])
{
    rise[0] += leaf_at(s, 0);
    for (int i = 0; i < s->count; i++) {
        int step = s->step[i];
        bool seen = false;
        for (int before = 0; before < i; before++)
            seen = seen || s->step[before] == step;
        if (!seen && step < ALARM_STEPS)
            rise[step] += leaf_at(s, step) - leaf_at(s, step - 1);
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
    for (size_t i = 0; i < f->count; i++) {
        struct staircase s = climb(&f->trees[i], features);
        add_stairs(&s, rise);
    }
    return (struct alarm_span){ first_above(rise, alarm_chance), first_above(rise, relief_chance) };
}
