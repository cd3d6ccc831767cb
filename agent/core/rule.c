/* Rule kinds as rows, and the one state machine that all of them share.
 *
 * Pure: a value and a time in, at most one transition out. No data never touches an alert. */
#include "core/rule.h"

#include <assert.h>

#include "core/calendar.h"
#include "core/naming.h"

#define CENTURY_S (INT64_C(36525) * DAY_S)

static bool balance_value(const struct snapshot *s, int64_t *ret)
{
    if (!s->reading->budgeted || !s->reading->balance.known)
        return false;
    *ret = s->reading->balance.is.nano;
    return true;
}

/* What can be spent: no more than the account has. */
static bool available_value(const struct snapshot *s, int64_t *ret)
{
    if (!balance_value(s, ret))
        return false;
    if (s->forecast && s->forecast->limit == LIMIT_CREDITS && s->forecast->available.known)
        *ret = s->forecast->available.is.nano;
    return true;
}

struct maybe_money rule_full(const struct reading *r, struct maybe_money high_water)
{
    struct maybe_money full =
        r->reset_amount.known && r->reset_amount.is.nano > 0 ? r->reset_amount : high_water;
    return full.known && full.is.nano > 0 ? full : (struct maybe_money){ .known = false };
}

/* Rounded down, so that a hair below the threshold is below it. What is empty is empty of whatever
 * it was. */
static bool percent_value(const struct snapshot *s, int64_t *ret)
{
    int64_t balance;
    struct maybe_money full = rule_full(s->reading, s->high_water);
    if (!balance_value(s, &balance))
        return false;
    if (!full.known) {
        *ret = 0;
        return balance <= 0;
    }
    __int128 scaled = (__int128)balance * 10000;
    __int128 points = scaled / full.is.nano - (scaled % full.is.nano < 0);
    if (points != (int64_t)points)
        points = points < 0 ? INT64_MIN : INT64_MAX;
    *ret = (int64_t)points;
    return true;
}

/* Up to when an end counts: a reset fills the balance, though not the account's credits, and nobody
 * misses the money of a token that has expired. */
static unix_s counts_until(const struct rule *rule, const struct snapshot *s)
{
    const struct reading *r = s->reading;
    unix_s reset = rule->beyond_reset || s->forecast->limit == LIMIT_CREDITS
        ? TIME_NONE
        : calendar_next_reset(r->period, s->now);
    unix_s end = reset == TIME_NONE ? TIME_FAR : reset;
    return r->expires > s->now && r->expires < end ? r->expires : end;
}

static int64_t runway_s(unix_s empty_at, unix_s until, unix_s now)
{
    if (empty_at >= until)
        return CENTURY_S;
    int64_t left_s = empty_at > now ? empty_at - now : 0;
    return left_s < CENTURY_S ? left_s : CENTURY_S;
}

static bool runway_value(const struct rule *rule, const struct snapshot *s, struct rule_value *ret)
{
    switch (s->forecast->verdict) {
    case VERDICT_LEARNING:
    case VERDICT_NO_BUDGET:
    case VERDICT_STALE:
    case VERDICTS:
        return false;
    case VERDICT_EXHAUSTED:
        *ret = (struct rule_value){ 0 };
        return true;
    case VERDICT_UNUSED:
    case VERDICT_IDLE:
        *ret = (struct rule_value){ .at = CENTURY_S, .clear = CENTURY_S };
        return true;
    case VERDICT_SAFE:
    case VERDICT_TIGHT:
    case VERDICT_RUNS_DRY:
        break;
    }
    unix_s until = counts_until(rule, s);
    *ret = (struct rule_value){ .at = runway_s(s->forecast->alarm, until, s->now),
                                .clear = runway_s(s->forecast->relief, until, s->now) };
    return true;
}

/* Both readings of a value that is known for certain. */
static bool certain(bool known, int64_t value, struct rule_value *ret)
{
    if (known)
        *ret = (struct rule_value){ .at = value, .clear = value };
    return known;
}

static bool balance_rule_value(const struct rule *rule, const struct snapshot *s,
                               struct rule_value *ret)
{
    (void)rule;
    int64_t nano = 0;
    bool known = available_value(s, &nano);
    return certain(known, nano, ret);
}

static bool percent_rule_value(const struct rule *rule, const struct snapshot *s,
                               struct rule_value *ret)
{
    (void)rule;
    int64_t points = 0;
    bool known = percent_value(s, &points);
    return certain(known, points, ret);
}

/* Which of the two tells more does not matter: one of them is wrong. */
static bool drift_value(const struct rule *rule, const struct snapshot *s, struct rule_value *ret)
{
    (void)rule;
    int64_t nano = s->drift.is.nano;
    return certain(s->drift.known, nano == INT64_MIN ? INT64_MAX : nano < 0 ? -nano : nano, ret);
}

