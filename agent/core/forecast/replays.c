/* A bootstrap of whole days: futures drawn from the token's own days, recent ones more often.
 *
 * Days are cut at the current hour of the day, so every drawn day follows on the right hour; a day
 * that lies a whole number of weeks from the one it stands for is preferred. Draws come from a
 * fixed seed: the same past gives the same answer. A future is drawn only as far as the largest
 * amount reaches into it. */
#include <math.h>

#include "base/random.h"
#include "core/forecast/experts.h"
#include "core/forecast/path.h"
#include "core/forecast/sample.h"
#include "core/forecast/vector_math.h"

enum {
    REPLAYS = 32,
    DAYS_AHEAD = AHEAD_HOURS / DAY_HOURS,
    DAYS_MAX = PAST_HOURS / DAY_HOURS,
    HINTS = 128
};

struct kind {
    double half_life_days, week_bonus;
};

static const struct kind kinds[] = { { 3, 1 }, { 14, 4 } };
_Static_assert(3 * COUNT(kinds) == REPLAY_EXPERTS, "a replay has no expert");

/* The days of a track, each as running totals from its start. A track shorter than a day is one
 * short day, repeated. */
struct days {
    int count, hours; /* hours in a day */
    double spent[DAYS_MAX][DAY_HOURS + 1];
};

static void cut(const struct track *t, struct days *ret)
{
    ret->hours = t->hours < DAY_HOURS ? t->hours : DAY_HOURS;
    ret->count = t->hours / ret->hours;
    for (int day = 0; day < ret->count; day++) {
        double *spent = ret->spent[day];
        spent[0] = 0;
        for (int n = 0; n < ret->hours; n++)
            spent[n + 1] = spent[n] + t->spent[(day + 1) * ret->hours - 1 - n];
    }
}

/* Running sums of weights over the days of the past, for each day of the week ahead; and for each
 * share of the whole, the day that it lies in or before, so that a draw needs no search. */
struct urn {
    int days;
    double below[7][DAYS_MAX + 1];
    unsigned char hint[7][HINTS];
};

static void fill(struct urn *u, const struct kind *k, int days)
{
    const double fade = exp2(-1 / k->half_life_days);
    u->days = days;
    for (int ahead = 0; ahead < 7; ahead++) {
        double weight = 1;
        u->below[ahead][0] = 0;
        for (int day = 0; day < days; day++, weight *= fade) {
            bool same = (day + 1 + ahead) % 7 == 0;
            u->below[ahead][day + 1] =
                u->below[ahead][day] + weight * (same && days >= 7 ? k->week_bonus : 1);
        }
    }
}

static void hint(struct urn *u)
{
    for (int ahead = 0; ahead < 7; ahead++) {
        const double *below = u->below[ahead], part = below[u->days] / HINTS;
        int day = 0;
        for (int h = 0; h < HINTS; h++) {
            while (day < u->days - 1 && below[day + 1] <= h * part)
                day++;
            u->hint[ahead][h] = (unsigned char)day;
        }
    }
}

static int draw(const struct urn *u, int ahead, struct random *r)
{
    const double *below = u->below[ahead % 7], unit = random_unit(r);
    double sought = unit * below[u->days];
    int day = u->hint[ahead % 7][(int)(unit * HINTS)];
    while (day < u->days - 1 && below[day + 1] <= sought)
        day++;
    return day;
}

/* The hour of a day by which `sought` of its total is spent; by halving, without a branch that
 * nobody could guess. */
static double hour_of(const double *spent, int hours, double sought)
{
    int n = 0;
    for (int step = 16; step > 0; step /= 2) {
        int next = n + step < hours ? n + step : n;
        n = spent[next] < sought ? next : n;
    }
    double here = spent[n + 1] - spent[n];
    return sought > 0 && here > 0 ? n + (sought - spent[n]) / here : n;
}

/* Hours until each of the inquiry's amounts is spent; beyond the end, at the mean rate of the
 * replay. */
static void replay(const struct inquiry *q, const struct days *d, const struct urn *u,
                   struct random r, double *ret)
{
    double total = 0;
    size_t i = 0;
    for (int f = 0, ahead = 0; f < AHEAD_HOURS && i < q->count; f += d->hours, ahead++) {
        const double *spent = d->spent[u->days > 1 ? draw(u, ahead, &r) : 0];
        int end = AHEAD_HOURS - f < d->hours ? AHEAD_HOURS - f : d->hours;
        for (; i < q->count && total + spent[end] >= q->amounts[i]; i++)
            ret[i] = f + hour_of(spent, d->hours, q->amounts[i] - total);
        total += spent[end];
    }
    double mean = total / AHEAD_HOURS;
    for (; i < q->count; i++)
        ret[i] = q->amounts[i] / (mean > 1e-6 ? mean : 1e-6);
}

/* Logs of the ratio of hours to the amount, of every replay; and how much each counts. */
struct replays {
    int count;
    float ratio[QUERY_AMOUNTS][REPLAYS], weight[REPLAYS];
};

static void take_replays(const struct inquiry *q, const struct days *d, const struct kind *k,
                         struct replays *ret)
{
    struct urn u;
    double hours[QUERY_AMOUNTS];
    ret->count = d->count > 1 ? REPLAYS : 1; /* one day leaves nothing to draw */
    fill(&u, k, d->count);
    hint(&u);
    for (int n = 0; n < ret->count; n++) {
        struct random r = random_seeded(1);
        random_skip(&r, (uint64_t)n * DAYS_AHEAD);
        replay(q, d, &u, r, hours);
        ret->weight[n] = 1;
        for (size_t i = 0; i < q->count; i++)
            ret->ratio[i][n] = (float)(hours[i] / q->amounts[i]);
    }
    for (size_t i = 0; i < q->count; i++)
        for (int n = 0; n < ret->count; n++)
            ret->ratio[i][n] = quick_log(ret->ratio[i][n]);
}

void experts_replays(const struct inquiry *q)
{
    static const double levels[] = { 0.1, 0.5, 0.9 };
    struct days d;
    struct replays r;
    double ratios[COUNT(levels)];
    cut(q->track, &d);
    for (size_t k = 0; k < COUNT(kinds); k++) {
        take_replays(q, &d, &kinds[k], &r);
        for (size_t i = 0; i < q->count; i++) {
            struct sample s = { .total = 0 };
            sample_add(&s, r.count, r.ratio[i], r.weight);
            sample_quantiles(&s, levels, COUNT(levels), ratios);
            experts_note_ratios(q, i, FIRST_REPLAY + (int)(k * COUNT(levels)), ratios,
                                COUNT(levels));
        }
    }
}
