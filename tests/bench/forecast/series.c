/* All polls are in memory. */
#include "series.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "core/calendar.h"

static void read_polls(const char *folder, struct polled_series *s)
{
    char name[512];
    snprintf(name, sizeof name, "series/%s.csv", s->name);
    struct csv c = csv_read(folder, name);
    size_t at = csv_column(&c, "ts"), balance = csv_column(&c, "balance_nano_usd");
    if (c.rows == 0)
        errx(1, "%s: no polls", name);
    s->count = c.rows;
    s->at = xcalloc(c.rows, sizeof *s->at);
    s->balance = xcalloc(c.rows, sizeof *s->balance);
    for (size_t i = 0; i < c.rows; i++) {
        s->at[i] = csv_integer(&c, i, at);
        s->balance[i] = csv_integer(&c, i, balance);
    }
    csv_done(&c);
}

struct series_set series_read(const char *folder)
{
    struct series_set ret = { .table = csv_read(folder, "series.csv") };
    const struct csv *c = &ret.table;
    size_t name = csv_column(c, "series"), step = csv_column(c, "step_s"),
           reset = csv_column(c, "reset"), amount = csv_column(c, "reset_amount_nano_usd");
    ret.count = c->rows;
    ret.at = xcalloc(c->rows, sizeof *ret.at);
    for (size_t i = 0; i < c->rows; i++) {
        struct polled_series *s = &ret.at[i];
        s->name = csv_field(c, i, name);
        s->step_s = csv_integer(c, i, step);
        s->period = calendar_period_named(span_of(csv_field(c, i, reset)));
        if (s->period != RESET_NONE)
            s->reset_amount = money_known((struct money){ csv_integer(c, i, amount) });
        read_polls(folder, s);
    }
    return ret;
}

void series_done(struct series_set *s)
{
    for (size_t i = 0; i < s->count; i++) {
        free(s->at[i].at);
        free(s->at[i].balance);
    }
    free(s->at);
    csv_done(&s->table);
}

const struct polled_series *series_find(const struct series_set *s, const char *name)
{
    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->at[i].name, name) == 0)
            return &s->at[i];
    errx(1, "there is no series %s", name);
}
