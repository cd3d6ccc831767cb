/* Rules -> transitions: each rule steps once for each series with every plan.
 *
 * An alert ends in one of two ways: its value is good again, or there is a reason for which it can
 * have none any more (rule removed, changed or no longer matching; token deleted or without budget;
 * account removed). What held already when a rule met an account for the first time is found, not
 * news: two or more of these are one event, a digest. */
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "core/plan/inside.h"

static void note_event(struct plan *p, const struct plan_event *e)
{
    p->events = xgrown(p->events, p->event_count, &p->event_room, sizeof *p->events);
    p->events[p->event_count++] = *e;
}

void plan_note_alert(struct plan *p, const struct plan_token *t, size_t rule)
{
    note_event(p,
               &(struct plan_event){ .of = t,
                                     .rule = &p->base.rules->at[rule],
                                     .rule_place = rule,
                                     .alert = token_alert(&t->is, rule) });
}

static bool is_new(const struct plan *p, size_t rule)
{
    return p->base.new_rules && p->base.new_rules[rule];
}

/* Found out by a rule that is new here. */
static void meet(const struct plan *p, size_t rule, struct alert *alert)
{
    if (is_new(p, rule))
        alert->contact = CONTACT_AWAITED;
}

bool plan_holds_finding(const struct plan *p, const struct token *t)
{
    bool holds = false;
    for (size_t i = 0; t->alerts && p->base.new_rules && i < p->base.rules->count; i++)
        holds |= is_new(p, i) && t->alerts[i].contact == CONTACT_FOUND;
    return holds;
}

/* `quietly`: what it finds waits. */
static struct transition step(const struct rule *rule, const struct snapshot *s,
                              struct plan_event *e, bool quietly)
{
    struct alert *alert = &e->alert;
    struct rule_value value = { 0 };
    e->reason = rule_objection(rule, s);
    if (e->reason) {
        e->gone = !rule_matches(rule, s);
        return rule_end(alert, s->now);
    }
    bool known = rule_value(rule, s, &value);
    return (quietly ? rule_step_quietly : rule_step)(rule, alert, known, value, s->now);
}

static bool same_alert(const struct alert *a, const struct alert *b)
{
    return a->level == b->level && a->pending == b->pending && a->pending_since == b->pending_since
        && a->since == b->since && a->episode == b->episode && a->step == b->step
        && a->contact == b->contact;
}

static void add_finding(struct plan *p, const struct plan_event *e)
{
    p->findings = xgrown(p->findings, p->finding_count, &p->finding_room, sizeof *p->findings);
    p->findings[p->finding_count] = *e;
    p->findings[p->finding_count].findings = p->finding_count; /* in which order they came */
    p->finding_count++;
}

static void judge_rule(struct plan_view *v, size_t i, const struct snapshot *s)
{
    struct plan *p = v->plan;
    const struct rule *rule = &p->base.rules->at[i];
    const struct alert before = token_alert(v->is, i);
    struct plan_event e = { .rule = rule, .rule_place = i, .alert = before };
    meet(p, i, &e.alert);
    e.transition = step(rule, s, &e, p->base.more && v->set == PLAN_TOKENS && is_new(p, i));
    if (e.transition.kind == TRANSITION_NONE && same_alert(&e.alert, &before))
        return;
    *token_own_alert(view_own(v), p->base.rules->count, i) = e.alert;
    e.of = v->own;
    if (e.transition.kind != TRANSITION_NONE && e.transition.found)
        add_finding(p, &e);
    else
        note_event(p, &e);
}

void plan_judge_rules(struct plan_view *v)
{
    const struct plan_base *base = &v->plan->base;
    const struct reading last = v->is->last; /* what these are of may get a shadow on the way */
    const struct snapshot s = {
        .series = v->is->series,
        .account = base->account,
        .member = token_identity(v->is).member,
        .reading = &last,
        .forecast = &v->forecast,
        .high_water = v->is->high_water,
        .now = v->plan->at,
        .drift = v->is->drift,
    };
    for (size_t i = 0; base->rules && i < base->rules->count; i++)
        judge_rule(v, i, &s);
}

/* ---- what was found ---- */

static int64_t id_of(const struct plan_event *e)
{
    return e->of->is.id ? e->of->is.id : INT64_MAX; /* new ones get the highest */
}

