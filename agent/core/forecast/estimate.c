/* The learned answer, held near the plain experts, and faded out where nothing like it was taught.
 */
#include "core/forecast/estimate.h"

#include <math.h>
#include <string.h>

#include "core/forecast/near.h"
#include "core/forecast/net.h"

/* A strange input must not lead far: the likely time stays within a factor 3 of the middle half of
 * the plain experts. Where they agree that is their median; where they are far apart their median
 * is no safer a place than any other. */
static const double farthest = 1.0986122886681098;    /* ln 3 */
static const double farthest_end = 3.912023005428146; /* ln 50: of the early and the late time */

/* No answer that was taught lay beyond three weeks, or within half an hour: what is learned of
 * later fades out until two months, and of sooner until a few minutes. */
static const double known_ln_h = 6.2226, unknown_ln_h = 7.2724;      /* ln 504, ln 1440 */
static const double soonest_ln_h = -0.6931, too_soon_ln_h = -2.0794; /* ln 1/2, ln 1/8 */

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

static void set_levels(struct middle plain, double taught, const double off[LEVELS_ASKED],
                       struct estimate *ret)
{
    double low = plain.low - plain.median, high = plain.high - plain.median;
    double likely = clamp(off[LEVEL_LIKELY], low - farthest, high + farthest);
    double faded = (1 - taught * known_part(plain.median + likely)) * likely;
    for (int l = 0; l < LEVELS_ASKED; l++) {
        double level = clamp(off[l], low - farthest_end, high + farthest_end);
        level = l < LEVEL_LIKELY ? fmin(level, likely)
            : l > LEVEL_LIKELY   ? fmax(level, likely)
                                 : likely;
        ret->ln_hours[l] = (float)(plain.median + level - faded);
    }
}

/* As set_levels, of when an alert begins and ends: what was not taught is left to the levels. */
static void set_alarm(struct middle plain, double taught, const struct alarm_span *learned,
                      struct estimate *ret)
{
    double likely = (double)ret->ln_hours[LEVEL_LIKELY], early = (double)ret->ln_hours[LEVEL_EARLY];
    double low = plain.low - farthest, high = plain.high + farthest;
    double alarm = learned ? clamp(plain.median + learned->alarm, low, high) : likely;
    double relief = learned ? clamp(plain.median + learned->relief, low - farthest, high) : early;
    double part = taught * known_part(alarm);
    ret->ln_alarm = (float)(likely + part * (alarm - likely));
    ret->ln_relief = (float)(early + part * (relief - early));
    if (ret->ln_relief > ret->ln_alarm) /* but for rounding they are in order */
        ret->ln_relief = ret->ln_alarm;
}

/* What is the same for all amounts, and of each what the experts answer. */
struct asking {
    const struct track *track;
    const struct ensemble *nets;
    const struct amounts *amounts;
    float answers[QUERY_AMOUNTS][EXPERTS];
    struct middle plain[QUERY_AMOUNTS];
    struct alarm_span alarms[QUERY_AMOUNTS]; /* of those with an alarm */
    struct traits traits;
    double taught;
};

static bool has_alarm(const struct amounts *a, int i)
{
    return i >= a->alarm_first && i < a->alarm_first + a->alarm_count;
}

/* As many amounts as a panel has lanes. */
static void estimate_some(struct asking *q, int first, struct estimate *ret)
{
    struct panel panel = { 0 };
    double off[LANES][LEVELS_ASKED];
    float features[FEATURES];
    bool alarmed = false;
    int count = q->amounts->count - first < LANES ? q->amounts->count - first : LANES;
    for (int l = 0; l < count; l++) {
        const float *answers = q->answers[first + l];
        struct middle *plain = &q->plain[first + l];
        *plain = experts_middle(answers);
        features_of(q->track, &q->traits,
                    (struct stand){ answers, plain->median, q->amounts->at[first + l] }, features);
        panel_set(&panel, l, features, FEATURES);
        alarmed = alarmed || has_alarm(q->amounts, first + l);
    }
    net_answers(q->nets, &panel, off);
    if (alarmed) {
        struct alarm_span spans[LANES];
        alarm_spans(&q->nets->alarms, &panel, spans);
        memcpy(q->alarms + first, spans, (size_t)count * sizeof *spans);
    }
    for (int l = 0; l < count; l++)
        set_levels(q->plain[first + l], q->taught, off[l], &ret[first + l]);
}

/* Amounts that end soon, side by side. */
struct near_panel {
    struct panel panel;
    struct near_traits traits; /* once there is one */
    int count, amount[LANES];
    double base[LANES], part[LANES];
};

static void answer_near(const struct forest *near, struct near_panel *p, struct estimate *ret)
{
    double off[LANES][LEVELS_ASKED];
    forest_answers(near, &p->panel, off);
    for (int l = 0; l < p->count; l++) {
        float *ln_hours = ret[p->amount[l]].ln_hours;
        for (int level = 0; level < LEVELS_ASKED; level++) {
            double far = (double)ln_hours[level];
            ln_hours[level] = (float)(far + p->part[l] * (p->base[l] + off[l][level] - far));
        }
    }
    p->count = 0;
}

/* Of what is near there is more to say; of most amounts of most tracks nothing is. */
static void say_near(const struct asking *q, struct estimate *ret)
{
    struct near_panel p = { .count = 0 };
    struct near_domain domain = near_domain_of(q->track);
    float features[NEAR_FEATURES];
    bool any = false;
    for (int i = 0; q->nets->near && i < q->amounts->count; i++) {
        struct near_question n = { q->amounts->at[i], q->plain[i].median, ret[i].ln_hours };
        struct near_stand stand = near_stand_of(q->track, &n);
        double part = near_part(&domain, stand.base);
        if (part <= 0)
            continue;
        if (!any)
            p.traits = near_traits_of(q->track);
        any = true;
        near_features(&p.traits, &n, &stand, features);
        panel_set(&p.panel, p.count, features, NEAR_FEATURES);
        p.amount[p.count] = i;
        p.base[p.count] = stand.base;
        p.part[p.count++] = part;
        if (p.count == LANES)
            answer_near(q->nets->near, &p, ret);
    }
    if (p.count > 0)
        answer_near(q->nets->near, &p, ret);
}

static void set_alarms(const struct asking *q, struct estimate *ret)
{
    const struct amounts *a = q->amounts;
    for (int i = a->alarm_first; i < a->alarm_first + a->alarm_count; i++)
        set_alarm(q->plain[i], q->taught, q->nets->alarms.count ? &q->alarms[i] : NULL, &ret[i]);
}

/* So long all that is known of a token is near; later its alerts go by what changes more slowly. */
static const double young_h = 6;

void estimate_amounts(const struct track *t, const struct ensemble *nets, const struct amounts *a,
                      struct estimate *ret)
{
    struct asking q = {
        .track = t, .nets = nets, .amounts = a, .traits = traits_of(t), .taught = taught_part(t)
    };
    bool young = t->seen_h <= young_h;
    experts_ask(&(struct inquiry){ t, a->at, (size_t)a->count, q.answers });
    for (int first = 0; first < a->count; first += LANES)
        estimate_some(&q, first, ret);
    if (!young)
        set_alarms(&q, ret);
    say_near(&q, ret);
    if (young)
        set_alarms(&q, ret);
}