static bool unread_value(const struct rule *rule, const struct snapshot *s, struct rule_value *ret)
{
    (void)rule;
    *ret = (struct rule_value){ .at = s->unread_s,
                                .clear = s->unread_s,
                                .least = s->ran_dry ? LEVEL_CRITICAL : LEVEL_NONE };
    return true;
}

static const struct kind_row {
    const char *name; /* as written in the configuration */
    const char *help;
    enum rule_unit unit;
    bool (*value)(const struct rule *rule, const struct snapshot *s, struct rule_value *ret);
    bool above;    /* the side of the threshold on which it holds */
    bool budgeted; /* measures what only a budget has */
    bool plain;    /* needs no thresholds: `level` alone */
} kinds[RULE_KINDS + 1] = {
    [RULE_BALANCE_BELOW] = { "balance_below", "the balance is below an amount in USD",
                             UNIT_NANO_USD, balance_rule_value, .budgeted = true },
    [RULE_PERCENT_BELOW] = { "percent_below",
                             "the balance is below a percentage of the reset amount, or of the "
                             "budget if there is none",
                             UNIT_BASIS_POINTS, percent_rule_value, .budgeted = true },
    [RULE_EXHAUSTS_WITHIN] = { "exhausts_within",
                               "the balance will likely run out within a given time", UNIT_SECONDS,
                               runway_value, .budgeted = true },
    [RULE_EXHAUSTED] = { "exhausted", "the balance is used up and the token has stopped working",
                         UNIT_NANO_USD, balance_rule_value, .budgeted = true, .plain = true },
    [RULE_DRIFT_ABOVE] = { "drift_above",
                           "the balance and the usage endpoint differ by more than an amount in "
                           "USD on one day",
                           UNIT_NANO_USD, drift_value, .above = true, .budgeted = true },
    [RULE_UNREADABLE] = { "unreadable",
                          "the account's token list has been unreadable for a given time; "
                          "built in, needs no configuration",
                          UNIT_SECONDS, unread_value, .above = true, .plain = true },
    [RULE_DELETED] = { "deleted", "a token was deleted, or returned", UNIT_SECONDS, NULL,
                       .above = true },
};

static bool admits(const char *pattern, struct span name)
{
    return pattern[0] == '\0' || naming_matches(pattern, name);
}

/* Calls of a sandbox token cost nothing: how much it has left means nothing, unless a rule asks for
 * that very type. */
static bool is_free(const struct rule *rule, const struct snapshot *s)
{
    bool about_money = rule->kind == RULE_BALANCE_BELOW || rule->kind == RULE_PERCENT_BELOW;
    return about_money && rule->type[0] == '\0' && reading_is_free(s->reading);
}

bool rule_matches(const struct rule *rule, const struct snapshot *s)
{
    struct span name = span_of(s->reading->name);
    if (rule->implied && s->overruled)
        return false;
    return rule->series == s->series && !is_free(rule, s) && admits(rule->token, name)
        && admits(rule->account, span_of(s->account))
        && admits(rule->environment, naming_environment(name))
        && admits(rule->type, span_of(s->reading->type));
}

const char *rule_objection(const struct rule *rule, const struct snapshot *s)
{
    if (!rule_matches(rule, s))
        return "the rule no longer applies";
    if (kinds[rule->kind].budgeted && !s->reading->budgeted)
        return "the token no longer has a budget";
    return NULL;
}

struct rule rule_unreadable(void)
{
    return (struct rule){
        .name = "unreadable",
        .kind = RULE_UNREADABLE,
        .levels[LEVEL_WARNING] = { .set = true },
        .series = SERIES_ACCOUNT,
        .enabled = true,
        .implied = true,
    };
}

struct rule rule_at_interval(const struct rule *rule, int64_t interval_s)
{
    struct rule r = *rule;
    for (enum level l = LEVEL_NONE + 1; r.kind == RULE_UNREADABLE && l < LEVELS; l++)
        if (r.levels[l].set && r.levels[l].at == 0)
            r.levels[l].at = r.levels[l].clear = UNREADABLE_INTERVALS * interval_s;
    return r;
}

bool rule_value(const struct rule *rule, const struct snapshot *s, struct rule_value *ret)
{
    return kinds[rule->kind].value && kinds[rule->kind].value(rule, s, ret);
}

static bool is_beyond(const struct rule *rule, int64_t value, int64_t bound)
{
    return kinds[rule->kind].above ? value > bound : value < bound;
}

/* Hysteresis: a level up to the announced one stands until its clearing threshold is reached. */
static enum level worst_standing(const struct rule *rule, enum level announced,
                                 struct rule_value value)
{
    for (enum level l = LEVELS - 1; l > LEVEL_NONE; l--) {
        const struct threshold *t = &rule->levels[l];
        if (t->set
            && (l <= announced ? is_beyond(rule, value.clear, t->clear)
                               : is_beyond(rule, value.at, t->at)))
            return l > value.least ? l : value.least;
    }
    return LEVEL_NONE;
}

