/* Reading back what is believed of an account's tokens, at start and after a transaction that failed. */
#include <stdio.h>
#include <stdlib.h>

#include "base/xmalloc.h"
#include "core/calendar.h"
#include "edge/store/store_private.h"

static struct maybe_money column_money(const struct statement *q, int column)
{
    if (statement_is_null(q, column))
        return (struct maybe_money){ .known = false };
    return money_known((struct money){ statement_integer(q, column) });
}

static unix_s column_time(const struct statement *q, int column)
{
    return statement_is_null(q, column) ? TIME_NONE : statement_integer(q, column);
}

/* Every query and the fleet are in the order of ids, so finding the token of a row is a merge. */
static struct token *seek(struct fleet *f, size_t *place, int64_t id)
{
    while (*place < f->count && f->tokens[*place].id < id)
        ++*place;
    return *place < f->count && f->tokens[*place].id == id ? &f->tokens[*place] : NULL;
}

/* Up to when its burn is known. */
static unix_s known_until(const struct statement *q, unix_s seen_at)
{
    bool by_usage = span_is(statement_text(q, 15), "consumption");
    unix_s usage_at = column_time(q, 16);
    return by_usage && usage_at != TIME_NONE && usage_at < seen_at ? usage_at : seen_at;
}

static void load_token(const struct statement *q, enum series series, size_t rule_count, struct fleet *f)
{
    struct token *t = fleet_add(f, statement_text(q, 1).at);
    t->series = series;
    t->id = statement_integer(q, 0);
    t->alerts = xcalloc(rule_count, sizeof *t->alerts);
    t->seen_at = statement_integer(q, 3);
    t->missing = (int)statement_integer(q, 4);
    snprintf(t->last.type, sizeof t->last.type, "%s", statement_text(q, 5).at);
    t->last.balance = column_money(q, 6);
    t->last.budgeted = statement_integer(q, 7) != 0;
    t->last.expires = column_time(q, 8);
    t->last.period = calendar_period_named(statement_text(q, 9));
    t->last.reset_amount = column_money(q, 10);
    t->last_reset = column_time(q, 11);
    t->risen_to = column_money(q, 12);
    snprintf(t->slug, sizeof t->slug, "%s", statement_text(q, 13).at);
    burn_seen(&t->burn, statement_integer(q, 2));
    burn_seen(&t->burn, known_until(q, t->seen_at));
    if (!statement_is_null(q, 14)) /* there was a rate, so there were readings enough in between */
        t->burn.readings = BURN_MIN_READINGS;
}

static bool load_tokens(struct statement *q, enum series series, size_t rule_count, struct fleet *f,
                        struct fault *why)
{
    bool row;
    while (statement_step(q, &row, why)) {
        if (!row)
            return true;
        load_token(q, series, rule_count, f);
    }
    return false;
}

static const struct rule *find_rule(const struct rule_set *rules, struct span name)
{
    for (size_t i = 0; i < rules->count; i++)
        if (span_is(name, rules->at[i].name))
            return &rules->at[i];
    return NULL;
}

static enum level column_level(const struct statement *q, int column)
{
    enum level level = LEVEL_NONE;
    return level_named(statement_text(q, column), &level) ? level : LEVEL_NONE;
}

static struct alert read_alert(const struct statement *q)
{
    return (struct alert){
        .level = column_level(q, 2),
        .pending = column_level(q, 3),
        .pending_since = statement_integer(q, 4),
        .since = statement_integer(q, 5),
        .episode = statement_integer(q, 6),
        .step = statement_integer(q, 7),
    };
}

static void add_orphan(struct orphan_alerts *o, const struct statement *q)
{
    o->at = xrealloc(o->at, o->count + 1, sizeof *o->at);
    struct orphan_alert *added = &o->at[o->count++];
    *added = (struct orphan_alert){ .token = statement_integer(q, 0), .alert = read_alert(q) };
    snprintf(added->rule, sizeof added->rule, "%s", statement_text(q, 1).at);
}

void orphan_alerts_done(struct orphan_alerts *o)
{
    free(o->at);
    *o = (struct orphan_alerts){ 0 };
}

static bool load_alerts(struct statement *q, const struct rule_set *rules, struct fleet *f, struct orphan_alerts *o,
                        struct fault *why)
{
    size_t place = 0;
    bool row;
    while (statement_step(q, &row, why)) {
        if (!row)
            return true;
        struct token *t = seek(f, &place, statement_integer(q, 0));
        const struct rule *rule = find_rule(rules, statement_text(q, 1));
        if (t && rule)
            t->alerts[rule - rules->at] = read_alert(q);
        else if (t && column_level(q, 2) != LEVEL_NONE)
            add_orphan(o, q);
    }
    return false;
}

