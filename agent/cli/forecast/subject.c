/* The pieces come as the daemon loads them at a start: recent entries for the fine detail, hours for the rest. */
#include "cli/forecast/subject.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/xmalloc.h"
#include "core/calendar.h"
#include "core/forecast/net.h"

enum {
    ACCOUNT, KIND, FIRST_SEEN, SEEN, MISSING, TYPE, BALANCE, BUDGETED, EXPIRES, PERIOD, RESET_AMOUNT, INTERVAL, STALE,
    RATE_1H,
    SUBJECT_COLUMNS,
};

enum { HISTORY_AT = 0, HISTORY_BALANCE = 4, HISTORY_COLUMNS = 5, CELLS_MAX = 16 };

/* Hands each row of an answer to `take`. */
static bool each(struct store *store, enum question question, const struct scope *scope, size_t columns,
                 void (*take)(struct subject *s, const struct cell *cells), struct subject *s, struct fault *why)
{
    struct cell cells[CELLS_MAX];
    struct answer *a;
    bool more = true, ok = true;
    if (!archive_ask(store, question, scope, &a, why))
        return false;
    while (ok && more) {
        ok = archive_next(a, cells, columns, &more, why);
        if (ok && more)
            take(s, cells);
    }
    archive_end(a);
    return ok;
}

static struct maybe_money money_of(const struct cell *cell)
{
    return (struct maybe_money){ cell->kind == CELL_INTEGER, { cell->kind == CELL_INTEGER ? cell->integer : 0 } };
}

static void take_subject(struct subject *s, const struct cell *cells)
{
    text_add(&s->account, cells[ACCOUNT].text);
    s->credits = span_is(cells[KIND].text, "credits");
    s->seen_at = cells[SEEN].integer;
    s->missing = (int)cells[MISSING].integer;
    s->stale_s = cells[STALE].integer;
    s->reading = (struct reading){
        .name = text_z(&s->name),
        .balance = money_of(&cells[BALANCE]),
        .budgeted = cells[BUDGETED].integer != 0,
        .expires = cells[EXPIRES].kind == CELL_INTEGER ? cells[EXPIRES].integer : TIME_NONE,
        .period = calendar_period_named(cells[PERIOD].text),
        .reset_amount = money_of(&cells[RESET_AMOUNT]),
    };
    snprintf(s->reading.type, sizeof s->reading.type, "%.*s", (int)cells[TYPE].text.len, cells[TYPE].text.at);
    burn_seen(&s->burn, cells[FIRST_SEEN].integer);
    burn_seen(&s->burn, s->seen_at);
    if (cells[RATE_1H].kind == CELL_INTEGER) /* there was a rate, so there were readings enough in between */
        s->burn.readings = BURN_MIN_READINGS;
    s->past.step_s = cells[INTERVAL].integer;
}

static void take_recent(struct subject *s, const struct cell *cells)
{
    struct entry e = { ENTRY_CONSUMPTION, { cells[0].integer }, cells[1].integer, cells[2].integer };
    burn_add_recent(&s->burn, &e);
}

static void take_hour(struct subject *s, const struct cell *cells)
{
    struct money spent = { cells[1].integer };
    burn_add_hour(&s->burn, cells[0].integer, spent);
    past_add_hour(&s->past, cells[0].integer, spent);
}

static void take_score(struct subject *s, const struct cell *cells)
{
    struct promise p = { .made_at = cells[1].integer, .early = cells[2].integer, .likely = cells[3].integer,
                         .late = cells[4].integer };
    struct due due = due_of(&p, cells[0].integer);
    record_book(&s->record, &due);
}

static void take_track_record(struct subject *s, const struct cell *cells)
{
    s->scored = (struct track_record){ cells[3].integer, cells[4].integer, cells[6].integer, cells[7].integer };
}

/* One change may have two entries, and so two rows; balances that are not known leave a gap nobody sees. */
static void take_reading(struct subject *s, const struct cell *cells)
{
    if (cells[HISTORY_BALANCE].kind != CELL_INTEGER)
        return;
    if (s->reading_count == s->reading_room) {
        s->reading_room = s->reading_room ? s->reading_room * 2 : 256;
        s->readings = xrealloc(s->readings, s->reading_room, sizeof *s->readings);
    }
    s->readings[s->reading_count++] = (struct chart_point){ cells[HISTORY_AT].integer, cells[HISTORY_BALANCE].integer };
}

