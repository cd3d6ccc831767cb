/* The daemon's bookkeeping (ingest.c and the store's hourly sums), in memory. */
#include "watch.h"

#include <stdlib.h>

#include "base/xmalloc.h"
#include "core/ledger.h"

static int64_t hour_floor(unix_s at)
{
    return (at - 1) / HOUR_S * HOUR_S;
}

void watch_begin(struct watch *w, const struct series *s, unix_s since)
{
    *w = (struct watch){
        .series = s, .since = since, .seen_at = TIME_NONE, .last_reset = TIME_NONE
    };
    while (w->next < s->count && s->at[w->next] < since)
        w->next++;
    w->hour_count = (size_t)((s->at[s->count - 1] - hour_floor(s->at[0])) / HOUR_S + 1);
    w->hours = xcalloc(w->hour_count, sizeof *w->hours);
    burn_init(&w->burn);
}

void watch_done(struct watch *w)
{
    burn_done(&w->burn);
    free(w->hours);
}

static void book(struct watch *w, const struct entry *e)
{
    burn_add(&w->burn, e);
    if (e->kind == ENTRY_RESET)
        w->last_reset = e->at;
    struct hour_slice slices[BURN_SLICES_MAX];
    size_t count = burn_slice(e, slices, COUNT(slices));
    for (size_t i = 0; i < count; i++)
        w->hours[(slices[i].hour_start - hour_floor(w->series->at[0])) / HOUR_S] +=
            slices[i].spent.nano;
}

struct reading watch_reading(const struct watch *w, struct money balance)
{
    return (struct reading){
        .name = w->series->name,
        .balance = money_known(balance),
        .budgeted = true,
        .expires = TIME_NONE,
        .period = w->series->period,
        .reset_amount = w->series->reset_amount,
    };
}

static void see(struct watch *w, unix_s at, struct money balance)
{
    struct reading is = watch_reading(w, balance);
    struct entry entries[LEDGER_ENTRIES_MAX];
    size_t count = 0;
    if (w->seen_at != TIME_NONE)
        count = ledger_compare(&w->last, w->seen_at, &is, at, w->last_reset, entries);
    burn_seen(&w->burn, at);
    for (size_t i = 0; i < count; i++)
        book(w, &entries[i]);
    w->last = is;
    w->seen_at = at;
}

void watch_until(struct watch *w, unix_s until)
{
    const struct series *s = w->series;
    for (; w->next < s->count && s->at[w->next] <= until; w->next++)
        see(w, s->at[w->next], (struct money){ s->balance[w->next] });
}

void watch_past(const struct watch *w, struct past *ret)
{
    past_begin(ret, &w->burn, w->series->step_s);
    for (size_t i = 0; i < w->hour_count; i++)
        if (w->hours[i] > 0)
            past_add_hour(ret, hour_floor(w->series->at[0]) + (int64_t)i * HOUR_S,
                          (struct money){ w->hours[i] });
}
