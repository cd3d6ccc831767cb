/* To add a kind: a row, and the function that says what the value is now. */
#include "core/rule/kinds.h"

#include <assert.h>
#include <stdio.h>

#include "core/alert_event/words.h"
#include "core/calendar.h"

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

/* The reverse of a percentage. */
static bool amount_of_percent(int64_t points, const struct snapshot *s, int64_t *ret)
{
    struct maybe_money full = rule_full(s->reading, s->high_water);
    if (full.known)
        *ret = (int64_t)((__int128)full.is.nano * points / 10000);
    return full.known;
}

static bool amount_itself(int64_t nano, const struct snapshot *s, int64_t *ret)
{
    (void)s;
    *ret = nano;
    return true;
}

/* A reset fills the balance, though not the account's credits. TIME_NONE: there is none to wait
 * for. */
static unix_s next_refill(const struct rule *rule, const struct snapshot *s)
{
    return rule->beyond_reset || s->forecast->limit == LIMIT_CREDITS
        ? TIME_NONE
        : calendar_next_reset(s->reading->period, s->now);
}

/* Up to when an end counts: nobody misses the money of a token that has expired. Whether the reset
 * comes first is the verdict's to say, and no time's. */
static unix_s counts_until(unix_s refill, const struct snapshot *s)
{
    if (refill != TIME_NONE && s->forecast->verdict != VERDICT_RUNS_DRY)
        return s->now;
    return s->reading->expires > s->now ? s->reading->expires : TIME_FAR;
}

