/* Asking the experts and the nets over a ladder of amounts, and reading between its rungs.
 *
 * The ladder hangs on the track's own mean hour, not on the balance, so that two balances read the
 * same curve. */
#include "core/forecast/curve.h"

#include <assert.h>
#include <math.h>

#include "core/forecast/net.h"

const double asked_levels[LEVELS_ASKED] = { 0.1, 0.25, 0.5, 0.75, 0.9 };

/* A strange input must not lead far: the likely time stays within a factor 3 of the middle half of
 * the plain experts. Where they agree that is their median; where they are far apart their median
 * is no safer a place than any other. */
static const double farthest = 1.0986122886681098;    /* ln 3 */
static const double farthest_end = 3.912023005428146; /* ln 50: of the early and the late time */

/* No answer that was taught lay beyond three weeks, or within half an hour: what is learned of
 * later fades out until two months, and of sooner until a few minutes. */
static const double known_ln_h = 6.2226, unknown_ln_h = 7.2724;      /* ln 504, ln 1440 */
static const double soonest_ln_h = -0.6931, too_soon_ln_h = -2.0794; /* ln 1/2, ln 1/8 */

/* From a sixth of a mean hour to fifty days of them. */
static const double first_rung = -2.6 * M_LN2, rung = M_LN2 / 3;

_Static_assert((int)CURVE_AMOUNTS <= (int)QUERY_AMOUNTS,
               "the ladder is longer than a question may be");

