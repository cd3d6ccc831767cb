/* Alerts: each rule steps once for each series with every poll; what moved becomes an event, a
 * stored state and a retained topic. Everything happens inside the caller's transaction.
 *
 * An alert ends in one of two ways: its value is good again, or there is a reason for which it can
 * have none any more (rule removed, changed or no longer matching; token deleted or without budget;
 * account removed). What held already when a rule met an account for the first time is found, not
 * news: two or more of these are one event, a digest. */
#include "daemon/alerts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/xmalloc.h"
#include "daemon/account.h"
#include "daemon/announce.h"
#include "daemon/state.h"

/* What a transition is about, and how it is called wherever it is told. */
struct cause {
    const struct token *token;
    const struct rule *rule;
    const struct alert *alert;
    struct transition transition;
    const char *reason; /* NULL: a value crossed a threshold */
    bool gone;          /* the rule or the token: nothing stands behind its topic any more */
    const struct outage *outage; /* of an account's own alerts; else NULL */
};

static void make_id(const struct agent *a, const struct cause *c, char id[EVENT_ID_BYTES])
{
    snprintf(id, EVENT_ID_BYTES, "%s-%s-%" PRId64 "-%" PRId64 "-%" PRId64, store_id(a->store),
             c->rule->name, c->token->id, c->alert->episode, c->alert->step);
}

static struct alert_event event_of(const struct account *account, const struct cause *c,
                                   const char *id, unix_s at)
{
    return (struct alert_event){
        .id = id,
        .account = account->settings->name,
        .token = c->token,
        .rule = c->rule,
        .alert = c->alert,
        .transition = c->transition,
        .at = at,
        .reason = c->reason,
        .gone = c->gone,
        .outage = c->outage,
    };
}

/* `digest`: the id of the event that reports it; NULL: it does so itself. */
static bool store_event(struct agent *a, const struct alert_event *e, const char *digest,
                        struct fault *why)
{
    struct text summary = { 0 };
    alert_event_summary(e, &summary);
    struct event_row row = {
        .id = e->id,
        .rule = e->rule->name,
        .unit = rule_unit_name(rule_unit_of(e->rule->kind)),
        .summary = text_z(&summary),
        .token = e->token->id,
        .transition = e->transition,
        .at = e->at,
        .since = e->alert->since,
        .reason = e->reason,
        .digest = digest,
    };
    bool ok = store_add_event(a->store, &row, why);
    text_done(&summary);
    return ok;
}

static bool report(struct agent *a, struct account *account, const struct cause *c, unix_s at,
                   struct fault *why)
{
    char id[EVENT_ID_BYTES];
    make_id(a, c, id);
    struct alert_event e = event_of(account, c, id, at);
    return store_put_alert(a->store, c->token->id, c->rule, c->alert, why)
        && store_event(a, &e, NULL, why) && announce_event(a, account, &e, why)
        && announce_alert(a, account, &e, why);
}

/* ---- what was found ---- */

static void add_finding(struct account *account, size_t rule, const struct found_alert *found)
{
    struct findings *f = &account->findings;
    if (f->count == f->room) {
        f->room = f->room ? f->room * 2 : 16;
        f->at = xrealloc(f->at, f->room, sizeof *f->at);
    }
    f->at[f->count++] = *found;
    f->at[f->count - 1].rule = rule;
}

void alerts_forget_findings(struct account *account)
{
    free(account->findings.at);
    account->findings = (struct findings){ 0 };
}

/* By rule, the worst first. */
static int compare_findings(const void *x, const void *y)
{
    const struct found_alert *p = x, *q = y;
    if (p->rule != q->rule)
        return p->rule < q->rule ? -1 : 1;
    if (p->transition.is != q->transition.is)
        return p->transition.is > q->transition.is ? -1 : 1;
    if (p->transition.value != q->transition.value)
        return (p->transition.value < q->transition.value) != p->above ? -1 : 1;
    return p->token->id < q->token->id ? -1 : p->token->id > q->token->id;
}

/* Each alert is stored and retained as raised; the event is the digest's. */
static bool keep_finding(struct agent *a, struct account *account, const struct found_alert *found,
                         const char *digest, unix_s at, struct fault *why)
{
    struct cause c = {
        .token = found->token,
        .rule = &a->rules.at[found->rule],
        .alert = found->alert,
        .transition = found->transition,
    };
    char id[EVENT_ID_BYTES];
    make_id(a, &c, id);
    struct alert_event e = event_of(account, &c, id, at);
    if (!store_put_alert(a->store, c.token->id, c.rule, c.alert, why)
        || !store_event(a, &e, digest, why))
        return false;
    e.id = digest;
    return announce_alert(a, account, &e, why);
}

/* After its worst finding, which no other digest has: one poll can lead to several, as more becomes
 * known after it. */