/* By rule, the worst first. */
static int compare_findings(const void *x, const void *y)
{
    const struct plan_event *p = x, *q = y;
    if (p->rule_place != q->rule_place)
        return p->rule_place < q->rule_place ? -1 : 1;
    if (p->transition.is != q->transition.is)
        return p->transition.is > q->transition.is ? -1 : 1;
    if (p->transition.value != q->transition.value)
        return (p->transition.value < q->transition.value)
                != rule_kind_has(p->rule->kind, KIND_ABOVE)
            ? -1
            : 1;
    if (id_of(p) != id_of(q))
        return id_of(p) < id_of(q) ? -1 : 1;
    return p->findings < q->findings ? -1 : p->findings > q->findings;
}

/* The account itself, which a digest is about. */
static const struct plan_token *self_of(struct plan *p)
{
    return plan_touch(p, PLAN_SELF, 0);
}

/* The findings of one rule: at least two. Each alert is stored and retained as raised; the event is
 * the digest's. */
static void report_digest(struct plan *p, const struct plan_event *found, size_t count)
{
    size_t digest = p->event_count + count;
    for (size_t i = 0; i < count; i++) {
        struct plan_event e = found[i];
        e.digest = digest + 1;
        e.findings = 0;
        note_event(p, &e);
    }
    enum level worst = found[0].transition.is;
    note_event(p,
               &(struct plan_event){
                   .of = self_of(p),
                   .rule = found[0].rule,
                   .rule_place = found[0].rule_place,
                   .alert = { .level = worst, .since = p->at, .episode = 1, .step = 1 },
                   .transition = { .kind = TRANSITION_RAISED, .is = worst },
                   .reason = "found when the rule was first applied",
                   .findings = count,
               });
}

void plan_report_findings(struct plan *p)
{
    struct plan_event *f = p->findings;
    if (p->finding_count)
        qsort(f, p->finding_count, sizeof *f, compare_findings);
    for (size_t i = 0, next; i < p->finding_count; i = next) {
        for (next = i + 1; next < p->finding_count && f[next].rule_place == f[i].rule_place; next++)
            ;
        if (next - i > 1) {
            report_digest(p, &f[i], next - i);
        } else {
            f[i].findings = 0;
            note_event(p, &f[i]);
        }
    }
    p->finding_count = 0;
}

/* ---- the account itself ---- */

static struct snapshot account_at(const struct plan *p, int64_t unread_s, const struct outage *o)
{
    const struct token *self = &p->base.sets[PLAN_SELF]->tokens[0];
    return (struct snapshot){
        .series = SERIES_ACCOUNT,
        .account = p->base.account,
        .reading = &self->last,
        .forecast = &self->forecast,
        .now = p->at,
        .unread_s = unread_s,
        .ran_dry = unread_s > 0 && o->empty,
        .own_key = p->base.own_key,
        .overruled = p->base.overruled,
    };
}

static struct plan_event step_account(const struct plan *p, size_t i, const struct rule *rule,
                                      const struct snapshot *s)
{
    struct plan_event e = { .rule = rule,
                            .rule_place = i,
                            .alert = token_alert(plan_token_at(p, PLAN_SELF, 0), i) };
    e.transition = step(rule, s, &e, false);
    return e;
}

static bool account_moves(const struct plan *p, size_t i, const struct plan_event *e)
{
    const struct alert before = token_alert(plan_token_at(p, PLAN_SELF, 0), i);
    return e->transition.kind != TRANSITION_NONE || !same_alert(&e->alert, &before);
}

static const struct rule *own_rule(struct plan *p, const struct rule *rule)
{
    p->own_rules = xrealloc(p->own_rules, p->own_rule_count + 1, sizeof *p->own_rules);
    struct rule *own = xmalloc(sizeof *own);
    *own = *rule;
    return p->own_rules[p->own_rule_count++] = own;
}

/* What the rule at this place makes of the account; false: nothing that matters. */
static bool judge_account(const struct plan *p, size_t place, const struct snapshot *s,
                          struct rule *ret_rule, struct plan_event *ret)
{
    if (p->base.rules->at[place].series != SERIES_ACCOUNT)
        return false;
    *ret_rule = rule_at_interval(&p->base.rules->at[place], p->base.interval_s);
    *ret = step_account(p, place, ret_rule, s);
    return account_moves(p, place, ret);
}

/* Not a finding: an account that cannot be read was read before, or is to be read for the first
 * time. */
void plan_judge_account(struct plan *p, int64_t unread_s, const struct outage *o)
{
    const struct snapshot s = account_at(p, unread_s, o);
    for (size_t i = 0; i < p->base.rules->count; i++) {
        struct rule rule;
        struct plan_event e;
        if (!judge_account(p, i, &s, &rule, &e))
            continue;
        struct plan_token *self = plan_touch(p, PLAN_SELF, 0);
        *token_own_alert(&self->is, p->base.rules->count, i) = e.alert;
        e.of = self;
        e.rule = own_rule(p, &rule);
        e.outage = rule.kind == RULE_UNREADABLE ? o : NULL;
        note_event(p, &e);
    }
}

