/* A question is a budget that is laid over a series: the balance of its row is what is left. */
#include "resets.h"

#include <err.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/own.h"
#include "core/calendar.h"
#include "core/forecast.h"
#include "core/forecast/dry.h"
#include "core/forecast/reset.h"

enum { STALE_S = WEEK_S };

/* One watch goes on from question to question as long as they are about one series in order. */
static void look(struct watch *w, const struct polled_series *s, unix_s since, unix_s until,
                 struct past *ret)
{
    if (w->series != s || w->since != since || watch_seen_at(w) > until) {
        watch_done(w);
        watch_begin(w, s, since, TIME_NONE);
    }
    watch_until(w, until);
    watch_past(w, ret);
}

/* How long the reset's part of a forecast takes. */
struct stopwatch {
    double spent_us;
    size_t count;
};

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

struct reset_row {
    const char *id, *period_id;
    struct reading reading;
    unix_s origin;
};

static struct forecast answer(const struct reset_job *job, const struct watch *w,
                              const struct past *p, const struct reset_row *row,
                              struct reset_odds *odds, struct stopwatch *time)
{
    struct curve curve;
    double nano = (double)row->reading.balance.is.nano;
    struct dry_question q = {
        .past = p,
        .forest = job->forest,
        .budget = { calendar_last_reset(row->reading.period, row->origin),
                    calendar_next_reset(row->reading.period, row->origin),
                    (double)row->reading.reset_amount.is.nano },
        .nano = nano,
        .before = odds,
    };
    curve_make(p, job->nets, nano, &curve);
    double began = now_us();
    dry_foresee(&curve, &q);
    time->spent_us += now_us() - began;
    time->count++;
    *odds = curve.reset;
    return forecast_read(&curve, watch_burn(w), &row->reading, row->origin, STALE_S);
}

void resets_answer(const struct reset_job *job, const char *folder)
{
    struct csv c = csv_read(folder, "resets.csv");
    size_t id = csv_column(&c, "task_id"), period_id = csv_column(&c, "period_id"),
           period = csv_column(&c, "period"), series = csv_column(&c, "series"),
           from = csv_column(&c, "hist_from"), origin = csv_column(&c, "origin"),
           balance = csv_column(&c, "balance_nano_usd"),
           amount = csv_column(&c, "reset_amount_nano_usd");
    struct watch w = { 0 };
    struct past past;
    struct reset_odds odds = { .at = TIME_NONE };
    struct stopwatch time = { 0 };
    const char *before = "";
    puts("task_id,p_dry,verdict");
    for (size_t i = 0; i < c.rows; i++) {
        unix_s at = csv_integer(&c, i, origin);
        look(&w, series_find(job->series, csv_field(&c, i, series)), csv_integer(&c, i, from), at,
             &past);
        struct reset_row row = {
            .reading = watch_reading(&w, (struct money){ csv_integer(&c, i, balance) }),
            .origin = at,
        };
        row.reading.period = calendar_period_named(span_of(csv_field(&c, i, period)));
        row.reading.reset_amount = money_known((struct money){ csv_integer(&c, i, amount) });
        if (strcmp(before, csv_field(&c, i, period_id)) != 0)
            odds = (struct reset_odds){ .at = TIME_NONE };
        before = csv_field(&c, i, period_id);
        struct forecast f = answer(job, &w, &past, &row, &odds, &time);
        printf("%s,%.4f,%s\n", csv_field(&c, i, id), f.lasts >= 0 ? 1 - f.lasts : 0.5,
               forecast_verdict_slug(f.verdict));
    }
    fprintf(stderr, "the reset's part of a forecast: mean %.1f us\n",
            time.spent_us / (double)(time.count ? time.count : 1));
    watch_done(&w);
    csv_done(&c);
}

void resets_describe(const struct reset_job *job, const char *questions, const char *features)
{
    struct csv c = csv_read(NULL, questions);
    size_t series = csv_column(&c, "series"), from = csv_column(&c, "hist_from"),
           origin = csv_column(&c, "origin"), balance = csv_column(&c, "balance_nano_usd"),
           began = csv_column(&c, "began_at"), resets = csv_column(&c, "reset_at"),
           amount = csv_column(&c, "reset_amount_nano_usd");
    own_file FILE *file = fopen(features, "wb");
    if (!file)
        err(1, "%s", features);
    struct watch w = { 0 };
    for (size_t i = 0; i < c.rows; i++) {
        struct past past;
        struct track t;
        struct periods p;
        float told[RESET_FEATURES] = { NAN };
        struct budget b = { csv_integer(&c, i, began), csv_integer(&c, i, resets),
                            (double)csv_integer(&c, i, amount) };
        look(&w, series_find(job->series, csv_field(&c, i, series)), csv_integer(&c, i, from),
             csv_integer(&c, i, origin), &past);
        if (track_of(&past, &t) && periods_of(&past, &b, &p))
            reset_features(&t, &p, (double)csv_integer(&c, i, balance), told);
        if (fwrite(told, sizeof told, 1, file) != 1)
            err(1, "%s", features);
    }
    watch_done(&w);
    csv_done(&c);
}
