/* The one state machine that all kinds of rules share; the kinds: core/rule/kinds.c.
 *
 * Pure: a value and a time in, at most one transition out. No data never touches an alert. */
#include "core/rule.h"

#include <assert.h>

#include "core/naming.h"

static bool admits(const char *pattern, struct span name)
{
    return pattern[0] == '\0' || naming_matches(pattern, name);
}

/* Calls of a sandbox token cost nothing: how much it has left means nothing, unless a rule asks for
 * that very type. */
static bool is_free(const struct rule *rule, const struct snapshot *s)
{
    return rule_kind_has(rule->kind, KIND_NEEDS_PRICE) && rule->type[0] == '\0'
        && reading_is_free(s->reading);
}

bool rule_matches(const struct rule *rule, const struct snapshot *s)
{
    struct span name = span_of(s->reading->name);
    if (rule->implied && s->overruled)
        return false;
    return rule->series == s->series && !is_free(rule, s) && admits(rule->token, name)
        && admits(rule->account, span_of(s->account))
        && admits(rule->environment, naming_environment(name))
        && admits(rule->type, span_of(s->reading->type))
        && admits(rule->member, span_of(s->member ? s->member : ""));
}

const char *rule_objection(const struct rule *rule, const struct snapshot *s)
{
    if (!rule_matches(rule, s))
        return "the rule no longer applies";
    if (rule_kind_has(rule->kind, KIND_BUDGETED) && !s->reading->budgeted)
        return "the token no longer has a budget";
    return NULL;
}

static bool is_beyond(const struct rule *rule, int64_t value, int64_t bound)
{
    return rule_kind_has(rule->kind, KIND_ABOVE) ? value > bound : value < bound;
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

static struct transition no_step(const struct alert *alert)
{
    return (struct transition){ .kind = TRANSITION_NONE, .was = alert->level, .is = alert->level };
}

/* A level that is worse than the announced one is announced once it has held for `hold_s`. */
static struct transition step(const struct rule *rule, struct alert *alert, struct rule_value value,
                              unix_s now, int64_t hold_s)
{
    enum level standing = worst_standing(rule, alert->level, value);
    meet(alert, standing);
    if (standing <= alert->level)
        alert->pending = standing;
    if (standing == alert->level)
        return no_step(alert);
    if (standing < alert->level)
        return announce(alert, standing, threshold_of(rule, alert->level)->clear, value.clear);

    hold(alert, standing, now);
    if (now - alert->pending_since < hold_s)
        return no_step(alert);
    struct transition told =
        announce(alert, alert->pending, threshold_of(rule, alert->pending)->at, value.at);
    if (standing > alert->level)
        hold(alert, standing, now);
    else
        alert->contact = CONTACT_OVER;
    return told;
}

struct transition rule_step(const struct rule *rule, struct alert *alert, bool known,
                            struct rule_value value, unix_s now)
{
    return known ? step(rule, alert, value, now, rule->hold_s) : no_step(alert);
}

struct transition rule_step_quietly(const struct rule *rule, struct alert *alert, bool known,
                                    struct rule_value value, unix_s now)
{
    return known ? step(rule, alert, value, now, INT64_MAX) : no_step(alert);
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

const struct rule *rule_named(const struct rule_set *rules, struct span name)
{
    for (size_t i = 0; i < rules->count; i++)
        if (span_is(name, rules->at[i].name))
            return &rules->at[i];
    return NULL;
}

const char *transition_name(enum transition_kind kind)
{
    static const char *const names[] = {
        [TRANSITION_NONE] = "none",         [TRANSITION_RAISED] = "raised",
        [TRANSITION_WORSENED] = "worsened", [TRANSITION_EASED] = "eased",
        [TRANSITION_RESOLVED] = "resolved", [TRANSITION_DELETED] = "deleted",
        [TRANSITION_RETURNED] = "returned", [TRANSITION_REVOKED] = "revoked",
        [TRANSITION_RENAMED] = "renamed",
    };
    assert(kind < COUNT(names));
    return names[kind];
}
