/* Reading back what is believed of an account's tokens, at start and after a transaction that
 * failed. */
#include <stdio.h>
#include <stdlib.h>

#include "base/xmalloc.h"
#include "core/calendar.h"
#include "edge/store/doubt.h"
#include "edge/store/store_private.h"

struct loading {
    int64_t account;
    int64_t only; /* the one series that is wanted; 0: all */
    enum series series;
    const struct rule_set *rules;
    struct token_set *fleet;
    struct orphan_alerts *orphans;
    size_t place; /* in the set, of the row before */
};

/* Rows about a token begin with it. */
enum { OF_TOKEN = LOAD_ALERTS_TOKEN };
_Static_assert((int)OF_TOKEN == LOAD_HOURS_TOKEN && (int)OF_TOKEN == LOAD_OPEN_HOURS_TOKEN
                   && (int)OF_TOKEN == LOAD_ENTRIES_TOKEN && (int)OF_TOKEN == LOAD_FORECASTS_TOKEN
                   && (int)OF_TOKEN == LOAD_CURVES_TOKEN && (int)OF_TOKEN == LOAD_DRIFTS_TOKEN
                   && (int)OF_TOKEN == LOAD_PROMISES_TOKEN && (int)OF_TOKEN == LOAD_SCORES_TOKEN
                   && (int)OF_TOKEN == LOAD_DOUBTS_TOKEN,
               "a row about a token does not begin with it");
/* Open hours are read like closed ones. */
_Static_assert((int)LOAD_OPEN_HOURS_HOUR == LOAD_HOURS_HOUR
                   && (int)LOAD_OPEN_HOURS_SPENT_NANO == LOAD_HOURS_SPENT_NANO
                   && (int)LOAD_OPEN_HOURS_USAGE_NANO == LOAD_HOURS_USAGE_NANO,
               "open hours have other columns");

/* The token that a row is about; NULL: not one of the set. Every query and the set are in the
 * order of ids, so finding it is a merge. */
static struct token *token_of(struct loading *l, const struct statement *row)
{
    const struct token_set *f = l->fleet;
    int64_t id = statement_integer(row, OF_TOKEN);
    while (l->place < f->count && f->tokens[l->place].id < id)
        l->place++;
    return l->place < f->count && f->tokens[l->place].id == id ? &f->tokens[l->place] : NULL;
}

/* Up to when its burn is known. */
static unix_s known_until(const struct statement *q, unix_s seen_at)
{
    bool by_usage = span_is(statement_text(q, LOAD_TOKENS_BURN_SOURCE), "consumption");
    unix_s usage_at = column_time(q, LOAD_TOKENS_USAGE_AT);
    return by_usage && usage_at != TIME_NONE && usage_at < seen_at ? usage_at : seen_at;
}

static const char *column_mark(const struct statement *q, int column, const char *none)
{
    return statement_is_null(q, column) ? none : statement_text(q, column).at;
}

