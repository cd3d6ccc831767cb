/* Each poll is a plan that is adopted at once; hourly sums, which the daemon's store keeps, are in
 * memory. */
#include "watch.h"

#include <stdlib.h>

#include "base/xmalloc.h"
#include "core/plan.h"

/* The hours of a whole day, for a day may be told that was over before the first poll. */
static int64_t first_hour(const struct polled_series *s)
{
    return s->at[0] / DAY_S * DAY_S;
}

void watch_begin(struct watch *w, const struct polled_series *s, unix_s since, unix_s told_from)
{
    *w = (struct watch){
        .series = s, .since = since, .told_from = told_from, .asked_from = told_from
    };
    while (w->next < s->count && s->at[w->next] < since)
        w->next++;
    w->hour_count = (size_t)((s->at[s->count - 1] - first_hour(s)) / HOUR_S + 1);
    w->hours = xcalloc(w->hour_count, sizeof *w->hours);
}

void watch_done(struct watch *w)
{
    token_set_done(&w->set);
    free(w->hours);
}

unix_s watch_seen_at(const struct watch *w)
{
    return w->set.count ? w->set.tokens[0].seen_at : TIME_NONE;
}

const struct burn_history *watch_burn(const struct watch *w)
{
    static const struct burn_history none = { .first_seen = TIME_NONE, .last_seen = TIME_NONE };
    return w->set.count ? &w->set.tokens[0].burn : &none;
}

static void add_hours(struct watch *w, const struct entry *e)
{
    struct hour_slice slices[BURN_SLICES_MAX];
    size_t count = burn_slice(e, slices, COUNT(slices));
    for (size_t i = 0; i < count; i++)
        w->hours[(slices[i].hour_start - first_hour(w->series)) / HOUR_S] += slices[i].spent.nano;
}

struct reading watch_reading(const struct watch *w, struct money balance)
{
    return (struct reading){
        .name = w->series->name,
        .type = "api_token",
        .balance = money_known(balance),
        .budgeted = true,
        .expires = TIME_NONE,
        .period = w->series->period,
        .reset_amount = w->series->reset_amount,
    };
}

static void plan_first(struct plan *p, const struct watch *w, const struct reading *is)
{
    char *name = xstrdup(w->series->name);
    plan_add(p, PLAN_TOKENS, &(struct token){ .name = name, .last = *is });
    free(name);
}

/* What the series lost from a time on and up to another. */
static int64_t spent_within(const struct polled_series *s, unix_s from, unix_s until)
{
    int64_t spent = 0;
    for (size_t i = 1; i < s->count && s->at[i] <= until; i++)
        if (s->at[i] > from && s->balance[i] < s->balance[i - 1])
            spent += s->balance[i - 1] - s->balance[i];
    return spent;
}

/* Days, and of the last one what was spent before the first reading: as daemon/consumption.c books
 * them. */
static void tell_days(struct watch *w, struct plan *p, unix_s seen_from)
{
    for (unix_s day = w->told_from; day < seen_from; day += DAY_S) {
        unix_s end = day + DAY_S < seen_from ? day + DAY_S : seen_from;
        struct entry e = { ENTRY_CONSUMPTION, { spent_within(w->series, day, end) }, day, end };
        if (e.amount.nano <= 0)
            continue;
        plan_spend(p, 0, &e);
        add_hours(w, &e);
    }
}

static void see(struct watch *w, unix_s at, struct money balance)
{
    const struct reading is = watch_reading(w, balance);
    const struct plan_base base = { .sets[PLAN_TOKENS] = &w->set, .trusted = true };
    struct token_set *sets[PLAN_SETS] = { &w->set };
    struct plan *p = plan_begin(&base, at, PLAN_THIS_POLL);
    if (w->set.count)
        plan_take(p, PLAN_TOKENS, 0, &is, 0);
    plan_book_list(p, 0);
    if (!w->set.count)
        plan_first(p, w, &is);
    for (size_t i = 0; i < p->touched_count; i++)
        for (size_t b = 0; b < p->touched[i]->booking_count; b++)
            for (size_t e = 0; e < p->touched[i]->bookings[b].change.entry_count; e++)
                add_hours(w, &p->touched[i]->bookings[b].change.entries[e]);
    plan_adopt(p, sets, NULL);
    plan_free(p);
    if (w->told_from == TIME_NONE)
        return;
    p = plan_begin(&base, at, PLAN_THIS_POLL);
    tell_days(w, p, at);
    w->told_from = TIME_NONE;
    plan_adopt(p, sets, NULL);
    plan_free(p);
}

void watch_until(struct watch *w, unix_s until)
{
    const struct polled_series *s = w->series;
    for (; w->next < s->count && s->at[w->next] <= until; w->next++)
        see(w, s->at[w->next], (struct money){ s->balance[w->next] });
}

void watch_past(const struct watch *w, struct past *ret)
{
    past_begin(ret, watch_burn(w), w->series->step_s);
    for (size_t i = 0; i < w->hour_count; i++)
        if (w->hours[i] > 0)
            past_add_hour(ret, first_hour(w->series) + (int64_t)i * HOUR_S,
                          (struct money){ w->hours[i] });
}
