/* The points of a curve, and reading between them.
 *
 * They are rungs of a ladder that hangs on the track's own mean hour and not on the balance, so
 * that a balance that moves a little is asked about the same amounts again. */
#include "core/forecast/curve.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/forecast/accuracy.h"
#include "core/forecast/estimate.h"

const double asked_levels[LEVELS_ASKED] = { 0.1, 0.25, 0.5, 0.75, 0.9 };

/* From a sixth of a mean hour to fifty days of them, a third of a doubling apart. Beyond its ends
 * time goes in proportion to money. */
static const double first_rung = -2.6 * M_LN2, rung = M_LN2 / 3;
enum { LAST_RUNG = CURVE_RUNGS - 1 };

/* Where the points lie, in rungs from the one at or below the amount that a curve is made near. The
 * shares of a balance that are tracked (a quarter, a sixteenth) are among them. */
static const int8_t places[CURVE_POINTS] = { -12, -6, -3, -2, -1, 0, 1, 2, 5, 11, 20 };
enum { NEAR_FIRST = 3 };

/* Below the balance more are asked than are kept: neighbours that contradict each other meet half
 * way. */
static const int8_t asked[] = { -12, -10, -9, -8, -6, -5, -4, -3, -2, -1, 0, 1, 2, 5, 11, 20 };
enum { ASKED = COUNT(asked), ASKED_NEAR_FIRST = 8 };

static const double ln_unit = 1 / 2048.0; /* of the logarithms that are kept */

_Static_assert((int)ASKED <= (int)QUERY_AMOUNTS, "a curve asks more than a question may");