static double clamp(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

/* How much of what is learned counts for an answer: 1 where answers like it were taught. */
static double known_part(double ln_hours)
{
    double late = (unknown_ln_h - ln_hours) / (unknown_ln_h - known_ln_h);
    double soon = (ln_hours - too_soon_ln_h) / (soonest_ln_h - too_soon_ln_h);
    return clamp(fmin(late, soon), 0, 1);
}

/* Nothing was taught from less than half an hour of readings: what is learned fades in from five
 * minutes on, and before that the plain experts know the mean rate. */
static const double taught_ln_h = -0.6931, untaught_ln_h = -2.4849; /* ln 1/2, ln 1/12 */

static double taught_part(const struct track *t)
{
    return clamp((log(t->span_h) - untaught_ln_h) / (taught_ln_h - untaught_ln_h), 0, 1);
}

static void answer(const struct ensemble *nets, const float features[FEATURES], struct middle plain,
                   double taught, float ret[LEVELS_ASKED])
{
    double off[LEVELS_ASKED];
    net_answer(nets, features, off);
    double low = plain.low - plain.median, high = plain.high - plain.median;
    double likely = clamp(off[LEVEL_LIKELY], low - farthest, high + farthest);
    double faded = (1 - taught * known_part(plain.median + likely)) * likely;
    for (int l = 0; l < LEVELS_ASKED; l++) {
        double level = clamp(off[l], low - farthest_end, high + farthest_end);
        level = l < LEVEL_LIKELY ? fmin(level, likely)
            : l > LEVEL_LIKELY   ? fmax(level, likely)
                                 : likely;
        ret[l] = (float)(plain.median + level - faded);
    }
}

/* As `answer`, of when an alert fires and ends: what was not taught is left to the levels. */
static void answer_alarm(const struct alarm_forest *alarms, const float features[FEATURES],
                         struct middle plain, double taught, struct curve *c, int amount)
{
    const float *levels = c->ln_hours[amount];
    c->ln_alarm[amount] = levels[LEVEL_LIKELY];
    c->ln_relief[amount] = levels[LEVEL_EARLY];
    if (alarms->count == 0)
        return;
    struct alarm_span learned = alarm_span_of(alarms, features);
    double low = plain.low - farthest, high = plain.high + farthest;
    double alarm = clamp(plain.median + learned.alarm, low, high);
    double relief = clamp(plain.median + learned.relief, low - farthest, high);
    double part = taught * known_part(alarm);
    c->ln_alarm[amount] += (float)(part * (alarm - (double)levels[LEVEL_LIKELY]));
    c->ln_relief[amount] += (float)(part * (relief - (double)levels[LEVEL_EARLY]));
    if (c->ln_relief[amount] > c->ln_alarm[amount]) /* but for rounding they are in order */
        c->ln_relief[amount] = c->ln_alarm[amount];
}

/* Trees speak in steps; an amount and its neighbours together speak more evenly. */
static void even_out(float ladder[CURVE_AMOUNTS])
{
    float before = ladder[0] - (float)rung;
    for (int i = 0; i < CURVE_AMOUNTS; i++) {
        float own = ladder[i], next = i + 1 < CURVE_AMOUNTS ? ladder[i + 1] : own + (float)rung;
        ladder[i] = (before + 2 * own + next) / 4;
        before = own;
    }
}

static void not_below(float *value, float bound)
{
    if (*value < bound)
        *value = bound;
}

static void never_fall(struct curve *c)
{
    for (int i = 1; i < CURVE_AMOUNTS; i++) {
        for (int l = 0; l < LEVELS_ASKED; l++)
            not_below(&c->ln_hours[i][l], c->ln_hours[i - 1][l]);
        not_below(&c->ln_alarm[i], c->ln_alarm[i - 1]);
        not_below(&c->ln_relief[i], c->ln_relief[i - 1]);
    }
}

static enum history history_of(const struct track *t)
{
    if (t->span_h < 2.0 * DAY_HOURS)
        return HISTORY_HOURS;
    return t->span_h < 2.0 * WEEK_HOURS ? HISTORY_DAYS : HISTORY_WEEKS;
}

bool curve_make(const struct past *p, const struct ensemble *nets, struct curve *ret)
{
    *ret = (struct curve){ .origin = TIME_NONE, .history = HISTORY_NONE };
    struct track t;
    if (!track_of(p, &t))
        return false;

    double amounts[CURVE_AMOUNTS];
    float answers[CURVE_AMOUNTS][EXPERTS], features[FEATURES];
    for (int i = 0; i < CURVE_AMOUNTS; i++)
        amounts[i] = exp(first_rung + i * rung);
    experts_ask(&(struct inquiry){ &t, amounts, CURVE_AMOUNTS, answers });
    struct traits traits = traits_of(&t);
    double taught = taught_part(&t);
    for (int i = 0; i < CURVE_AMOUNTS; i++) {
        struct middle plain = experts_middle(answers[i]);
        features_of(&t, &traits, (struct stand){ answers[i], plain.median, amounts[i] }, features);
        answer(nets, features, plain, taught, ret->ln_hours[i]);
        answer_alarm(&nets->alarms, features, plain, taught, ret, i);
    }
    even_out(ret->ln_alarm);
    even_out(ret->ln_relief);
    never_fall(ret);
    ret->origin = p->last_seen;
    ret->unit_nano = t.unit_nano;
    ret->history = history_of(&t);
    return true;
}

void curve_spend(struct curve *c, const struct entry *e)
{
    if (e->kind == ENTRY_CONSUMPTION)
        c->spent_nano += (double)e->amount.nano;
}

/* Where an amount lies on the ladder; beyond its ends time goes in proportion to money. */
struct curve_place {
    int rung;
    double within, beyond;
};

static struct curve_place place_of(const struct curve *c, double nano)
{
    double place = (log(nano / c->unit_nano) - first_rung) / rung;
    int i = (int)clamp(place, 0, CURVE_AMOUNTS - 2);
    double within = clamp(place - i, 0, 1);
    return (struct curve_place){ i, within, (place - i - within) * rung };
}

static double between_rungs(struct curve_place p, float low, float high)
{
    return (double)low + p.within * ((double)high - (double)low) + p.beyond;
}

static void levels_at(const struct curve *c, double nano, double ret[LEVELS_ASKED])
{
    struct curve_place p = place_of(c, nano);
    for (int l = 0; l < LEVELS_ASKED; l++)
        ret[l] = between_rungs(p, c->ln_hours[p.rung][l], c->ln_hours[p.rung + 1][l]);
}

struct alarm_hours curve_alarm(const struct curve *c, double nano)
{
    assert(c->origin != TIME_NONE);
    if (nano <= 0)
        return (struct alarm_hours){ 0, 0 };
    struct curve_place p = place_of(c, nano);
    return (struct alarm_hours){
        exp(between_rungs(p, c->ln_alarm[p.rung], c->ln_alarm[p.rung + 1])),
        exp(between_rungs(p, c->ln_relief[p.rung], c->ln_relief[p.rung + 1]))
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

void curve_widen(struct curve *c, double factor)
{
    for (int i = 0; i < CURVE_AMOUNTS; i++) {
        float likely = c->ln_hours[i][LEVEL_LIKELY];
        for (int l = 0; l < LEVELS_ASKED; l++)
            c->ln_hours[i][l] = likely + (float)factor * (c->ln_hours[i][l] - likely);
    }
    never_fall(c);
}
