/* The odds are asked at the amounts of the near points, and further out move as the curve's own. */
#include "core/forecast/dry.h"

#include <math.h>

#include "core/forecast/reset.h"

/* Chosen by tools/forecast/bounds.py, each series answered by what was trained without it. */
static const double dry_from_end = 0.36, dry_from_whole = 0.80, dry_until = 0.20;
static const double tight_from = 0.15;

static const double ln_unit = 1 / 2048.0, farthest_odds = 15;

static double log_odds(double chance)
{
    return log(chance / (1 - chance));
}

static double within(double value, double bound)
{
    return value < -bound ? -bound : value > bound ? bound : value;
}

static int16_t kept(double ln_odds)
{
    return (int16_t)lrint(within(ln_odds, farthest_odds) / ln_unit);
}

/* `left`: the share of the period that is. */
static double bound(bool dry, double left)
{
    return log_odds(dry ? dry_until : dry_from_end + left * (dry_from_whole - dry_from_end));
}

static bool is_above(const struct reset_odds *r, double ln_odds)
{
    return ln_odds > ln_unit * r->ln_bound;
}

/* By the curve's times. */
static double timed_odds(const struct curve *c, double nano)
{
    double chance = curve_chance(c, nano, (double)(c->reset.at - c->origin) / HOUR_S);
    return within(log_odds(chance < 1e-9 ? 1e-9 : chance > 1 - 1e-9 ? 1 - 1e-9 : chance), 20);
}

/* How far the times are believed: of who burns evenly they know to the minute what the forest, for
 * which all keys are alike, must guess. Wholly when early and late are the same, and for little
 * from a third of a log (a factor of 1.4) on: more than that moves what is said with 70 % or more
 * away from what happens. */
static const double timed_least = 0.15, timed_most = 0.9, timed_from = 0.35, timed_slope = 2.5;

static double timed_part(const struct curve *c, double nano)
{
    double apart = log(curve_hours(c, nano, 0.9) / curve_hours(c, nano, 0.1));
    return fmin(timed_least + timed_slope * fmax(timed_from - apart, 0), timed_most);
}

static void set_odds(struct curve *c, const double nano[], const double odds[])
{
    for (int i = CURVE_NEAR_POINTS - 1; i >= 0; i--) {
        double part = timed_part(c, nano[i]);
        c->reset.ln_odds[i] = kept(odds[i] + part * (timed_odds(c, nano[i]) - odds[i]));
        if (i < CURVE_NEAR_POINTS - 1 && c->reset.ln_odds[i] < c->reset.ln_odds[i + 1])
            c->reset.ln_odds[i] = c->reset.ln_odds[i + 1];
    }
}

void dry_foresee(struct curve *c, const struct dry_question *q)
{
    struct track t;
    struct periods p;
    double nano[CURVE_NEAR_POINTS], odds[LANES];
    if (!q->forest->count || !track_of(q->past, &t) || !periods_of(q->past, &q->budget, &p))
        return;
    curve_near_amounts(c, nano);
    reset_log_odds(q->forest, &t, &p, &(struct lefts){ nano, CURVE_NEAR_POINTS }, odds);
    bool was_dry = q->before->at == q->budget.resets && q->before->dry;
    double left = p.left_h / p.length_h;
    c->reset.at = q->budget.resets;
    set_odds(c, nano, odds);
    c->reset.ln_bound = kept(bound(was_dry, left));
    c->reset.dry = is_above(&c->reset, curve_near_value(c, q->nano, c->reset.ln_odds));
    c->reset.ln_bound = kept(bound(c->reset.dry, left));
}

bool dry_is_known(const struct curve *c, unix_s reset)
{
    return c->reset.at != TIME_NONE && c->reset.at == reset;
}

double dry_chance(const struct curve *c, double nano)
{
    double near[CURVE_NEAR_POINTS];
    if (nano <= 0)
        return 1;
    curve_near_amounts(c, near);
    double edge = fmin(fmax(nano, near[0]), near[CURVE_NEAR_POINTS - 1]);
    double odds = curve_near_value(c, nano, c->reset.ln_odds);
    if (nano != edge)
        odds += timed_odds(c, nano) - timed_odds(c, edge);
    return 1 / (1 + exp(-odds));
}

bool dry_runs(const struct curve *c, double chance)
{
    return chance >= 1 || is_above(&c->reset, log_odds(chance));
}

bool dry_is_tight(double chance)
{
    return chance > tight_from;
}