/* Of a level that has no threshold, the next milder one's. */
static const struct threshold *threshold_of(const struct rule *rule, enum level level)
{
    while (level > LEVEL_NONE + 1 && !rule->levels[level].set)
        level--;
    return &rule->levels[level];
}

static struct transition announce(struct alert *alert, enum level level, int64_t threshold,
                                  int64_t value)
{
    struct transition t = {
        .was = alert->level,
        .is = level,
        .known = true,
        .value = value,
        .threshold = threshold,
        .found = level > alert->level && alert->contact == CONTACT_FOUND,
    };
    if (t.was == LEVEL_NONE)
        t.kind = TRANSITION_RAISED;
    else if (level == LEVEL_NONE)
        t.kind = TRANSITION_RESOLVED;
    else
        t.kind = level > t.was ? TRANSITION_WORSENED : TRANSITION_EASED;

    if (t.kind == TRANSITION_RAISED) {
        alert->since = alert->pending_since;
        alert->episode++;
        alert->step = 0;
    }
    alert->step++;
    alert->level = level;
    return t;
}

/* Nested levels share one stamp: a milder level has held at least as long as the worse one did, and
 * a worse one waits until the milder is announced. So a value that flits between two levels cannot
 * put off both for ever. */
static void hold(struct alert *alert, enum level standing, unix_s now)
{
    if (alert->pending <= alert->level) {
        alert->pending = standing;
        alert->pending_since = now;
    } else if (standing < alert->pending) {
        alert->pending = standing;
    }
    if (alert->pending_since > now)
        alert->pending_since = now;
}

/* What holds with the first value was there before the rule was. */
static void meet(struct alert *alert, enum level standing)
{
    bool news = standing > alert->level;
    if (alert->contact == CONTACT_AWAITED)
        alert->contact = news ? CONTACT_FOUND : CONTACT_OVER;
    else if (!news)
        alert->contact = CONTACT_OVER;
}

struct transition rule_step(const struct rule *rule, struct alert *alert, bool known,
                            struct rule_value value, unix_s now)
{
    struct transition none = { .kind = TRANSITION_NONE, .was = alert->level, .is = alert->level };
    if (!known)
        return none;

    enum level standing = worst_standing(rule, alert->level, value);
    meet(alert, standing);
    if (standing <= alert->level)
        alert->pending = standing;
    if (standing == alert->level)
        return none;
    if (standing < alert->level)
        return announce(alert, standing, threshold_of(rule, alert->level)->clear, value.clear);

    hold(alert, standing, now);
    if (now - alert->pending_since < rule->hold_s)
        return none;
    struct transition told =
        announce(alert, alert->pending, threshold_of(rule, alert->pending)->at, value.at);
    if (standing > alert->level)
        hold(alert, standing, now);
    else
        alert->contact = CONTACT_OVER;
    return told;
}

struct transition rule_end(struct alert *alert, unix_s now)
{
    struct transition t = { .kind = TRANSITION_NONE, .was = alert->level, .is = LEVEL_NONE };
    if (alert->level != LEVEL_NONE) {
        t.kind = TRANSITION_RESOLVED;
        alert->step++;
    }
    if (alert->pending != LEVEL_NONE || t.kind != TRANSITION_NONE)
        alert->pending_since = now;
    alert->level = alert->pending = LEVEL_NONE;
    alert->contact = CONTACT_OVER;
    return t;
}

bool rule_kind_is_plain(enum rule_kind kind)
{
    return kinds[kind].plain;
}

bool rule_kind_is_above(enum rule_kind kind)
{
    return kinds[kind].above;
}

enum rule_unit rule_unit_of(enum rule_kind kind)
{
    return kinds[kind].unit;
}

const char *rule_unit_name(enum rule_unit unit)
{
    static const char *const names[] = {
        [UNIT_NANO_USD] = "USD", [UNIT_BASIS_POINTS] = "%", [UNIT_SECONDS] = "s"
    };
    assert(unit < COUNT(names));
    return names[unit];
}

const char *rule_kind_name(enum rule_kind kind)
{
    assert(kind <= RULE_DELETED);
    return kinds[kind].name;
}

bool rule_kind_named(struct span name, enum rule_kind *ret)
{
    for (enum rule_kind k = 0; k < RULE_KINDS; k++)
        if (span_is(name, kinds[k].name)) {
            *ret = k;
            return true;
        }
    return false;
}

const char *rule_kind_help(enum rule_kind kind)
{
    assert(kind < RULE_KINDS);
    return kinds[kind].help;
}

const char *transition_name(enum transition_kind kind)
{
    static const char *const names[] = {
        [TRANSITION_NONE] = "none",         [TRANSITION_RAISED] = "raised",
        [TRANSITION_WORSENED] = "worsened", [TRANSITION_EASED] = "eased",
        [TRANSITION_RESOLVED] = "resolved", [TRANSITION_DELETED] = "deleted",
        [TRANSITION_RETURNED] = "returned",
    };
    assert(kind < COUNT(names));
    return names[kind];
}
