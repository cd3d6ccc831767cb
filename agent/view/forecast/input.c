/* The series itself is loaded as the daemon loads it at a start: one way to its burn, its past and
 * its curve. */
#include "view/forecast/input.h"

#include <stdlib.h>
#include <time.h>

#include "base/xmalloc.h"
#include "edge/store.h"

/* Whose series it is. */
struct place {
    int64_t account, token, credits; /* credits 0: none are known */
};

static struct place take_subject(struct forecast_input *s, const struct cell *cells)
{
    text_add(&s->account, cells[QUERY_SUBJECT_ACCOUNT].text);
    s->credits = span_is(cells[QUERY_SUBJECT_KIND].text, "credits");
    s->step_s =
        cells[QUERY_SUBJECT_INTERVAL_S].integer > 0 ? cells[QUERY_SUBJECT_INTERVAL_S].integer : 1;
    s->stale_s = cells[QUERY_SUBJECT_STALE_S].integer;
    static const int rates[BURN_WINDOWS] = {
        [BURN_1H] = QUERY_SUBJECT_BURN_1H_NANO,
        [BURN_6H] = QUERY_SUBJECT_BURN_6H_NANO,
        [BURN_24H] = QUERY_SUBJECT_BURN_24H_NANO,
        [BURN_7D] = QUERY_SUBJECT_BURN_7D_NANO,
    };
    for (size_t w = 0; w < BURN_WINDOWS; w++) {
        const struct cell *rate = &cells[rates[w]];
        s->rates[w] =
            (struct burn_rate){ .known = rate->kind == CELL_INTEGER, .nano_per_h = rate->integer };
    }
    s->list_at = cells[QUERY_SUBJECT_LAST_OK_AT].kind == CELL_INTEGER
        ? cells[QUERY_SUBJECT_LAST_OK_AT].integer
        : TIME_NONE;
    s->answered = cells[QUERY_SUBJECT_ANSWERED].integer != 0;
    s->source = credits_source_named(cells[QUERY_SUBJECT_CREDITS_SOURCE].text);
    return (struct place){ cells[QUERY_SUBJECT_ACCOUNT_ID].integer,
                           cells[QUERY_SUBJECT_TOKEN_ID].integer,
                           cells[QUERY_SUBJECT_CREDITS_ID].integer };
}

static void take_track_record(void *to, const struct cell *cells)
{
    struct forecast_input *s = to;
    s->scored = (struct accuracy_summary){
        .scores = cells[QUERY_FORECASTS_COUNT].integer,
        .within = cells[QUERY_FORECASTS_WITHIN].integer,
        .median_off_milli = cells[QUERY_FORECASTS_OFF_MILLI].integer,
        .median_bias_milli = cells[QUERY_FORECASTS_BIAS_MILLI].integer,
        .span_s = cells[QUERY_FORECASTS_OVER_S].integer,
    };
    for (int r = 0; r < REACHES; r++)
        s->scored.reach[r] =
            (struct reach_record){ cells[QUERY_FORECASTS_HOURS_COUNT + 2 * r].integer,
                                   cells[QUERY_FORECASTS_HOURS_WITHIN + 2 * r].integer };
}

/* One change may have two entries, and so two rows; balances that are not known leave a gap nobody
 * sees. */
static void take_reading(void *to, const struct cell *cells)
{
    struct forecast_input *s = to;
    if (cells[QUERY_HISTORY_BALANCE_NANO].kind != CELL_INTEGER)
        return;
    s->readings = xgrown(s->readings, s->reading_count, &s->reading_room, sizeof *s->readings);
    s->readings[s->reading_count++] =
        (struct chart_point){ cells[QUERY_HISTORY_AT].integer,
                              cells[QUERY_HISTORY_BALANCE_NANO].integer };
}

