/* The sum of all trees for every step of N at once: a tree is a staircase in N of as many stairs as
 * it asks about N. */
#include "core/forecast/alarm.h"

#include <math.h>

/* Chosen by tools/forecast/chances.py on episodes of other series than those that are scored: right
 * as often as can be while one in ten is missed and hardly that many flap. */
static const double alarm_chance = 0.31, relief_chance = 0.10;

static const double first_step = -3.2, step_width = 0.1, leaf_unit = 1e-3;

/* A tree's stairs, the same for whatever is asked: at which steps of N it may change its mind, and
 * what that adds to a leaf's number. The first is step 0, where all questions about N are answered
 * no. */
struct staircase {
    int count;
    int step[ALARM_DEPTH + 1]; /* rising */
    int answer[ALARM_DEPTH + 1];
};

static void add_stair(struct staircase *s, int step, int answer)
{
    int at = s->count++;
    for (; s->step[at - 1] > step; at--) {
        s->step[at] = s->step[at - 1];
        s->answer[at] = s->answer[at - 1];
    }
    s->step[at] = step;
    s->answer[at] = answer;
}

/* Also finds the leaf of each lane at step 0. */
static struct staircase climb(const struct alarm_tree *t, const struct panel *p, int_lanes *leaf)
{
    struct staircase s = { .count = 1 };
    int_lanes fixed = { 0 };
    for (int d = 0; d < ALARM_DEPTH; d++) {
        int answer = 1 << (ALARM_DEPTH - 1 - d);
        if (t->feature[d] == ALARM_ASKS_N) {
            add_stair(&s, (int)t->above[d] + 1, answer);
            continue;
        }
        fixed -= answer * (p->at[t->feature[d]] > t->above[d]); /* true is -1 */
    }
    *leaf = fixed;
    return s;
}

/* Adds what the tree says of the first step, and at each step where it changes its mind, by how
 * much. Two stairs at one step are a change of mind in two parts. */
static void add_stairs(const struct alarm_tree *t, const struct panel *p,
                       int_lanes rise[ALARM_STEPS + 1])
{
    int_lanes leaf, before = { 0 };
    struct staircase s = climb(t, p, &leaf);
    for (int i = 0; i < s.count; i++) {
        int_lanes says;
        leaf += s.answer[i];
        for (int l = 0; l < LANES; l++)
            says[l] = t->leaf[leaf[l]];
        rise[s.step[i] < ALARM_STEPS ? s.step[i] : ALARM_STEPS] += says - before;
        before = says;
    }
}

/* In units of a leaf. */
static double log_odds(double chance)
{
    return log(chance / (1 - chance)) / leaf_unit;
}

static double first_above(const int_lanes rise[ALARM_STEPS + 1], int lane, double odds)
{
    int sum = 0, step = 0;
    for (; step < ALARM_STEPS; step++) {
        sum += rise[step][lane];
        if (sum > odds)
            break;
    }
    return first_step + step_width * step;
}

FOR_WIDE_VECTORS
void alarm_spans(const struct alarm_forest *f, const struct panel *p, struct alarm_span ret[LANES])
{
    int_lanes rise[ALARM_STEPS + 1] = { { 0 } };
    double alarm = log_odds(alarm_chance), relief = log_odds(relief_chance);
    for (size_t i = 0; i < f->count; i++)
        add_stairs(&f->trees[i], p, rise);
    for (int l = 0; l < LANES; l++)
        ret[l] = (struct alarm_span){ first_above(rise, l, alarm), first_above(rise, l, relief) };
}