static void make_digest_id(const struct agent *a, const struct rule *rule,
                           const struct found_alert *worst, char id[EVENT_ID_BYTES])
{
    snprintf(id, EVENT_ID_BYTES, "%s-%s-digest-%" PRId64 ".%" PRId64 ".%" PRId64,
             store_id(a->store), rule->name, worst->token->id, worst->alert->episode,
             worst->alert->step);
}

/* The findings of one rule: at least two. */
static bool report_digest(struct agent *a, struct account *account, const struct digest *d,
                          unix_s at, struct fault *why)
{
    const struct rule *rule = &a->rules.at[d->at[0].rule];
    const struct alert since = {
        .level = d->at[0].transition.is, .since = at, .episode = 1, .step = 1
    };
    char id[EVENT_ID_BYTES];
    make_digest_id(a, rule, &d->at[0], id);
    for (size_t i = 0; i < d->count; i++)
        if (!keep_finding(a, account, &d->at[i], id, at, why))
            return false;
    struct cause c = {
        .token = &account->self.tokens[0],
        .rule = rule,
        .alert = &since,
        .transition = { .kind = TRANSITION_RAISED, .is = d->at[0].transition.is },
        .reason = "found when the rule was first applied",
    };
    struct alert_event e = event_of(account, &c, id, at);
    e.digest = d;
    return store_event(a, &e, NULL, why) && announce_event(a, account, &e, why);
}

static bool report_single(struct agent *a, struct account *account, const struct found_alert *found,
                          unix_s at, struct fault *why)
{
    struct cause c = {
        .token = found->token,
        .rule = &a->rules.at[found->rule],
        .alert = found->alert,
        .transition = found->transition,
    };
    return report(a, account, &c, at, why);
}

bool alerts_report_findings(struct agent *a, struct account *account, unix_s at, struct fault *why)
{
    struct findings *f = &account->findings;
    bool ok = true;
    if (f->count)
        qsort(f->at, f->count, sizeof *f->at, compare_findings);
    for (size_t i = 0, next; ok && i < f->count; i = next) {
        for (next = i + 1; next < f->count && f->at[next].rule == f->at[i].rule; next++)
            ;
        const struct digest d = { &f->at[i], next - i };
        ok = d.count > 1 ? report_digest(a, account, &d, at, why)
                         : report_single(a, account, d.at, at, why);
    }
    alerts_forget_findings(account);
    return ok;
}

/* ---- each rule, each series ---- */

/* Found out by a rule that is new here. */
static void meet(const struct account *account, size_t rule, struct alert *alert)
{
    if (account->new_rules && account->new_rules[rule])
        alert->contact = CONTACT_AWAITED;
}

static struct transition step(const struct rule *rule, const struct snapshot *s,
                              struct alert *alert, struct cause *c)
{
    struct rule_value value = { 0 };
    c->reason = rule_objection(rule, s);
    if (c->reason) {
        c->gone = !rule_matches(rule, s);
        return rule_end(alert, s->now);
    }
    bool known = rule_value(rule, s, &value);
    return rule_step(rule, alert, known, value, s->now);
}

static bool step_rule(struct agent *a, struct account *account, struct token *t, size_t i,
                      const struct snapshot *s, struct fault *why)
{
    const struct rule *rule = &a->rules.at[i];
    struct alert *alert = &t->alerts[i], before = *alert;
    struct cause c = { .token = t, .rule = rule, .alert = alert };
    meet(account, i, alert);
    c.transition = step(rule, s, alert, &c);
    if (c.transition.kind == TRANSITION_NONE)
        return memcmp(&before, alert, sizeof before) == 0
            || store_put_alert(a->store, t->id, rule, alert, why);
    if (!c.transition.found)
        return report(a, account, &c, s->now, why);
    add_finding(account, i,
                &(struct found_alert){ .token = t,
                                       .alert = alert,
                                       .transition = c.transition,
                                       .above = rule_kind_has(rule->kind, KIND_ABOVE) });
    return true;
}

bool alerts_step(struct agent *a, struct account *account, struct token *t, unix_s at,
                 struct fault *why)
{
    struct snapshot s = {
        .series = t->series,
        .account = account->settings->name,
        .reading = &t->last,
        .forecast = &t->forecast,
        .high_water = t->high_water,
        .now = at,
        .drift = t->drift,
    };
    for (size_t i = 0; i < a->rules.count; i++)
        if (!step_rule(a, account, t, i, &s, why))
            return false;
    return true;
}

/* Not a finding: an account that cannot be read was read before, or is to be read for the first
 * time. */
bool alerts_step_account(struct agent *a, struct account *account, const struct snapshot *s,
                         const struct outage *outage, struct fault *why)
{
    struct token *self = &account->self.tokens[0];
    for (size_t i = 0; i < a->rules.count; i++) {
        if (a->rules.at[i].series != SERIES_ACCOUNT)
            continue;
        const struct rule rule = rule_at_interval(&a->rules.at[i], account->settings->interval_s);
        struct alert *alert = &self->alerts[i], before = *alert;
        struct cause c = { .token = self, .rule = &rule, .alert = alert, .outage = outage };
        c.transition = step(&rule, s, alert, &c);
        bool ok = c.transition.kind != TRANSITION_NONE ? report(a, account, &c, s->now, why)
                                                       : memcmp(&before, alert, sizeof before) == 0
                || store_put_alert(a->store, self->id, &rule, alert, why);
        if (!ok)
            return false;
    }
    return true;
}