/* Of credits that no row shows: why there are none. */
static bool refuse_credits(struct store *store, const struct query_filter *scope, struct fault *why)
{
    struct cell cells[QUERY_CREDITS_COLUMNS];
    struct query_result *a;
    bool found;
    if (!query_open(store, QUERY_CREDITS, scope, &a, why))
        return false;
    bool ok = query_next(a, cells, QUERY_CREDITS_COLUMNS, &found, why);
    bool offered = ok
        && (!found
            || credits_source_named(cells[QUERY_CREDITS_CREDITS_SOURCE].text)
                != CREDITS_NOT_OFFERED);
    query_close(a);
    if (!ok)
        return false;
    return offered ? fault(why, FAULT_REJECT, "no credits known yet: see `ebb status`")
                   : fault(why, FAULT_REJECT,
                           "credits are " CREDITS_NOT_OFFERED_REASON
                           ": give them once with `ebb credits set`");
}

static bool find(struct store *store, const char *name, const char *account,
                 struct forecast_input *s, struct place *ret, struct fault *why)
{
    const struct query_filter scope = {
        .now = s->now, .since = TIME_NONE, .until = TIME_NONE, .token = name, .account = account
    };
    struct cell cells[QUERY_SUBJECT_COLUMNS];
    struct query_result *a;
    bool found, several = false;
    if (!query_open(store, QUERY_SUBJECT, &scope, &a, why))
        return false;
    bool ok = query_next(a, cells, QUERY_SUBJECT_COLUMNS, &found, why);
    if (ok && found) {
        *ret = take_subject(s, cells);
        s->removed = cell_is_set(&cells[QUERY_SUBJECT_IS_REMOVED]);
        ok = query_next(a, cells, QUERY_SUBJECT_COLUMNS, &several, why);
        several = several && (s->removed || !cell_is_set(&cells[QUERY_SUBJECT_IS_REMOVED]));
    }
    query_close(a);
    if (!ok)
        return false;
    if (s->removed)
        return fault(why, FAULT_REJECT,
                     "account \"%s\" is no longer in the configuration, so %s no longer watched; "
                     "history and reports keep what is known",
                     text_z(&s->account), *name ? "its tokens are" : "its credits are");
    if (!*name && (!found || (!several && s->source == CREDITS_NOT_OFFERED)))
        return refuse_credits(store, &scope, why);
    if (!found)
        return fault(why, FAULT_REJECT, "no data for token \"%s\": see `ebb status`", name);
    return !several
        || fault(why, FAULT_REJECT, "several accounts have it: name one with --account");
}

static bool load_series(struct store *store, struct forecast_input *s, const struct place *at,
                        struct fault *why)
{
    enum series series = s->credits ? SERIES_CREDITS : SERIES_TOKEN;
    if (!store_load_series(store, at->account, series, at->token, &s->series, why))
        return false;
    if (!s->series.count)
        return fault(why, FAULT_REJECT, "its data is gone: see `ebb status`");
    s->token = &s->series.tokens[0];
    if (!s->credits && at->credits && s->source != CREDITS_NOT_OFFERED
        && !store_load_series(store, at->account, SERIES_CREDITS, at->credits, &s->shared, why))
        return false;
    past_begin(&s->past, &s->token->burn, s->step_s);
    return store_load_past(store, s->token->id, &s->past, why);
}

static bool load_record(struct store *store, struct forecast_input *s, struct fault *why)
{
    const struct query_filter scope = { .now = s->now,
                                        .since = TIME_NONE,
                                        .until = TIME_NONE,
                                        .token = text_z(&s->name),
                                        .account = text_z(&s->account) };
    return query_each(store, QUERY_FORECASTS, &scope, QUERY_FORECASTS_COLUMNS, take_track_record, s,
                      why);
}

bool forecast_input_read(struct store *store, struct forecast_input *s, unix_s since,
                         struct fault *why)
{
    const struct query_filter scope = { .now = s->now,
                                        .since = since,
                                        .until = TIME_NONE,
                                        .token = text_z(&s->name),
                                        .account = text_z(&s->account) };
    return query_each(store, QUERY_HISTORY, &scope, QUERY_HISTORY_COLUMNS, take_reading, s, why);
}