static bool find(struct store *store, const char *name, const char *account, struct subject *s, struct fault *why)
{
    const struct scope scope = { s->now, TIME_NONE, TIME_NONE, name, account };
    struct cell cells[SUBJECT_COLUMNS];
    struct answer *a;
    bool found, several = false;
    if (!archive_ask(store, QUESTION_SUBJECT, &scope, &a, why))
        return false;
    bool ok = archive_next(a, cells, SUBJECT_COLUMNS, &found, why);
    if (ok && found) {
        take_subject(s, cells);
        ok = archive_next(a, cells, SUBJECT_COLUMNS, &several, why);
    }
    archive_end(a);
    if (!ok)
        return false;
    if (!found)
        return *name ? fault(why, FAULT_REJECT, "nothing is known of a token \"%s\": see `ebb status`", name)
                     : fault(why, FAULT_REJECT, "credits were not told yet: see `ebb status`");
    return !several || fault(why, FAULT_REJECT, "several accounts have it: name one with --account");
}

static bool load_history(struct store *store, struct subject *s, struct fault *why)
{
    struct scope scope = {
        .now = s->now, .until = TIME_NONE, .token = text_z(&s->name), .account = text_z(&s->account),
    };
    int64_t step_s = s->past.step_s;
    scope.since = s->seen_at - BURN_FINE_BUCKETS * (int64_t)BURN_FINE_S;
    if (!each(store, QUESTION_RECENT, &scope, 3, take_recent, s, why))
        return false;
    past_begin(&s->past, &s->burn, step_s);
    scope.since = s->seen_at - (PAST_HOURS + 1) * (int64_t)HOUR_S;
    return each(store, QUESTION_HOURS, &scope, 2, take_hour, s, why)
        && each(store, QUESTION_SCORES, &scope, 5, take_score, s, why)
        && each(store, QUESTION_FORECASTS, &scope, 8, take_track_record, s, why)
        && each(store, QUESTION_HISTORY, &scope, HISTORY_COLUMNS, take_reading, s, why);
}

bool subject_load(struct store *store, const char *name, const char *account, unix_s now, struct subject *ret,
                  struct fault *why)
{
    *ret = (struct subject){ .now = now };
    burn_init(&ret->burn);
    text_add(&ret->name, span_of(name));
    if (!find(store, name, account, ret, why) || !load_history(store, ret, why))
        return false;
    curve_make(&ret->past, &net_shipped, &ret->curve);
    if (ret->curve.origin != TIME_NONE)
        curve_widen(&ret->curve, record_widening(&ret->record));
    ret->forecast = forecast_read(&ret->curve, &ret->burn, &ret->reading, now, ret->stale_s);
    return true;
}

void subject_done(struct subject *s)
{
    burn_done(&s->burn);
    text_done(&s->account);
    text_done(&s->name);
    free(s->readings);
}

struct burn_profile subject_profile(const struct subject *s)
{
    struct burn_profile p = { 0 };
    int64_t hours[24] = { 0 }, days[7] = { 0 };
    unix_s newest = (s->past.last_seen - 1) / HOUR_S * HOUR_S;
    for (int k = 0; k < PAST_HOURS && newest - k * (int64_t)HOUR_S + HOUR_S > s->past.first_seen; k++) {
        time_t start = (time_t)(newest - k * (int64_t)HOUR_S);
        struct tm local;
        if (!localtime_r(&start, &local))
            continue;
        p.hour_nano[local.tm_hour] = nano_add(p.hour_nano[local.tm_hour], s->past.hours[k]);
        int64_t *day = &p.day_nano[(local.tm_wday + 6) % 7];
        *day = nano_add(*day, s->past.hours[k]);
        hours[local.tm_hour]++;
        days[(local.tm_wday + 6) % 7]++;
    }
    for (int h = 0; h < 24; h++)
        p.hour_nano[h] = hours[h] ? p.hour_nano[h] / hours[h] : -1;
    for (int d = 0; d < 7; d++)
        p.day_nano[d] = days[d] ? p.day_nano[d] / days[d] : -1;
    return p;
}
