/* A bootstrap of whole days: futures drawn from the token's own days, the newer the likelier.
 *
 * Days are cut at the hour of now, so every drawn day follows on the right hour; one that is a whole number of weeks
 * away from the day it stands for is preferred. Draws come from a fixed seed: the same past gives the same answer. */
#include <math.h>

#include "base/random.h"
#include "core/forecast/experts.h"
#include "core/forecast/path.h"
#include "core/forecast/sample.h"

enum { REPLAYS = 32, DAYS_AHEAD = AHEAD_HOURS / DAY_HOURS, DAYS_MAX = PAST_HOURS / DAY_HOURS };

struct kind {
    double half_life_days, week_bonus;
};

static const struct kind kinds[] = { { 3, 1 }, { 14, 4 } };
_Static_assert(3 * COUNT(kinds) == REPLAY_EXPERTS, "a replay has no expert");

/* Running sums of weights over the days of the past, for one day of the week ahead. */
struct urn {
    int days;
    double below[7][DAYS_MAX + 1];
};

static void fill(struct urn *u, const struct kind *k, int days)
{
    u->days = days;
    for (int ahead = 0; ahead < 7; ahead++) {
        double weight = 1;
        for (int day = 0; day < days; day++, weight *= exp2(-1 / k->half_life_days)) {
            bool same = (day + 1 + ahead) % 7 == 0;
            u->below[ahead][day + 1] = u->below[ahead][day] + weight * (same && days >= 7 ? k->week_bonus : 1);
        }
    }
}

static int draw(const struct urn *u, int ahead, struct random *r)
{
    const double *below = u->below[ahead % 7];
    double sought = random_unit(r) * below[u->days];
    int day = 0;
    while (day < u->days - 1 && below[day + 1] <= sought)
        day++;
    return day;
}

/* A track shorter than a day is one short day, said again and again. */
static void replay(const struct track *t, const struct urn *u, struct random *r, struct path *ret)
{
    int hours = t->hours < DAY_HOURS ? t->hours : DAY_HOURS;
    ret->total[0] = 0;
    for (int f = 0, ahead = 0; f < AHEAD_HOURS; ahead++) {
        int day = draw(u, ahead, r);
        for (int n = 0; n < hours && f < AHEAD_HOURS; n++, f++)
            ret->total[f + 1] = ret->total[f] + t->spent[day * hours + hours - 1 - n];
    }
}

static void sample_replays(const struct inquiry *q, const struct kind *k, struct sample *samples)
{
    struct urn u = { 0 };
    struct path p;
    struct random r = random_seeded(1);
    double hours[QUESTION_AMOUNTS];
    fill(&u, k, q->track->hours < DAY_HOURS ? 1 : q->track->hours / DAY_HOURS);
    for (int n = 0; n < REPLAYS; n++) {
        replay(q->track, &u, &r, &p);
        path_passages(&p, q->amounts, (int)q->count, hours);
        for (size_t i = 0; i < q->count; i++)
            sample_add(&samples[i], (double)logf((float)(hours[i] / q->amounts[i])), 1);
    }
}

void experts_replays(const struct inquiry *q)
{
    static const double levels[] = { 0.1, 0.5, 0.9 };
    int e = FIRST_REPLAY;
    for (size_t k = 0; k < COUNT(kinds); k++) {
        struct sample samples[QUESTION_AMOUNTS] = { 0 };
        sample_replays(q, &kinds[k], samples);
        for (size_t n = 0; n < COUNT(levels); n++, e++)
            for (size_t i = 0; i < q->count; i++)
                experts_note(q, i, e, q->amounts[i] * exp(sample_quantile(&samples[i], levels[n])));
    }
}