static enum state state_at(const struct forecast_input *s, enum verdict verdict)
{
    const struct token *t = s->token;
    const struct presence p = presence_at(t->missing > 0, t->unreadable != NULL, t->last.expires,
                                          s->list_at, s->stale_s, s->now);
    return s->credits ? state_of_credits(s->source, verdict, s->answered) : state_of(verdict, &p);
}

bool forecast_input_load(struct store *store, const char *name, const char *account, unix_s now,
                         struct forecast_input *ret, struct fault *why)
{
    struct place place = { 0 };
    *ret = (struct forecast_input){ .now = now };
    text_add(&ret->name, span_of(name));
    if (!find(store, name, account, ret, &place, why) || !load_series(store, ret, &place, why)
        || !load_record(store, ret, why))
        return false;
    const struct forecast f = forecast_input_forecast(ret, &ret->token->last, ret->token->curve);
    ret->state = state_at(ret, f.verdict);
    ret->forecast = state_forecast(ret->state, &f);
    return true;
}

static struct purse purse_of(const struct forecast_input *s, const struct token *t)
{
    return (struct purse){ .reading = &t->last,
                           .curve = t->curve,
                           .watched = watched_of(&t->burn, s->stale_s) };
}

struct forecast forecast_input_forecast(const struct forecast_input *s, const struct reading *r,
                                        const struct curve *c)
{
    struct purse own = purse_of(s, s->token), shared;
    own.reading = r;
    own.curve = c;
    if (s->shared.count)
        shared = purse_of(s, &s->shared.tokens[0]);
    return forecast_within(&own, s->shared.count ? &shared : NULL, s->now);
}

double forecast_input_widening(const struct forecast_input *s)
{
    double likely_s = forecast_has_times(&s->forecast)
        ? (double)(s->forecast.likely - s->forecast.made_at)
        : HOUR_S;
    return s->token->promises ? accuracy_widening(&s->token->promises->record, likely_s) : 1;
}

void forecast_input_done(struct forecast_input *s)
{
    token_set_done(&s->series);
    token_set_done(&s->shared);
    text_done(&s->account);
    text_done(&s->name);
    free(s->readings);
}

/* The mean of what was watched. */
static void add_up(int64_t *sum, int64_t *count, int64_t nano)
{
    *sum = nano_add(*sum, nano);
    ++*count;
}

static void set_means(int64_t *sums, const int64_t *counts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        sums[i] = counts[i] ? sums[i] / counts[i] : -1;
}

struct burn_profile forecast_input_profile(const struct forecast_input *s)
{
    struct burn_profile p = { 0 };
    int64_t hours[24] = { 0 }, days[7] = { 0 }, week[7][24] = { 0 };
    int watched = s->past.last_seen == TIME_NONE ? 0 : PAST_HOURS;
    unix_s newest = watched ? (s->past.last_seen - 1) / HOUR_S * HOUR_S : 0;
    for (int k = 0; k < watched && newest - k * (int64_t)HOUR_S + HOUR_S > s->past.first_seen;
         k++) {
        time_t start = (time_t)(newest - k * (int64_t)HOUR_S);
        struct tm local;
        if (!localtime_r(&start, &local))
            continue;
        int day = (local.tm_wday + 6) % 7, hour = local.tm_hour;
        add_up(&p.hour_nano[hour], &hours[hour], s->past.hours[k]);
        add_up(&p.day_nano[day], &days[day], s->past.hours[k]);
        add_up(&p.week_nano[day][hour], &week[day][hour], s->past.hours[k]);
    }
    set_means(p.hour_nano, hours, 24);
    set_means(p.day_nano, days, 7);
    for (int day = 0; day < 7; day++)
        set_means(p.week_nano[day], week[day], 24);
    return p;
}