static double clamp(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

/* In rungs from rung 0. */
static double place_of(double nano, double unit_nano)
{
    return (log(fmax(nano, 1) / unit_nano) - first_rung) / rung;
}

static int rung_of(double nano, double unit_nano)
{
    return (int)clamp(floor(place_of(nano, unit_nano)), CURVE_LEAST_RUNG, LAST_RUNG - 1);
}

/* Trees speak in steps; an amount and its neighbours together speak more evenly. */
static void even_out(struct estimate near[CURVE_NEAR_POINTS])
{
    struct estimate own[CURVE_NEAR_POINTS];
    memcpy(own, near, sizeof own);
    for (int i = 1; i < CURVE_NEAR_POINTS - 1; i++) {
        const struct estimate *e = &own[i];
        near[i].ln_alarm = (e[-1].ln_alarm + 2 * e->ln_alarm + e[1].ln_alarm) / 4;
        near[i].ln_relief = (e[-1].ln_relief + 2 * e->ln_relief + e[1].ln_relief) / 4;
    }
}

/* What is not asked, because it lies beyond the ladder, follows from the last that is. */
static struct estimate moved(struct estimate e, int rungs)
{
    for (int l = 0; l < LEVELS_ASKED; l++)
        e.ln_hours[l] += (float)(rungs * rung);
    e.ln_alarm += (float)(rungs * rung);
    e.ln_relief += (float)(rungs * rung);
    return e;
}

/* Asks about the rungs around one. */
static void ask(const struct track *t, const struct ensemble *nets, int around,
                struct estimate ret[ASKED])
{
    double amounts[ASKED];
    int first = 0, last = ASKED - 1, near_last = ASKED_NEAR_FIRST + CURVE_NEAR_POINTS - 1;
    while (around + asked[first] < CURVE_LEAST_RUNG)
        first++;
    while (around + asked[last] > LAST_RUNG)
        last--;
    for (int i = first; i <= last; i++)
        amounts[i] = exp(first_rung + (around + asked[i]) * rung);
    int alarm_first = first > ASKED_NEAR_FIRST ? first : ASKED_NEAR_FIRST;
    int alarm_last = last < near_last ? last : near_last;
    estimate_amounts(t, nets,
                     &(struct amounts){ amounts + first, last - first + 1, alarm_first - first,
                                        alarm_last - alarm_first + 1 },
                     ret + first);
    for (int i = 0; i < first; i++)
        ret[i] = moved(ret[first], asked[i] - asked[first]);
    for (int i = last + 1; i < ASKED; i++)
        ret[i] = moved(ret[last], asked[i] - asked[last]);
}

static int16_t kept(double ln_hours)
{
    return (int16_t)clamp(rint(ln_hours / ln_unit), -INT16_MAX, INT16_MAX);
}

static void keep(const struct estimate e[CURVE_POINTS], struct curve *ret)
{
    for (int i = 0; i < CURVE_POINTS; i++)
        for (int l = 0; l < LEVELS_ASKED; l++)
            ret->ln_hours[i][l] = kept((double)e[i].ln_hours[l]);
    for (int i = 0; i < CURVE_NEAR_POINTS; i++) {
        ret->ln_alarm[i] = kept((double)e[NEAR_FIRST + i].ln_alarm);
        ret->ln_relief[i] = kept((double)e[NEAR_FIRST + i].ln_relief);
    }
}

static void not_below(int16_t *value, int16_t bound)
{
    if (*value < bound)
        *value = bound;
}

static void never_fall(struct curve *c)
{
    for (int i = 1; i < CURVE_POINTS; i++)
        for (int l = 0; l < LEVELS_ASKED; l++)
            not_below(&c->ln_hours[i][l], c->ln_hours[i - 1][l]);
    for (int i = 1; i < CURVE_NEAR_POINTS; i++) {
        not_below(&c->ln_alarm[i], c->ln_alarm[i - 1]);
        not_below(&c->ln_relief[i], c->ln_relief[i - 1]);
    }
}

void curve_of_ladder(const struct estimate *ladder, double nano, struct curve *ret)
{
    struct estimate estimates[CURVE_POINTS];
    int around = rung_of(nano, ret->unit_nano);
    for (int i = 0; i < CURVE_POINTS; i++) {
        int place = around + places[i];
        int on_it = place < 0 ? 0 : place > LAST_RUNG ? LAST_RUNG : place;
        estimates[i] = moved(ladder[on_it], place - on_it);
    }
    ret->rung = (int8_t)around;
    keep(estimates, ret);
    never_fall(ret);
}

static enum history history_of(const struct track *t)
{
    if (t->span_h < 2.0 * DAY_HOURS)
        return HISTORY_HOURS;
    return t->span_h < 2.0 * WEEK_HOURS ? HISTORY_DAYS : HISTORY_WEEKS;
}

/* What is said out of order is moved half way up to the most that is said of less, and half way
 * down to the least that is said of more. */
static void put_in_order(struct estimate e[ASKED], int level)
{
    float up[ASKED], down[ASKED];
    for (int i = 0; i < ASKED; i++)
        up[i] = fmaxf(e[i].ln_hours[level], i ? up[i - 1] : -INFINITY);
    for (int i = ASKED - 1; i >= 0; i--)
        down[i] = fminf(e[i].ln_hours[level], i < ASKED - 1 ? down[i + 1] : INFINITY);
    for (int i = 0; i < ASKED; i++)
        e[i].ln_hours[level] = (up[i] + down[i]) / 2;
}

/* Of the rungs that were asked those that are points. */
static void choose(struct estimate of_asked[ASKED], struct estimate ret[CURVE_POINTS])
{
    for (int l = 0; l < LEVELS_ASKED; l++)
        put_in_order(of_asked, l);
    for (int i = 0, point = 0; i < ASKED; i++)
        if (asked[i] == places[point])
            ret[point++] = of_asked[i];
}

bool curve_make(const struct past *p, const struct ensemble *nets, double nano, struct curve *ret)
{
    struct estimate of_asked[ASKED] = { 0 }, points[CURVE_POINTS];
    struct track t;
    *ret = (struct curve){ .origin = TIME_NONE, .history = HISTORY_NONE, .reset.at = TIME_NONE };
    if (!track_of(p, &t))
        return false;
    ret->origin = p->last_seen;
    ret->unit_nano = t.unit_nano;
    ret->rung = (int8_t)rung_of(nano, t.unit_nano);
    ask(&t, nets, ret->rung, of_asked);
    choose(of_asked, points);
    even_out(points + NEAR_FIRST);
    keep(points, ret);
    never_fall(ret);
    ret->history = history_of(&t);
    return true;
}

bool curve_is_near(const struct curve *c, double nano)
{
    return abs(rung_of(nano, c->unit_nano) - c->rung) <= 1;
}

void curve_spend(struct curve *c, const struct entry *e)
{
    if (e->kind == ENTRY_CONSUMPTION)
        c->spent_nano += (double)e->amount.nano;
}

/* Where an amount lies among points; beyond their ends time goes in proportion to money. */
struct spot {
    int point;
    double within, beyond;
};

static struct spot spot_of(const struct curve *c, double nano, const int8_t *points, int count)
{
    double place = place_of(nano, c->unit_nano) - c->rung;
    int i = 0;
    while (i < count - 2 && place >= points[i + 1])
        i++;
    double width = points[i + 1] - points[i], within = clamp((place - points[i]) / width, 0, 1);
    return (struct spot){ i, within, (place - points[i] - within * width) * rung };
}

static double between(struct spot s, int16_t low, int16_t high)
{
    return ln_unit * (low + s.within * (high - low)) + s.beyond;
}

void curve_near_amounts(const struct curve *c, double ret[CURVE_NEAR_POINTS])
{
    for (int i = 0; i < CURVE_NEAR_POINTS; i++)
        ret[i] = c->unit_nano * exp(first_rung + (c->rung + places[NEAR_FIRST + i]) * rung);
}

double curve_near_value(const struct curve *c, double nano, const int16_t values[CURVE_NEAR_POINTS])
{
    struct spot s = spot_of(c, nano, places + NEAR_FIRST, CURVE_NEAR_POINTS);
    return ln_unit * (values[s.point] + s.within * (values[s.point + 1] - values[s.point]));
}

static void levels_at(const struct curve *c, double nano, double ret[LEVELS_ASKED])
{
    struct spot s = spot_of(c, nano, places, CURVE_POINTS);
    for (int l = 0; l < LEVELS_ASKED; l++)
        ret[l] = between(s, c->ln_hours[s.point][l], c->ln_hours[s.point + 1][l]);
}

struct alarm_hours curve_alarm(const struct curve *c, double nano)
{
    assert(c->origin != TIME_NONE);
    if (nano <= 0)
        return (struct alarm_hours){ 0, 0 };
    struct spot s = spot_of(c, nano, places + NEAR_FIRST, CURVE_NEAR_POINTS);
    return (struct alarm_hours){
        exp(between(s, c->ln_alarm[s.point], c->ln_alarm[s.point + 1])),
        exp(between(s, c->ln_relief[s.point], c->ln_relief[s.point + 1])),
    };
}

/* Where a normal distribution has the levels. Between them lines are drawn in this scale, beyond
 * them lines of a fixed slope, for slopes of their own could cross. */
static const double normal[LEVELS_ASKED] = { -1.2815515655446004, -0.6744897501960817, 0,
                                             0.6744897501960817, 1.2815515655446004 };
static const double tail_slope = 0.5;

static double level_of_normal(double place)
{
    return 0.5 * erfc(-place / M_SQRT2);
}

static double normal_of_level(double level)
{
    double low = -8, high = 8;
    for (int i = 0; i < 50; i++) {
        double middle = (low + high) / 2;
        if (level_of_normal(middle) < level)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

static double hours_at(const double ln_hours[LEVELS_ASKED], double place)
{
    int last = LEVELS_ASKED - 1, l = 0;
    if (place <= normal[0])
        return exp(ln_hours[0] + tail_slope * (place - normal[0]));
    if (place >= normal[last])
        return exp(ln_hours[last] + tail_slope * (place - normal[last]));
    while (place > normal[l + 1])
        l++;
    double within = (place - normal[l]) / (normal[l + 1] - normal[l]);
    return exp(ln_hours[l] + within * (ln_hours[l + 1] - ln_hours[l]));
}

double curve_hours(const struct curve *c, double nano, double level)
{
    assert(c->origin != TIME_NONE && level > 0 && level < 1);
    if (nano <= 0)
        return 0;
    double ln_hours[LEVELS_ASKED];
    levels_at(c, nano, ln_hours);
    for (int l = 0; l < LEVELS_ASKED; l++)
        if (fabs(level - asked_levels[l]) < 1e-9)
            return exp(ln_hours[l]);
    return hours_at(ln_hours, normal_of_level(level));
}

static double place_at(const double ln_hours[LEVELS_ASKED], double ln_sought)
{
    int last = LEVELS_ASKED - 1, l = 0;
    if (ln_sought <= ln_hours[0])
        return normal[0] + (ln_sought - ln_hours[0]) / tail_slope;
    if (ln_sought >= ln_hours[last])
        return normal[last] + (ln_sought - ln_hours[last]) / tail_slope;
    while (ln_sought > ln_hours[l + 1])
        l++;
    double within = (ln_sought - ln_hours[l]) / (ln_hours[l + 1] - ln_hours[l]);
    return normal[l] + within * (normal[l + 1] - normal[l]);
}

double curve_chance(const struct curve *c, double nano, double hours)
{
    assert(c->origin != TIME_NONE);
    if (nano <= 0)
        return 1;
    if (hours <= 0)
        return 0;
    double ln_hours[LEVELS_ASKED];
    levels_at(c, nano, ln_hours);
    return level_of_normal(place_at(ln_hours, log(hours)));
}

double curve_needed(const struct curve *c, double hours, double certainty)
{
    double low = -40, high = 40;
    if (hours <= 0)
        return 0;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if (curve_hours(c, c->unit_nano * exp(middle), 1 - certainty) >= hours)
            high = middle;
        else
            low = middle;
    }
    return c->unit_nano * exp(high);
}

void curve_widen(struct curve *c, const struct accuracy *record)
{
    for (int i = 0; i < CURVE_POINTS; i++) {
        int16_t likely = c->ln_hours[i][LEVEL_LIKELY];
        double factor = accuracy_widening(record, HOUR_S * exp(ln_unit * likely));
        for (int l = 0; l < LEVELS_ASKED; l++)
            c->ln_hours[i][l] = kept(ln_unit * (likely + factor * (c->ln_hours[i][l] - likely)));
    }
    never_fall(c);
}