bool plan_account_moves(const struct plan *p, int64_t unread_s, const struct outage *o)
{
    const struct snapshot s = account_at(p, unread_s, o);
    struct rule rule;
    struct plan_event e;
    for (size_t i = 0; i < p->base.rules->count; i++)
        if (judge_account(p, i, &s, &rule, &e))
            return true;
    return false;
}

/* ---- the ends of what alerts are about ---- */

static void end_alert(struct plan *p, struct plan_event *e)
{
    e->transition = rule_end(&e->alert, p->at);
    e->gone = true;
    if (e->transition.kind != TRANSITION_NONE)
        note_event(p, e);
}

static void end_alerts(struct plan *p, struct plan_token *t, const char *reason)
{
    for (size_t i = 0; t->is.alerts && p->base.rules && i < p->base.rules->count; i++) {
        struct plan_event e = { .of = t,
                                .rule = &p->base.rules->at[i],
                                .rule_place = i,
                                .alert = t->is.alerts[i],
                                .reason = reason };
        end_alert(p, &e);
        t->is.alerts[i] = e.alert;
    }
}

static struct plan_token *touch_by_id(struct plan *p, int64_t id)
{
    for (size_t s = 0; s < PLAN_SETS; s++)
        for (size_t i = 0; p->base.sets[s] && i < p->base.sets[s]->count; i++)
            if (p->base.sets[s]->tokens[i].id == id)
                return plan_touch(p, (enum plan_set)s, i);
    return NULL;
}

void plan_end_alert(struct plan *p, int64_t token, const struct rule *gone,
                    const struct alert *alert, const char *reason)
{
    struct plan_token *t = touch_by_id(p, token);
    if (!t)
        return;
    struct plan_event e = { .of = t,
                            .rule = own_rule(p, gone),
                            .rule_place = PLAN_NOWHERE,
                            .alert = *alert,
                            .reason = reason };
    end_alert(p, &e);
}

/* ---- the life of a token ---- */

static const struct rule deleted = { .name = RULE_DELETED_NAME, .kind = RULE_DELETED };

/* An event alone: nothing is retained of what happened to a token. */
static void tell_life(struct plan *p, struct plan_token *t, const struct transition *transition,
                      const char *reason)
{
    note_event(p,
               &(struct plan_event){ .of = t,
                                     .rule = &deleted,
                                     .rule_place = PLAN_NOWHERE,
                                     .alert = *t->is.deletion,
                                     .transition = *transition,
                                     .reason = reason,
                                     .life = true });
}

static int64_t passed_s(unix_s since, unix_s at)
{
    return since != TIME_NONE && at > since ? at - since : 0;
}

void plan_tell_deleted(struct plan *p, struct plan_token *t)
{
    const struct transition gone = {
        .kind = TRANSITION_DELETED,
        .is = LEVEL_WARNING,
        .known = true,
        .value = passed_s(t->is.absent_since, p->at),
        .threshold = presence_patience_s(&t->is),
    };
    struct alert *deletion = token_own_deletion(&t->is);
    deletion->episode++;
    deletion->step = 1;
    deletion->since = t->is.absent_since;
    end_alerts(p, t, "the token was deleted");
    tell_life(p, t, &gone, NULL);
}

/* Somebody meant it, so it is no warning. */
void plan_tell_revoked(struct plan *p, struct plan_token *t)
{
    const struct transition gone = {
        .kind = TRANSITION_REVOKED,
        .is = LEVEL_INFO,
        .known = true,
        .value = passed_s(t->revoked_at, p->at),
    };
    struct alert *deletion = token_own_deletion(&t->is);
    deletion->episode++;
    deletion->step = 1;
    deletion->since = t->revoked_at;
    end_alerts(p, t, "the token was revoked");
    tell_life(p, t, &gone, NULL);
}

void plan_tell_renamed(struct plan *p, struct plan_token *t, const char *was)
{
    const struct transition renamed = { .kind = TRANSITION_RENAMED, .is = LEVEL_INFO };
    token_own_deletion(&t->is)->step++;
    tell_life(p, t, &renamed, was);
}

void plan_tell_returned(struct plan *p, struct plan_token *t)
{
    struct alert *deletion = token_own_deletion(&t->is);
    const struct transition back = {
        .kind = TRANSITION_RETURNED,
        .was = LEVEL_WARNING,
        .known = true,
        .value = passed_s(deletion->since, p->at),
        .threshold = presence_patience_s(&t->is),
    };
    deletion->step++;
    tell_life(p, t, &back, NULL);
}
