/* The same words as an announcement has, made for now. */
#include "view/alert_now.h"

#include <stdio.h>

#include "base/own.h"
#include "base/xmalloc.h"
#include "core/calendar.h"
#include "edge/wire.h"

/* `name` is what the token borrows. */
static struct token token_of(const struct cell *cells, const struct forecast *f, char *name)
{
    struct token t = { .name = name };
    t.series = span_is(cells[QUERY_ALERTS_KIND].text, series_name(SERIES_CREDITS)) ? SERIES_CREDITS
                                                                                   : SERIES_TOKEN;
    t.last = (struct reading){
        .name = name,
        .balance = cell_money(&cells[QUERY_ALERTS_BALANCE_NANO]),
        .budgeted = cells[QUERY_ALERTS_BUDGETED].kind == CELL_INTEGER
            && cells[QUERY_ALERTS_BUDGETED].integer,
        .expires = cells[QUERY_ALERTS_EXPIRES_AT].kind == CELL_INTEGER
            ? cells[QUERY_ALERTS_EXPIRES_AT].integer
            : TIME_NONE,
        .period = cells[QUERY_ALERTS_RESET_PERIOD].kind == CELL_TEXT
            ? calendar_period_named(cells[QUERY_ALERTS_RESET_PERIOD].text)
            : RESET_NONE,
        .reset_amount = cell_money(&cells[QUERY_ALERTS_RESET_AMOUNT_NANO]),
    };
    if (cells[QUERY_ALERTS_TYPE].kind == CELL_TEXT)
        snprintf(t.last.type, sizeof t.last.type, "%.*s", (int)cells[QUERY_ALERTS_TYPE].text.len,
                 cells[QUERY_ALERTS_TYPE].text.at);
    t.high_water = cell_money(&cells[QUERY_ALERTS_RISEN_TO_NANO]);
    t.drift = cell_money(&cells[QUERY_ALERTS_DRIFT_NANO]);
    t.forecast = *f;
    return t;
}

static const char *why_unknown(const struct rule *rule, const struct token *t)
{
    if (!rule)
        return "its rule is no longer in the configuration";
    if (t->forecast.verdict == VERDICT_STALE)
        return "no fresh reading";
    return t->last.budgeted ? "no current value" : "it no longer has a budget";
}

/* A value that was not read for long is told with its age. */
static void add_age(const struct cell *cells, const struct forecast *f, unix_s now,
                    struct text *words)
{
    char age[DURATION_TEXT_BYTES];
    if (f->verdict == VERDICT_STALE && cells[QUERY_ALERTS_SEEN].kind == CELL_INTEGER)
        text_addf(words, "; last read %s ago",
                  duration_format(seconds_between(cells[QUERY_ALERTS_SEEN].integer, now), age));
}

static char *copy_of(const struct cell *cell)
{
    return cell->kind == CELL_TEXT ? xstrndup(cell->text.at, cell->text.len) : xstrdup("");
}

/* Of an alert about the account itself: it cannot be read, since when and why. */
static struct alert_now account_now(const struct cell *cells, const struct rule *rule, unix_s now,
                                    struct text *words)
{
    own_free char *reason = copy_of(&cells[QUERY_ALERTS_UNREAD_REASON]);
    own_free char *empty = copy_of(&cells[QUERY_ALERTS_DRY_TOKEN]);
    struct outage o = {
        .since = cells[QUERY_ALERTS_UNREAD_SINCE].integer,
        .reason = cells[QUERY_ALERTS_UNREAD_REASON].kind == CELL_TEXT ? reason
                                                                      : "the API does not answer",
        .empty_at = cells[QUERY_ALERTS_DRY_AT].integer,
    };
    if (cells[QUERY_ALERTS_DRY_TOKEN].kind == CELL_TEXT
        && cells[QUERY_ALERTS_DRY_AT].kind == CELL_INTEGER && o.empty_at <= now)
        o.empty = empty;
    struct alert_now is = { .known = true,
                            .value = now > o.since ? now - o.since : 0,
                            .unit = UNIT_SECONDS };
    level_named(cells[QUERY_ALERTS_LEVEL].text, &is.level);
    is.threshold = rule->levels[is.level].at;
    const struct alert_event e = {
        .rule = rule,
        .at = now,
        .outage = &o,
        .transition = { .was = is.level, .is = is.level, .known = true, .value = is.value },
    };
    alert_event_standing(&e, words);
    return is;
}