/* What a balance told is loaded into the fine buckets from its entries; consumption has none, and its hours must do. */
static void load_hour(const struct statement *q, struct token *t)
{
    unix_s hour = statement_integer(q, 1), end = hour + HOUR_S;
    struct entry usage = { ENTRY_CONSUMPTION, { statement_integer(q, 3) }, hour, end };
    if (usage.at > t->burn.last_seen && hour < t->burn.last_seen)
        usage.at = t->burn.last_seen;
    burn_add_hour(&t->burn, hour, (struct money){ statement_integer(q, 2) });
    burn_add_recent(&t->burn, &usage);
}

static bool load_hours(struct statement *q, struct fleet *f, struct fault *why)
{
    size_t place = 0;
    bool row;
    while (statement_step(q, &row, why)) {
        if (!row)
            return true;
        struct token *t = seek(f, &place, statement_integer(q, 0));
        if (t)
            load_hour(q, t);
    }
    return false;
}

static bool load_entries(struct statement *q, struct fleet *f, struct fault *why)
{
    size_t place = 0;
    bool row;
    while (statement_step(q, &row, why)) {
        if (!row)
            return true;
        struct token *t = seek(f, &place, statement_integer(q, 0));
        struct entry e = {
            .kind = ENTRY_CONSUMPTION,
            .amount = { statement_integer(q, 1) },
            .since = statement_integer(q, 2),
            .at = statement_integer(q, 3),
        };
        if (t)
            burn_add_recent(&t->burn, &e);
    }
    return false;
}

static bool load_drifts(struct statement *q, struct fleet *f, struct fault *why)
{
    size_t place = 0;
    bool row;
    while (statement_step(q, &row, why)) {
        if (!row)
            return true;
        struct token *t = seek(f, &place, statement_integer(q, 0));
        if (t)
            t->drift = column_money(q, 1);
    }
    return false;
}

/* A time that was forecast and is not told is far. */
static unix_s column_forecast(const struct statement *q, int column)
{
    return statement_is_null(q, column) ? TIME_FAR : statement_integer(q, column);
}

static struct forecast read_forecast(const struct statement *q)
{
    struct forecast f = forecast_none();
    if (!forecast_verdict_slugged(statement_text(q, 1), &f.verdict) || !forecast_has_times(&f))
        return forecast_none();
    f.early = column_forecast(q, 2);
    f.likely = column_forecast(q, 3);
    f.late = column_forecast(q, 4);
    f.alarm = statement_is_null(q, 5) ? f.likely : statement_integer(q, 5);
    f.relief = statement_is_null(q, 6) ? f.alarm : statement_integer(q, 6);
    f.horizon = column_time(q, 7);
    if (!statement_is_null(q, 8))
        f.lasts = (double)statement_integer(q, 8) / 10000;
    if (!forecast_history_slugged(statement_text(q, 9), &f.history))
        f.history = HISTORY_NONE;
    f.made_at = f.read_at = column_time(q, 10);
    return f;
}

static bool load_forecasts(struct statement *q, struct fleet *f, struct fault *why)
{
    size_t place = 0;
    bool row;
    while (statement_step(q, &row, why)) {
        if (!row)
            return true;
        struct token *t = seek(f, &place, statement_integer(q, 0));
        if (!t)
            continue;
        t->forecast = read_forecast(q);
        t->spent_nano = statement_integer(q, 11);
    }
    return false;
}

static struct promises *promises_of(struct token *t)
{
    if (!t->promises)
        t->promises = promises_new();
    return t->promises;
}

static void load_promise(const struct statement *q, struct promises *p)
{
    int64_t place = statement_integer(q, 1);
    if (place < 0 || place >= PROMISES)
        return;
    p->at[place] = (struct promise){
        .made_at = statement_integer(q, 2),
        .amount = { statement_integer(q, 3) },
        .target_nano = statement_integer(q, 4),
        .early = statement_integer(q, 5),
        .likely = statement_integer(q, 6),
        .late = statement_integer(q, 7),
        .spent_at = TIME_NONE,
    };
    if (p->last_made == TIME_NONE || p->at[place].made_at >= p->last_made) {
        p->last_made = p->at[place].made_at;
        p->next = ((int)place + 1) % PROMISES;
    }
}

