/* Sums by UTC hour, read at any moment: budgets are reset at whole hours, so what a whole period
 * spent is exact, and only the hour of now is divided in proportion. A period before a change of
 * the clocks is an hour off; that is not worth a calendar. */
#include "core/forecast/periods.h"

#include <string.h>

const double recent_window_h[RECENT_WINDOWS] = { 3, 6, DAY_HOURS };

/* Running totals back from the last reading. */
struct totals {
    double into_hour_s, known_s;
    double back[PAST_HOURS + 1]; /* [k]: in the last k UTC hours, that of the reading included */
};

static void sum_up(const struct past *p, struct totals *ret)
{
    const double most_s = (PAST_HOURS - 1.0) * HOUR_S;
    double watched_s = (double)(p->last_seen - p->first_seen);
    ret->into_hour_s = (double)((p->last_seen - 1) % HOUR_S + 1);
    ret->known_s = watched_s < most_s ? watched_s : most_s;
    ret->back[0] = 0;
    for (int i = 0; i < PAST_HOURS; i++)
        ret->back[i + 1] = ret->back[i] + (double)p->hours[i];
}

static double since(const struct totals *s, double ago_s)
{
    if (ago_s <= s->into_hour_s)
        return ago_s <= 0 ? 0 : s->back[1] * ago_s / s->into_hour_s;
    double place = 1 + (ago_s - s->into_hour_s) / HOUR_S;
    int whole = (int)place;
    if (whole >= PAST_HOURS)
        return s->back[PAST_HOURS];
    return s->back[whole] + (place - whole) * (s->back[whole + 1] - s->back[whole]);
}

/* In a time of so many seconds that began so long ago. */
static double spent_in(const struct totals *s, double ago_s, double long_s)
{
    return since(s, ago_s) - since(s, ago_s - long_s);
}

static void add(struct spendings *to, double nano)
{
    to->at[to->count++] = nano;
}

static void sort(struct spendings *of)
{
    memcpy(of->rising, of->at, sizeof of->rising);
    for (int i = 1; i < of->count; i++)
        for (int k = i; k > 0 && of->rising[k - 1] > of->rising[k]; k--) {
            double larger = of->rising[k - 1];
            of->rising[k - 1] = of->rising[k];
            of->rising[k] = larger;
        }
}

static void add_periods(const struct totals *s, double elapsed_s, double length_s,
                        struct periods *ret)
{
    double began_s = elapsed_s + length_s;
    for (int k = 0; k < PERIODS_MAX && began_s <= s->known_s; k++, began_s += length_s) {
        add(&ret->by_now, spent_in(s, began_s, elapsed_s));
        add(&ret->rest, spent_in(s, began_s - elapsed_s, length_s - elapsed_s));
        add(&ret->use, ret->by_now.at[k] + ret->rest.at[k]);
    }
}

static void add_days(const struct totals *s, double left_s, struct periods *ret)
{
    for (double ago_s = DAY_S; ret->ahead.count < PERIODS_MAX && ago_s <= s->known_s;
         ago_s += DAY_S)
        if (ago_s >= left_s)
            add(&ret->ahead, spent_in(s, ago_s, left_s));
}

static double median(struct spendings *of)
{
    sort(of);
    return (of->rising[(of->count - 1) / 2] + of->rising[of->count / 2]) / 2;
}

static void add_recent(const struct totals *s, struct periods *ret)
{
    for (int w = 0; w < RECENT_WINDOWS; w++) {
        struct spendings same = { 0 };
        double long_s = recent_window_h[w] * HOUR_S, ago_s = DAY_S + long_s;
        for (; same.count < PERIODS_MAX && ago_s <= s->known_s; ago_s += DAY_S)
            add(&same, spent_in(s, ago_s, long_s));
        ret->recent[w] = since(s, long_s < s->known_s ? long_s : s->known_s);
        ret->usual[w] = same.count ? median(&same) : -1;
    }
}

bool periods_of(const struct past *p, const struct budget *b, struct periods *ret)
{
    struct totals s;
    if (p->last_seen == TIME_NONE || b->began > p->last_seen || b->resets <= p->last_seen)
        return false;
    *ret = (struct periods){
        .amount = b->amount_nano > 1 ? b->amount_nano : 1,
        .length_h = (double)(b->resets - b->began) / HOUR_S,
        .left_h = (double)(b->resets - p->last_seen) / HOUR_S,
    };
    sum_up(p, &s);
    double elapsed_s = (double)(p->last_seen - b->began);
    ret->spent = since(&s, elapsed_s);
    add_periods(&s, elapsed_s, (double)(b->resets - b->began), ret);
    add_days(&s, (double)(b->resets - p->last_seen), ret);
    add_recent(&s, ret);
    sort(&ret->use);
    sort(&ret->by_now);
    sort(&ret->rest);
    sort(&ret->ahead);
    return true;
}