bool alerts_account_moves(const struct agent *a, const struct account *account,
                          const struct snapshot *s)
{
    for (size_t i = 0; i < a->rules.count; i++) {
        if (a->rules.at[i].series != SERIES_ACCOUNT)
            continue;
        const struct rule rule = rule_at_interval(&a->rules.at[i], account->settings->interval_s);
        struct alert trial = account->self.tokens[0].alerts[i], before = trial;
        struct cause c = { 0 };
        if (step(&rule, s, &trial, &c).kind != TRANSITION_NONE
            || memcmp(&before, &trial, sizeof before) != 0)
            return true;
    }
    return false;
}

/* ---- the ends of what alerts are about ---- */

static bool end_alert(struct agent *a, struct account *account, const struct token *t,
                      const struct rule *rule, struct alert *alert, const char *reason, unix_s at,
                      struct fault *why)
{
    struct cause c = { .token = t, .rule = rule, .alert = alert, .reason = reason, .gone = true };
    c.transition = rule_end(alert, at);
    return c.transition.kind == TRANSITION_NONE || report(a, account, &c, at, why);
}

bool alerts_end(struct agent *a, struct account *account, struct token *t, const char *reason,
                unix_s at, struct fault *why)
{
    for (size_t i = 0; i < a->rules.count; i++)
        if (!end_alert(a, account, t, &a->rules.at[i], &t->alerts[i], reason, at, why))
            return false;
    return true;
}

static struct token *find_by_id(struct token_set *f, int64_t id)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->tokens[i].id == id)
            return &f->tokens[i];
    return NULL;
}

const struct token *alerts_find_series(struct account *account, int64_t id)
{
    struct token_set *const fleets[] = { &account->fleet, &account->credits.series,
                                         &account->self };
    for (size_t i = 0; i < COUNT(fleets); i++) {
        const struct token *t = find_by_id(fleets[i], id);
        if (t)
            return t;
    }
    return NULL;
}

bool alerts_end_orphans(struct agent *a, struct account *account, const char *reason, unix_s at,
                        struct fault *why)
{
    for (size_t i = 0; i < account->orphans.count; i++) {
        struct orphan_alert *o = &account->orphans.at[i];
        const struct token *t = alerts_find_series(account, o->token);
        struct rule gone = { .kind = o->kind };
        snprintf(gone.name, sizeof gone.name, "%s", o->rule);
        const char *said = reason ? reason
            : o->changed          ? "the rule was changed to another kind"
                                  : "the rule was removed";
        if (t && !end_alert(a, account, t, &gone, &o->alert, said, at, why))
            return false;
    }
    return true;
}

/* ---- the life of a token ---- */

static const struct rule deleted = { .name = RULE_DELETED_NAME, .kind = RULE_DELETED };

/* An event alone: nothing is retained of a token that is gone. */
static bool report_life(struct agent *a, struct account *account, struct token *t,
                        const struct transition *transition, unix_s at, struct fault *why)
{
    struct cause c = {
        .token = t, .rule = &deleted, .alert = &t->deletion, .transition = *transition
    };
    char id[EVENT_ID_BYTES];
    make_id(a, &c, id);
    struct alert_event e = event_of(account, &c, id, at);
    return store_put_alert(a->store, t->id, &deleted, &t->deletion, why)
        && store_event(a, &e, NULL, why) && announce_event(a, account, &e, why);
}

static int64_t absence_s(const struct token *t, unix_s at)
{
    return t->absent_since != TIME_NONE && at > t->absent_since ? at - t->absent_since : 0;
}

bool alerts_token_deleted(struct agent *a, struct account *account, struct token *t, unix_s at,
                          struct fault *why)
{
    struct transition gone = {
        .kind = TRANSITION_DELETED,
        .is = LEVEL_WARNING,
        .known = true,
        .value = absence_s(t, at),
        .threshold = token_set_patience_s(t),
    };
    t->deletion.episode++;
    t->deletion.step = 1;
    t->deletion.since = t->absent_since;
    return alerts_end(a, account, t, "the token was deleted", at, why)
        && announce_no_token(a, account, t, why) && report_life(a, account, t, &gone, at, why);
}

bool alerts_token_returned(struct agent *a, struct account *account, struct token *t, unix_s at,
                           struct fault *why)
{
    struct transition back = {
        .kind = TRANSITION_RETURNED,
        .was = LEVEL_WARNING,
        .known = true,
        .value = at > t->deletion.since ? at - t->deletion.since : 0,
        .threshold = token_set_patience_s(t),
    };
    t->deletion.step++;
    return report_life(a, account, t, &back, at, why);
}