static bool load_promises(struct statement *q, struct fleet *f, struct fault *why)
{
    size_t place = 0;
    bool row;
    while (statement_step(q, &row, why)) {
        if (!row)
            return true;
        struct token *t = seek(f, &place, statement_integer(q, 0));
        if (t)
            load_promise(q, promises_of(t));
    }
    return false;
}

static bool load_scores(struct statement *q, struct fleet *f, struct fault *why)
{
    size_t place = 0;
    bool row;
    while (statement_step(q, &row, why)) {
        if (!row)
            return true;
        struct token *t = seek(f, &place, statement_integer(q, 0));
        struct promise p = {
            .made_at = statement_integer(q, 2),
            .early = statement_integer(q, 3),
            .likely = statement_integer(q, 4),
            .late = statement_integer(q, 5),
        };
        struct due due = due_of(&p, statement_integer(q, 1));
        if (t)
            record_book(&promises_of(t)->record, &due);
    }
    return false;
}

static bool load_suspicious(struct statement *q, struct fleet *f, struct fault *why)
{
    bool row;
    if (!statement_step(q, &row, why))
        return false;
    f->suspicious = (int)statement_integer(q, 0);
    return true;
}

/* Whose series are loaded. */
struct owner {
    int64_t account;
    enum series series;
};

static struct statement *begin(struct store *s, enum query query, const struct owner *o, unix_s since)
{
    struct statement *q = s->queries[query];
    statement_bind_integer(q, ":account", o->account);
    statement_bind_text(q, ":kind", span_of(series_name(o->series)));
    statement_bind_integer(q, ":since", since);
    return q;
}

static bool load_series(struct store *s, const struct owner *o, const struct rule_set *rules, struct fleet *f,
                        struct orphan_alerts *orphans, struct fault *why)
{
    struct statement *tokens = begin(s, QUERY_LOAD_TOKENS, o, 0);
    struct statement *alerts = begin(s, QUERY_LOAD_ALERTS, o, 0);
    struct statement *hours = begin(s, QUERY_LOAD_HOURS, o, BURN_HOURS * HOUR_S);
    struct statement *entries = begin(s, QUERY_LOAD_ENTRIES, o, BURN_FINE_BUCKETS * BURN_FINE_S);
    struct statement *forecasts = begin(s, QUERY_LOAD_FORECASTS, o, 0);
    struct statement *drifts = begin(s, QUERY_LOAD_DRIFTS, o, 0);
    struct statement *promises = begin(s, QUERY_LOAD_PROMISES, o, 0);
    struct statement *scores = begin(s, QUERY_LOAD_SCORES, o, 0);
    struct statement *suspicious = begin(s, QUERY_LOAD_SUSPICIOUS, o, 0);

    bool ok = load_tokens(tokens, o->series, rules->count, f, why) && load_alerts(alerts, rules, f, orphans, why)
        && load_hours(hours, f, why) && load_entries(entries, f, why)
        && load_forecasts(forecasts, f, why) && load_drifts(drifts, f, why) && load_promises(promises, f, why)
        && load_scores(scores, f, why) && load_suspicious(suspicious, f, why);
    statement_reset(tokens);
    statement_reset(alerts);
    statement_reset(hours);
    statement_reset(entries);
    statement_reset(forecasts);
    statement_reset(drifts);
    statement_reset(promises);
    statement_reset(scores);
    statement_reset(suspicious);
    return ok;
}

bool store_load_fleet(struct store *s, int64_t account, const struct rule_set *rules, struct fleet *ret,
                      struct orphan_alerts *ret_orphans, struct fault *why)
{
    const struct owner owner = { account, SERIES_TOKEN };
    struct fleet f = { 0 };
    struct orphan_alerts orphans = { 0 };
    if (!load_series(s, &owner, rules, &f, &orphans, why)) {
        fleet_done(&f);
        orphan_alerts_done(&orphans);
        return false;
    }
    *ret = f;
    *ret_orphans = orphans;
    return true;
}

bool store_load_credits(struct store *s, int64_t account, const struct rule_set *rules, struct fleet *ret,
                        struct orphan_alerts *orphans, struct fault *why)
{
    const struct owner owner = { account, SERIES_CREDITS };
    struct fleet f = { 0 };
    if (!load_series(s, &owner, rules, &f, orphans, why)) {
        fleet_done(&f);
        return false;
    }
    *ret = f;
    return true;
}