/* What runs dry before a reset has ended by then. */
static unix_s end_before(unix_s refill, unix_s at)
{
    return refill != TIME_NONE && at >= refill ? refill - 1 : at;
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
    unix_s refill = next_refill(rule, s), until = counts_until(refill, s);
    unix_s alarm = end_before(refill, s->forecast->alarm);
    unix_s relief = end_before(refill, s->forecast->relief);
    *ret = (struct rule_value){ .at = runway_s(alarm, until, s->now),
                                .clear = runway_s(relief, until, s->now) };
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

/* Which of the two reports more does not matter: one of them is wrong. */
static bool drift_value(const struct rule *rule, const struct snapshot *s, struct rule_value *ret)
{
    (void)rule;
    int64_t nano = s->drift.is.nano;
    return certain(s->drift.known, nano == INT64_MIN ? INT64_MAX : nano < 0 ? -nano : nano, ret);
}

static bool key_value(const struct rule *rule, const struct snapshot *s, struct rule_value *ret)
{
    (void)rule;
    int64_t left_s = 0;
    bool known = s->own_key && own_key_left(s->own_key, s->now, &left_s);
    return certain(known, left_s, ret);
}

static bool unread_value(const struct rule *rule, const struct snapshot *s, struct rule_value *ret)
{
    (void)rule;
    *ret = (struct rule_value){ .at = s->unread_s,
                                .clear = s->unread_s,
                                .least = s->ran_dry ? LEVEL_CRITICAL : LEVEL_NONE };
    return true;
}

enum {
    JUST_NOTHING_NANO = 1,    /* a balance below the smallest amount there is */
    UNREADABLE_INTERVALS = 3, /* without a list; then an account is unreadable, by default */
};

static const struct kind_row {
    const char *name; /* as written in the configuration */
    const char *help;
    enum rule_unit unit;
    int traits; /* enum rule_trait */
    bool (*value)(const struct rule *rule, const struct snapshot *s, struct rule_value *ret);
    /* The balance that a threshold stands for, where it does; for pictures. */
    bool (*amount)(int64_t threshold, const struct snapshot *s, int64_t *ret);
    const struct rule_words *words;
    /* Of a KIND_PLAIN: what it has where nothing is configured. */
    enum level level;
    int64_t threshold; /* 0: that many ... */
    int64_t intervals; /* ... intervals of the account */
} kinds[RULE_KINDS_ALL] = {
    [RULE_BALANCE_BELOW] = {
        .name = "balance_below",
        .help = "the balance is below an amount in USD",
        .unit = UNIT_NANO_USD,
        .traits = KIND_BUDGETED | KIND_NEEDS_PRICE,
        .value = balance_rule_value,
        .amount = amount_itself,
        .words = &words_of_money,
    },
    [RULE_PERCENT_BELOW] = {
        .name = "percent_below",
        .help = "the balance is below a percentage of the reset amount, or of the budget if there "
                "is none",
        .unit = UNIT_BASIS_POINTS,
        .traits = KIND_BUDGETED | KIND_NEEDS_PRICE | KIND_OWN_MONEY,
        .value = percent_rule_value,
        .amount = amount_of_percent,
        .words = &words_of_money,
    },
    [RULE_EXHAUSTS_WITHIN] = {
        .name = "exhausts_within",
        .help = "the balance will likely run out within a given time",
        .unit = UNIT_SECONDS,
        .traits = KIND_BUDGETED | KIND_BEYOND_RESET,
        .value = runway_value,
        .words = &words_of_runway,
    },
    [RULE_EXHAUSTED] = {
        .name = "exhausted",
        .help = "the balance is used up and the token has stopped working",
        .unit = UNIT_NANO_USD,
        .traits = KIND_BUDGETED | KIND_PLAIN,
        .value = balance_rule_value,
        .words = &words_of_exhaustion,
        .level = LEVEL_CRITICAL,
        .threshold = JUST_NOTHING_NANO,
    },
    [RULE_DRIFT_ABOVE] = {
        .name = "drift_above",
        .help = "the balance and the usage endpoint differ by more than an amount in USD on one "
                "day",
        .unit = UNIT_NANO_USD,
        .traits = KIND_BUDGETED | KIND_ABOVE | KIND_BY_API,
        .value = drift_value,
        .words = &words_of_drift,
    },
    [RULE_UNREADABLE] = {
        .name = "unreadable",
        .help = "the account's token list has been unreadable for a given time; built in, needs "
                "no configuration",
        .unit = UNIT_SECONDS,
        .traits = KIND_OF_ACCOUNT | KIND_PLAIN | KIND_ABOVE,
        .value = unread_value,
        .words = &words_of_outage,
        .level = LEVEL_WARNING,
        .intervals = UNREADABLE_INTERVALS,
    },
    [RULE_KEY_ENDS_WITHIN] = {
        .name = "key_ends_within",
        .help = "the key that Ebb uses for the API expires within a given time, or lacks the scope "
                "to watch",
        .unit = UNIT_SECONDS,
        .traits = KIND_OF_ACCOUNT,
        .value = key_value,
        .words = &words_of_key,
    },
    [RULE_DELETED] = {
        .name = "deleted",
        .help = "a token was deleted, revoked or renamed, or returned",
        .unit = UNIT_SECONDS,
        .traits = KIND_ABOVE,
        .words = &words_of_life,
    },
    [RULE_GONE] = {
        .name = "gone",
        .help = "the rule of an old alert; it has no value",
        .unit = UNIT_NONE,
        .words = &words_of_money,
    },
};

bool rule_kind_has(enum rule_kind kind, enum rule_trait trait)
{
    return (kinds[kind].traits & (int)trait) != 0;
}

void rule_kinds_add(enum rule_trait trait, const char *between, struct text *out)
{
    const char *before = NULL;
    for (enum rule_kind k = 0; k < RULE_KINDS; k++) {
        if (!rule_kind_has(k, trait))
            continue;
        bool last = true;
        for (enum rule_kind next = k + 1; next < RULE_KINDS; next++)
            last &= !rule_kind_has(next, trait);
        text_add(out, span_of(!before ? "" : last ? between : ", "));
        text_add(out, span_of(kinds[k].name));
        before = kinds[k].name;
    }
}

bool rule_value(const struct rule *rule, const struct snapshot *s, struct rule_value *ret)
{
    return kinds[rule->kind].value && kinds[rule->kind].value(rule, s, ret);
}

bool rule_balance_at(const struct rule *rule, enum level level, const struct snapshot *s,
                     int64_t *ret_nano)
{
    const struct kind_row *kind = &kinds[rule->kind];
    return rule->levels[level].set && kind->amount
        && kind->amount(rule->levels[level].at, s, ret_nano);
}

struct rule rule_at_interval(const struct rule *rule, int64_t interval_s)
{
    struct rule r = *rule;
    int64_t at = kinds[r.kind].intervals * interval_s;
    for (enum level l = LEVEL_NONE + 1; at && l < LEVELS; l++)
        if (r.levels[l].set && r.levels[l].at == 0)
            r.levels[l].at = r.levels[l].clear = at;
    return r;
}

struct rule rule_implied(void)
{
    struct rule r = {
        .kind = RULE_UNREADABLE,
        .series = SERIES_ACCOUNT,
        .enabled = true,
        .implied = true,
    };
    const struct kind_row *kind = &kinds[r.kind];
    snprintf(r.name, sizeof r.name, "%s", kind->name);
    r.levels[kind->level].set = true;
    return r;
}

bool rule_replaces_implied(const struct rule *rule, const struct snapshot *s)
{
    return rule->kind == RULE_UNREADABLE && rule_matches(rule, s);
}

const struct rule_words *rule_kind_words(enum rule_kind kind)
{
    return kinds[kind].words;
}

enum level rule_kind_level(enum rule_kind kind)
{
    return kinds[kind].level;
}

int64_t rule_kind_threshold(enum rule_kind kind)
{
    return kinds[kind].threshold;
}

enum rule_unit rule_unit_of(enum rule_kind kind)
{
    return kinds[kind].unit;
}

static const struct unit_row {
    const char *name;
    int64_t billionths;
} units[] = {
    [UNIT_NANO_USD] = { "USD", 1 },
    [UNIT_BASIS_POINTS] = { "%", 10000000 },
    [UNIT_SECONDS] = { "s", 1000000000 },
    [UNIT_NONE] = { "", 0 },
};

const char *rule_unit_name(enum rule_unit unit)
{
    assert(unit < COUNT(units));
    return units[unit].name;
}

enum rule_unit rule_unit_named(struct span name)
{
    enum rule_unit unit = 0;
    while (unit < UNIT_NONE && !span_is(name, units[unit].name))
        unit++;
    return unit;
}

int64_t rule_unit_billionths(enum rule_unit unit)
{
    assert(unit < COUNT(units));
    return units[unit].billionths;
}

const char *rule_kind_name(enum rule_kind kind)
{
    assert(kind < RULE_KINDS_ALL);
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
