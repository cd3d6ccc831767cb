/* Resampling a past to hours that end now, and the running total both ways. */
#include "core/forecast/track.h"

static const double fine_h = (double)PAST_FINE_S / HOUR_S;
enum { FINE_SPAN_H = PAST_FINES * PAST_FINE_S / HOUR_S };

/* Nano-dollars from hourly sums alone since `after_s` seconds before the last reading. */
static double hourly_since(const struct past *p, const double *sums, double after_s)
{
    double into_hour_s = (double)((p->last_seen - 1) % HOUR_S + 1);
    if (after_s <= into_hour_s)
        return sums[1] * after_s / into_hour_s;
    double place = 1 + (after_s - into_hour_s) / HOUR_S;
    int whole = (int)place;
    if (whole >= PAST_HOURS)
        return sums[PAST_HOURS];
    return sums[whole] + (place - whole) * (sums[whole + 1] - sums[whole]);
}

static void resample(const struct past *p, struct track *t)
{
    double sums[PAST_HOURS + 1] = { 0 };
    for (int i = 0; i < PAST_HOURS; i++)
        sums[i + 1] = sums[i] + (double)p->hours[i];
    for (int i = 0; i < PAST_FINES; i++)
        t->fine[i + 1] = t->fine[i] + (double)p->fine[i];
    double joint = hourly_since(p, sums, FINE_SPAN_H * HOUR_S);
    for (int k = 1; k <= t->hours; k++)
        t->back[k] = k <= FINE_SPAN_H
            ? t->fine[k * PAST_FINES / FINE_SPAN_H]
            : t->fine[PAST_FINES] + hourly_since(p, sums, (double)k * HOUR_S) - joint;
}

static void divide_by_unit(struct track *t)
{
    for (int i = 1; i <= PAST_FINES; i++)
        t->fine[i] /= t->unit_nano;
    for (int k = 1; k <= t->hours; k++) {
        t->back[k] /= t->unit_nano;
        t->spent[k - 1] = t->back[k] - t->back[k - 1];
    }
}

/* Of a track that is shorter than an hour the rest of that hour was at its mean rate, as far as
 * anybody knows: else it would be an hour in which almost nothing was spent. */
static void fill_first_hour(struct track *t)
{
    if (t->span_h < 1)
        t->back[1] = t->spent[0] = 1;
}

double track_fine(const struct track *t, double hours)
{
    double place = hours / fine_h;
    int i = place < PAST_FINES ? (int)place : PAST_FINES - 1;
    return t->fine[i] + (place - i) * (t->fine[i + 1] - t->fine[i]);
}

static double seen_since(const struct past *p)
{
    return (double)(p->last_seen
                    - (p->watched_from > p->first_seen ? p->watched_from : p->first_seen));
}

/* How it began, reading by reading, and what was seen of it since. */
static void see_start(const struct past *p, struct track *t)
{
    double seen_s = seen_since(p), over_s = seen_s < BURN_START_S ? seen_s : BURN_START_S;
    double spent = (double)p->start.spent_nano;
    t->seen_h = seen_s / HOUR_S;
    t->unevenness = spent > 0 ? p->start.squares * over_s / (spent * spent) - 1 : -1;
    t->busy_share = over_s > 0 ? (double)p->start.busy_s / over_s : 0;
    double recent_h = t->seen_h < FINE_SPAN_H ? t->seen_h : FINE_SPAN_H;
    t->seen_rate = recent_h <= 0                            ? 0
        : seen_s <= BURN_START_S && p->start.spent_nano > 0 ? spent / t->unit_nano / t->seen_h
                                                            : track_fine(t, recent_h) / recent_h;
}

bool track_of(const struct past *p, struct track *ret)
{
    *ret = (struct track){ .step_h = (double)p->step_s / HOUR_S };
    if (p->last_seen == TIME_NONE || p->last_seen <= p->first_seen)
        return false;
    ret->span_h = (double)(p->last_seen - p->first_seen) / HOUR_S;
    if (ret->span_h > PAST_HOURS)
        ret->span_h = PAST_HOURS;
    ret->hours = ret->span_h < 1 ? 1 : (int)ret->span_h;
    resample(p, ret);
    if (ret->back[ret->hours] <= 0 && ret->hours < ret->span_h && ret->hours < FINE_SPAN_H) {
        ret->hours++; /* all of it was spent in the part of an hour in which the track began */
        resample(p, ret);
    }
    ret->unit_nano = ret->back[ret->hours] / (ret->span_h < 1 ? ret->span_h : ret->hours);
    if (ret->unit_nano <= 0)
        return false;
    divide_by_unit(ret);
    fill_first_hour(ret);
    see_start(p, ret);
    return true;
}

/* Spent in the last so many hours; before the track began, at the mean rate. */
static double spent_back(const struct track *t, double hours)
{
    if (hours >= t->hours || hours >= t->span_h)
        return hours;
    if (hours < FINE_SPAN_H)
        return track_fine(t, hours);
    int k = (int)hours;
    return t->back[k] + (hours - k) * t->spent[k];
}

/* The first index in (0, last] whose total reaches the amount; the caller knows that there is one.
 */
static int first_reaching(const double *total, int last, double amount)
{
    int low = 0, high = last;
    while (high - low > 1) {
        int middle = (low + high) / 2;
        if (total[middle] >= amount)
            high = middle;
        else
            low = middle;
    }
    return high;
}

static double place_of(const double *total, int last, double amount)
{
    int i = first_reaching(total, last, amount);
    double rise = total[i] - total[i - 1];
    return rise > 0 ? i - 1 + (amount - total[i - 1]) / rise : i;
}

double track_took(const struct track *t, double amount)
{
    if (amount >= t->back[t->hours])
        return amount > t->span_h ? amount : t->span_h;
    if (amount <= t->fine[PAST_FINES])
        return fine_h * place_of(t->fine, PAST_FINES, amount);
    return place_of(t->back, t->hours, amount);
}

double track_rate(const struct track *t, double hours)
{
    double over = hours < t->span_h ? hours : t->span_h;
    return over > 0 ? spent_back(t, over) / over : 1;
}