/* Of an alert whose rule is no longer configured: what it was raised by. */
static struct rule removed_rule(const struct cell *cells)
{
    struct rule r = { .kind = RULE_GONE };
    if (cells[QUERY_ALERTS_RULE_KIND].kind == CELL_TEXT)
        rule_kind_named(cells[QUERY_ALERTS_RULE_KIND].text, &r.kind);
    return r;
}

/* Of Ebb's own key. */
static struct alert_now key_now(const struct cell *cells, const struct rule *rule, unix_s now,
                                struct text *words)
{
    struct own_key k = { .described = cells[QUERY_ALERTS_KEY_SCOPES].kind == CELL_TEXT,
                         .ends_at = cell_time(&cells[QUERY_ALERTS_KEY_ENDS_AT]) };
    cell_copy(&cells[QUERY_ALERTS_KEY_REASON], k.reason, sizeof k.reason);
    struct alert_now is = { .unit = UNIT_SECONDS };
    level_named(cells[QUERY_ALERTS_LEVEL].text, &is.level);
    is.known = own_key_left(&k, now, &is.value);
    is.threshold = rule->levels[is.level].at;
    const struct alert_event e = {
        .rule = rule,
        .at = now,
        .reason = "the API does not describe the key any more",
        .transition = { .was = is.level,
                        .is = is.level,
                        .known = is.known,
                        .value = is.value,
                        .threshold = is.threshold },
    };
    alert_event_standing(&e, words);
    return is;
}

struct alert_now alert_now_of(const struct cell cells[QUERY_ALERTS_COLUMNS],
                              const struct forecast *f, const struct rule_set *rules, unix_s now,
                              struct text *words)
{
    const struct rule gone = removed_rule(cells);
    own_free char *name =
        xstrndup(cells[QUERY_ALERTS_TOKEN].text.at, cells[QUERY_ALERTS_TOKEN].text.len);
    own_free char *account =
        xstrndup(cells[QUERY_ALERTS_ACCOUNT].text.at, cells[QUERY_ALERTS_ACCOUNT].text.len);
    const struct rule *rule = rule_named(rules, cells[QUERY_ALERTS_RULE].text);
    const struct rule implied = rule_implied();
    const struct rule *raised_by = rule ? rule : &gone;
    if (raised_by->kind == RULE_KEY_ENDS_WITHIN)
        return key_now(cells, raised_by, now, words);
    if (span_is(cells[QUERY_ALERTS_KIND].text, series_name(SERIES_ACCOUNT)))
        return account_now(cells, rule ? rule : &implied, now, words);
    struct token t = token_of(cells, f, name);
    const struct snapshot s = {
        .series = t.series,
        .account = account,
        .reading = &t.last,
        .forecast = &t.forecast,
        .high_water = t.high_water,
        .now = now,
        .drift = t.drift,
    };
    struct rule_value value = { 0 };
    struct alert_now is = { .unit = rule_unit_of(rule ? rule->kind : gone.kind) };

    level_named(cells[QUERY_ALERTS_LEVEL].text, &is.level);
    is.known = rule && rule_value(rule, &s, &value);
    is.value = value.at;
    is.threshold = rule ? rule->levels[is.level].at : 0;
    const struct alert_event e = {
        .account = account,
        .token = &t,
        .rule = rule ? rule : &gone,
        .transition = { .was = is.level,
                        .is = is.level,
                        .known = is.known,
                        .value = is.value,
                        .threshold = is.threshold },
        .at = now,
        .credits = credits_source_named(cells[QUERY_ALERTS_CREDITS_SOURCE].text),
        .reason = why_unknown(rule, &t),
    };
    alert_event_standing(&e, words);
    if (is.known)
        add_age(cells, f, now, words);
    return is;
}
