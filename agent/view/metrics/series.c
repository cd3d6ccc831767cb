/* Tokens and credits as they stand, read by view/standing.h: the same figures as everywhere. */
#include <math.h>

#include "core/calendar.h"
#include "core/naming.h"
#include "core/series.h"
#include "view/metrics/facts.h"
#include "view/metrics/format.h"

static int64_t end_of(unix_s at)
{
    return at == TIME_NONE || at >= TIME_FAR ? METRIC_ABSENT : at;
}

/* Of a state that says when, or that there is no end; else nothing is said (state_forecast). */
static void set_forecast(struct series_facts *f, enum state state, const struct forecast *as)
{
    const struct forecast shown = state_forecast(state, as);
    f->state = state;
    f->ends_at[0] = end_of(shown.early);
    f->ends_at[1] = end_of(shown.likely);
    f->ends_at[2] = end_of(shown.late);
    f->lasts_nano = shown.lasts >= 0 ? llround(shown.lasts * 1e9) : METRIC_ABSENT;
    f->horizon_at = f->lasts_nano == METRIC_ABSENT ? METRIC_ABSENT : end_of(shown.horizon);
    f->forecast_at = f->ends_at[1] == METRIC_ABSENT ? METRIC_ABSENT : end_of(shown.made_at);
}

static void add_token_info(struct text *out, const struct cell *cells)
{
    const struct span name = cells[STANDING_TOKEN].text, project = naming_project(name);
    metric_add_label(out, "type", cells[STANDING_TYPE].text);
    metric_add_label(out, "reset_period", cells[STANDING_PERIOD].text);
    metric_add_label(out, "budget", span_of(cell_is_set(&cells[STANDING_BUDGETED]) ? "yes" : "no"));
    if (project.len)
        metric_add_label(out, "project", project);
    if (cells[STANDING_MEMBER].kind == CELL_TEXT)
        metric_add_label(out, "member", cells[STANDING_MEMBER].text);
}

/* The next one from now on; a period of another calendar has none that is known. */
static int64_t next_reset(const struct cell *cells, unix_s now)
{
    return end_of(calendar_next_reset(calendar_period_named(cells[STANDING_PERIOD].text), now));
}

/* Of a token that never had a budget no balance tells what it spends. */
static int64_t spent_ever(const struct cell *cells)
{
    int64_t spent = facts_number(&cells[STANDING_SPENT_EVER]);
    return spent == 0 && !cell_is_set(&cells[STANDING_BUDGETED]) ? METRIC_ABSENT : spent;
}

static void set_token(struct series_facts *f, const struct cell *cells, unix_s now)
{
    *f = (struct series_facts){
        .balance_nano = facts_number(&cells[STANDING_BALANCE]),
        .available_nano = facts_number(&cells[STANDING_AVAILABLE]),
        .reset_amount_nano = facts_number(&cells[STANDING_RESET_AMOUNT]),
        .spent_nano = spent_ever(cells),
        .burn_nano = { facts_number(&cells[STANDING_RATE_1H]),
                       facts_number(&cells[STANDING_RATE_6H]),
                       facts_number(&cells[STANDING_RATE_24H]),
                       facts_number(&cells[STANDING_RATE_7D]) },
        .reset_at = next_reset(cells, now),
        .expires_at = facts_stamp(&cells[STANDING_EXPIRES]),
        .seen_at = facts_stamp(&cells[STANDING_SEEN]),
    };
}

static void take_token(struct metric_facts *to, const struct standing *rows,
                       const struct cell *cells, unix_s now)
{
    struct text *labels = &to->labels;
    const struct span name = cells[STANDING_TOKEN].text, environment = naming_environment(name);
    metric_add_label(labels, "account", cells[STANDING_ACCOUNT].text);
    metric_add_label(labels, "token", name);
    if (environment.len)
        metric_add_label(labels, "environment", environment);
    add_token_info(&to->info, cells);
    struct series_facts *f = &facts_add(to, SUBJECT_TOKEN)->series;
    set_token(f, cells, now);
    set_forecast(f, standing_state(rows), standing_forecast(rows));
}

void facts_take_tokens(struct metric_facts *f, struct standing *rows, unix_s now)
{
    struct cell cells[STANDING_COLUMNS];
    while (standing_next(rows, cells, STANDING_COLUMNS)) {
        int64_t id = cells[STANDING_ID].integer;
        f->last_id = id > f->last_id ? id : f->last_id;
        take_token(f, rows, cells, now);
    }
}

static void take_usage(void *to, const struct cell *row)
{
    struct metric_facts *f = to;
    const struct span name = row[QUERY_USAGE_TOTALS_TOKEN].text;
    bool is_key = !span_is(row[QUERY_USAGE_TOTALS_KIND].text, series_name(SERIES_TOKEN));
    const struct span environment = is_key ? (struct span){ "", 0 } : naming_environment(name);
    if (!is_key && !f->whole && row[QUERY_USAGE_TOTALS_ID].integer > f->last_id)
        return;
    metric_add_label(&f->labels, "account", row[QUERY_USAGE_TOTALS_ACCOUNT].text);
    if (!is_key)
        metric_add_label(&f->labels, "token", name);
    if (environment.len)
        metric_add_label(&f->labels, "environment", environment);
    metric_add_label(&f->labels, "feature", row[QUERY_USAGE_TOTALS_FEATURE].text);
    metric_add_label(&f->labels, "provider", row[QUERY_USAGE_TOTALS_PROVIDER].text);
    facts_add(f, SUBJECT_USAGE)->number = facts_number(&row[QUERY_USAGE_TOTALS_TOLD_NANO]);
}

bool facts_load_usage(struct store *s, struct query_filter *slice, struct metric_facts *f,
                      bool *ret_more, struct fault *why)
{
    return facts_next_slice(s, QUERY_USAGE_TOLD, slice, ret_more, why)
        && (!*ret_more
            || query_each(s, QUERY_USAGE_TOTALS, slice, QUERY_USAGE_TOTALS_COLUMNS, take_usage, f,
                          why));
}

static void set_credits(struct series_facts *f, const struct cell *cells)
{
    *f = (struct series_facts){
        .balance_nano = facts_number(&cells[CREDITS_BALANCE]),
        .spent_nano = facts_number(&cells[CREDITS_SPENT_EVER]),
        .burn_nano = { facts_number(&cells[CREDITS_RATE_1H]), facts_number(&cells[CREDITS_RATE_6H]),
                       facts_number(&cells[CREDITS_RATE_24H]),
                       facts_number(&cells[CREDITS_RATE_7D]) },
        .seen_at = facts_stamp(&cells[CREDITS_SEEN]),
    };
}

void facts_take_credits(struct metric_facts *f, struct standing *rows)
{
    struct cell cells[CREDITS_COLUMNS];
    while (standing_next(rows, cells, CREDITS_COLUMNS)) {
        metric_add_label(&f->labels, "account", cells[CREDITS_ACCOUNT].text);
        struct series_facts *to = &facts_add(f, SUBJECT_CREDITS)->series;
        set_credits(to, cells);
        set_forecast(to, standing_state(rows), standing_forecast(rows));
    }
}