static void take_token(struct loading *l, const struct statement *q)
{
    const char *name = statement_text(q, LOAD_TOKENS_NAME).at;
    const struct identity is = {
        .id = column_mark(q, LOAD_TOKENS_IDENTITY, ""),
        .name = column_mark(q, LOAD_TOKENS_CALLED, name),
        .member = column_mark(q, LOAD_TOKENS_MEMBER, ""),
        .masked = column_mark(q, LOAD_TOKENS_MASKED, ""),
    };
    struct token *t = token_set_add_as(l->fleet, &is, name);
    l->fleet->freed |= t->marks != NULL; /* who knows how the last process ended */
    t->series = l->series;
    t->id = statement_integer(q, LOAD_TOKENS_ID);
    t->seen_at = column_time(q, LOAD_TOKENS_SEEN);
    t->missing = (int)statement_integer(q, LOAD_TOKENS_MISSING);
    snprintf(t->last.type, sizeof t->last.type, "%s", statement_text(q, LOAD_TOKENS_TYPE).at);
    t->last.balance = column_money(q, LOAD_TOKENS_BALANCE_NANO);
    t->last.budgeted = statement_integer(q, LOAD_TOKENS_BUDGETED) != 0;
    t->last.expires = column_time(q, LOAD_TOKENS_EXPIRES_AT);
    t->last.period = calendar_period_named(statement_text(q, LOAD_TOKENS_RESET_PERIOD));
    t->last.reset_amount = column_money(q, LOAD_TOKENS_RESET_AMOUNT_NANO);
    t->last_reset = column_time(q, LOAD_TOKENS_LAST_RESET);
    t->high_water = column_money(q, LOAD_TOKENS_RISEN_TO_NANO);
    token_name_slug(t, statement_text(q, LOAD_TOKENS_SLUG));
    if (t->seen_at != TIME_NONE && column_time(q, LOAD_TOKENS_KNOWN_FROM) != TIME_NONE) {
        burn_seen(&t->burn, column_time(q, LOAD_TOKENS_KNOWN_FROM));
        burn_seen(&t->burn, known_until(q, t->seen_at));
        t->burn.watched_from = statement_integer(q, LOAD_TOKENS_FIRST_SEEN);
    }
    if (!statement_is_null(q, LOAD_TOKENS_UNREADABLE))
        t->unreadable = xstrdup(statement_text(q, LOAD_TOKENS_UNREADABLE).at);
    t->absent_since = t->missing ? column_time(q, LOAD_TOKENS_MISSING_SINCE) : TIME_NONE;
    t->lost_in_mass = statement_integer(q, LOAD_TOKENS_LOST_IN_MASS) != 0;
    if (!statement_is_null(q, LOAD_TOKENS_BURN_1H_NANO)) /* there was a rate, so there were readings
                                                            enough in between */
        t->burn.readings = BURN_MIN_READINGS;
}

static enum level column_level(const struct statement *q, int column)
{
    enum level level = LEVEL_NONE;
    return level_named(statement_text(q, column), &level) ? level : LEVEL_NONE;
}

static struct alert read_alert(const struct statement *q)
{
    return (struct alert){
        .level = column_level(q, LOAD_ALERTS_LEVEL),
        .pending = column_level(q, LOAD_ALERTS_PENDING),
        .pending_since = is_stamp(statement_integer(q, LOAD_ALERTS_PENDING_SINCE))
            ? statement_integer(q, LOAD_ALERTS_PENDING_SINCE)
            : 0,
        .since = is_stamp(statement_integer(q, LOAD_ALERTS_SINCE))
            ? statement_integer(q, LOAD_ALERTS_SINCE)
            : 0,
        .episode = statement_integer(q, LOAD_ALERTS_EPISODE),
        .step = statement_integer(q, LOAD_ALERTS_STEP),
        .contact = (enum contact)statement_integer(q, LOAD_ALERTS_CONTACT),
    };
}

static void add_orphan(struct orphan_alerts *o, const struct statement *q, bool changed)
{
    o->at = xrealloc(o->at, o->count + 1, sizeof *o->at);
    struct orphan_alert *added = &o->at[o->count++];
    *added = (struct orphan_alert){ .token = statement_integer(q, LOAD_ALERTS_TOKEN),
                                    .alert = read_alert(q) };
    snprintf(added->rule, sizeof added->rule, "%s", statement_text(q, LOAD_ALERTS_RULE).at);
    added->changed = changed;
    if (!rule_kind_named(statement_text(q, LOAD_ALERTS_KIND), &added->kind))
        added->kind = RULE_GONE;
}

void orphan_alerts_done(struct orphan_alerts *o)
{
    free(o->at);
    *o = (struct orphan_alerts){ 0 };
}

/* Under another kind it is another alert, whose episodes are counted on: their numbers are part of
 * ids. */
static void take_alert_of(struct loading *l, struct token *t, const struct rule *rule,
                          const struct statement *q)
{
    bool changed = rule && !statement_is_null(q, LOAD_ALERTS_KIND)
        && !span_is(statement_text(q, LOAD_ALERTS_KIND), rule_kind_name(rule->kind));
    struct alert stored = read_alert(q);
    if (rule)
        *token_own_alert(t, l->rules->count, (size_t)(rule - l->rules->at)) =
            changed ? (struct alert){ .episode = stored.episode, .step = stored.step } : stored;
    if ((!rule || changed) && stored.level != LEVEL_NONE)
        add_orphan(l->orphans, q, changed);
}

static void take_alert(struct loading *l, const struct statement *q)
{
    struct token *t = token_of(l, q);
    const struct rule *rule = rule_named(l->rules, statement_text(q, LOAD_ALERTS_RULE));
    if (t && span_is(statement_text(q, LOAD_ALERTS_RULE), RULE_DELETED_NAME))
        *token_own_deletion(t) = read_alert(q);
    else if (t)
        take_alert_of(l, t, rule, q);
}

/* What a balance showed is loaded into the fine buckets from its entries; consumption has none, and
 * its hours must do. */
static void take_hour(struct token *t, const struct statement *q)
{
    if (!is_stamp(statement_integer(q, LOAD_HOURS_HOUR)))
        return;
    unix_s hour = statement_integer(q, LOAD_HOURS_HOUR), end = hour + HOUR_S;
    struct entry usage = {
        ENTRY_CONSUMPTION, { statement_integer(q, LOAD_HOURS_USAGE_NANO) }, hour, end
    };
    struct money spent = { statement_integer(q, LOAD_HOURS_SPENT_NANO) };
    if (usage.at > t->burn.last_seen && hour < t->burn.last_seen)
        usage.at = t->burn.last_seen;
    if (t->last.budgeted && hour < t->burn.first_seen) { /* before its pace is known */
        spent.nano = usage.amount.nano >= 0 && spent.nano > usage.amount.nano
            ? spent.nano - usage.amount.nano
            : 0;
        usage.amount.nano = 0;
    }
    burn_add_hour(&t->burn, hour, spent);
    burn_add_recent(&t->burn, &usage);
}

static void take_entry(struct token *t, const struct statement *q)
{
    struct entry e = {
        .kind = ENTRY_CONSUMPTION,
        .amount = { statement_integer(q, LOAD_ENTRIES_AMOUNT_NANO) },
        .since = column_time(q, LOAD_ENTRIES_SINCE),
        .at = column_time(q, LOAD_ENTRIES_AT),
    };
    if (e.since != TIME_NONE && e.at != TIME_NONE)
        burn_add_recent(&t->burn, &e);
}

static void take_drift(struct token *t, const struct statement *q)
{
    t->drift = column_money(q, LOAD_DRIFTS_DRIFT_NANO);
}

static void take_suspicious(struct loading *l, const struct statement *q)
{
    l->fleet->suspicious = (int)statement_integer(q, LOAD_SUSPICIOUS_LISTS);
}

/* What is loaded, in this order: the tokens first, then what is about them. */
static const struct part {
    enum statement_name query;
    int64_t since_s; /* how far back it reaches, where the query asks for that */
    void (*take)(struct loading *, const struct statement *row);
    void (*take_of)(struct token *, const struct statement *row); /* a row about one of the set */
} parts[] = {
    { SQL_LOAD_TOKENS, 0, take_token, NULL },
    { SQL_LOAD_ALERTS, 0, take_alert, NULL },
    { SQL_LOAD_HOURS, BURN_HOURS *HOUR_S, NULL, take_hour },
    { SQL_LOAD_OPEN_HOURS, BURN_HOURS *HOUR_S, NULL, take_hour },
    { SQL_LOAD_ENTRIES, BURN_FINE_BUCKETS *BURN_FINE_S, NULL, take_entry },
    { SQL_LOAD_FORECASTS, 0, NULL, foresight_take_forecast },
    { SQL_LOAD_CURVES, 0, NULL, foresight_take_curve },
    { SQL_LOAD_DRIFTS, 0, NULL, take_drift },
    { SQL_LOAD_PROMISES, 0, NULL, foresight_take_promise },
    { SQL_LOAD_SCORES, 0, NULL, foresight_take_score },
    { SQL_LOAD_DOUBTS, 0, NULL, doubt_take },
    { SQL_LOAD_SUSPICIOUS, 0, take_suspicious, NULL },
};

static void take_row(struct loading *l, const struct part *part, const struct statement *row)
{
    struct token *t = part->take_of ? token_of(l, row) : NULL;
    if (part->take)
        part->take(l, row);
    else if (t)
        part->take_of(t, row);
}

static bool load_part(struct store *s, struct loading *l, const struct part *part,
                      struct fault *why)
{
    struct statement *q;
    bool row, ok;
    if (!store_query(s, part->query, &q, why))
        return false;
    l->place = 0;
    statement_bind_integer(q, ":account", l->account);
    statement_bind_text(q, ":kind", span_of(series_name(l->series)));
    statement_bind_integer(q, ":since", part->since_s);
    if (l->only)
        statement_bind_integer(q, ":only", l->only);
    while ((ok = statement_step(q, &row, why)) && row)
        take_row(l, part, q);
    statement_reset(q);
    return ok;
}

/* Credits are one series: once it is known which, the rest of it is looked up by its id. */
static bool load(struct store *s, struct loading *l, struct fault *why)
{
    for (size_t i = 0; i < COUNT(parts); i++) {
        if (!load_part(s, l, &parts[i], why))
            return false;
        if (l->series == SERIES_CREDITS && l->fleet->count == 1)
            l->only = l->fleet->tokens[0].id;
    }
    return true;
}

bool store_load_tokens(struct store *s, int64_t account, const struct rule_set *rules,
                       struct token_set *ret, struct orphan_alerts *ret_orphans, struct fault *why)
{
    struct token_set f = { 0 };
    struct orphan_alerts orphans = { 0 };
    struct loading l = {
        .account = account, .series = SERIES_TOKEN, .rules = rules, .fleet = &f, .orphans = &orphans
    };
    if (!load(s, &l, why)) {
        token_set_done(&f);
        orphan_alerts_done(&orphans);
        return false;
    }
    *ret = f;
    *ret_orphans = orphans;
    return true;
}

bool store_load_credits(struct store *s, int64_t account, const struct rule_set *rules,
                        struct token_set *ret, struct orphan_alerts *orphans, struct fault *why)
{
    struct token_set f = { 0 };
    struct loading l = { .account = account,
                         .series = SERIES_CREDITS,
                         .rules = rules,
                         .fleet = &f,
                         .orphans = orphans };
    if (!load(s, &l, why)) {
        token_set_done(&f);
        return false;
    }
    *ret = f;
    return true;
}

bool store_load_series(struct store *s, int64_t account, enum series series, int64_t id,
                       struct token_set *ret, struct fault *why)
{
    struct token_set f = { 0 };
    const struct rule_set none = { 0 };
    struct orphan_alerts ignored = { 0 };
    struct loading l = { .account = account,
                         .only = id,
                         .series = series,
                         .rules = &none,
                         .fleet = &f,
                         .orphans = &ignored };
    bool ok = load(s, &l, why);
    orphan_alerts_done(&ignored);
    if (!ok) {
        token_set_done(&f);
        return false;
    }
    *ret = f;
    return true;
}

bool store_load_self(struct store *s, int64_t account, const struct rule_set *rules,
                     struct token_set *ret, struct orphan_alerts *orphans, struct fault *why)
{
    static const struct part alerts = { SQL_LOAD_ALERTS, 0, take_alert, NULL };
    struct token_set f = { 0 };
    struct loading l = { .account = account,
                         .series = SERIES_ACCOUNT,
                         .rules = rules,
                         .fleet = &f,
                         .orphans = orphans };
    struct token *t = token_set_add(&f, "");
    t->series = SERIES_ACCOUNT;
    token_name_slug(t, span_of(ACCOUNT_SLUG));
    if (!store_find_self(s, account, t, why) || !load_part(s, &l, &alerts, why)) {
        token_set_done(&f);
        return false;
    }
    *ret = f;
    return true;
}
