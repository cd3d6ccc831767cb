/* One plan, one transaction: rows of tokens first, then what was booked, forecasts, alerts with
 * their events and messages, and last what readers find as the state of now.
 *
 * Only a commit makes the plan true. One that fails leaves store and memory as they were, but for
 * what must not wait: memory moves on ahead of the store, keeps aside what it goes back to, and
 * alerts are published under their ids as not stored. */
#include "daemon/commit.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/xmalloc.h"
#include "daemon/account.h"
#include "daemon/announce.h"
#include "daemon/state.h"
#include "edge/store.h"
#include "edge/wire.h"

/* ---- tokens and books ---- */

/* Before new tokens come, for one may be called as a known one was until now. */
static bool keep_names(struct agent *a, const struct plan *p, struct fault *why)
{
    for (size_t i = 0; i < p->touched_count; i++) {
        const struct plan_token *t = p->touched[i];
        if (t->renamed && t->fate != PLAN_IS_DELETED
            && !store_put_names(a->store, &t->is, p->at, why))
            return false;
    }
    return true;
}

/* New ones get their rows; deleted ones that are back have theirs already. */
static bool add_tokens(struct agent *a, const struct account *account, struct plan *p,
                       struct fault *why)
{
    for (size_t i = 0; i < p->touched_count; i++)
        if (p->touched[i]->fate == PLAN_IS_NEW
            && !store_add_token(a->store, account->id, &p->touched[i]->is, p->at, why))
            return false;
    return true;
}

/* What its reading alone does not show is in its state. */
static bool add_booking(struct agent *a, struct plan_token *t, const struct plan_booking *b,
                        struct fault *why)
{
    const struct token read = { .id = t->is.id, .last = b->reading };
    const struct change *c = &b->change;
    store_resume_poll(a->store, b->poll);
    t->stores |= c->entry_count && !store_follows(a->store, c);
    return b->differs ? store_add_reading(a->store, &read, b->alone ? NULL : c, why)
                      : store_add_change(a->store, t->is.id, c, why);
}

static bool take_back(struct agent *a, const struct plan_token *t, struct fault *why)
{
    return store_reverse(a->store, t->is.id, t->undone, why)
        && store_drop_scores(a->store, t->is.id, t->scores_since, why);
}

static bool keep_books(struct agent *a, const struct plan *p, struct plan_token *t,
                       struct fault *why)
{
    if (t->undone && !take_back(a, t, why))
        return false;
    for (size_t i = 0; i < t->booking_count; i++)
        if (!add_booking(a, t, &t->bookings[i], why))
            return false;
    store_resume_poll(a->store, p->poll);
    return !t->doubts || store_put_doubt(a->store, &t->is, why);
}

static bool keep_forecast(struct agent *a, const struct plan_tracked *f, struct fault *why)
{
    int64_t token = f->of->is.id;
    switch (f->what) {
    case PLAN_TRACKED_MADE:
        return store_put_tracked(a->store, token, f->place, &f->forecast, why);
    case PLAN_TRACKED_DROPPED:
        return store_drop_tracked(a->store, token, f->place, why);
    case PLAN_TRACKED_SCORED:
        return store_add_score(a->store, token, f->place, &f->forecast, &f->score, why);
    }
    return true;
}

/* What readers find. */
static bool keep_state(struct agent *a, const struct plan *p, struct plan_token *t,
                       struct fault *why)
{
    if (t->fate == PLAN_IS_DELETED)
        return store_delete_token(a->store, &t->is, p->at, t->revoked_at, why);
    if (t->stores)
        t->is.stored = token_gist(&t->is, &t->is.forecast);
    return (!t->keeps_curve || store_put_curve(a->store, &t->is, why))
        && (!t->stores || store_put_token(a->store, &t->is, why));
}

/* ---- alerts ---- */

static void make_id(const struct agent *a, const struct plan_event *e, char id[EVENT_ID_BYTES])
{
    snprintf(id, EVENT_ID_BYTES, "%s-%s-%" PRId64 "-%" PRId64 "-%" PRId64, store_id(a->store),
             e->rule->name, e->of->is.id, e->alert.episode, e->alert.step);
}

/* After its worst finding, which no other digest has: one poll can lead to several, as more becomes
 * known after it. */
static void make_digest_id(const struct agent *a, const struct plan_event *digest,
                           char id[EVENT_ID_BYTES])
{
    const struct plan_event *worst = digest - digest->findings;
    snprintf(id, EVENT_ID_BYTES, "%s-%s-digest-%" PRId64 ".%" PRId64 ".%" PRId64,
             store_id(a->store), digest->rule->name, worst->of->is.id, worst->alert.episode,
             worst->alert.step);
}

static struct alert_event event_of(const struct account *account, const struct plan *p,
                                   const struct plan_event *e, const char *id)
{
    return (struct alert_event){
        .id = id,
        .account = account->settings->name,
        .token = &e->of->is,
        .rule = e->rule,
        .alert = &e->alert,
        .transition = e->transition,
        .at = p->at,
        .credits = account->credits.is_ordered ? CREDITS_ESTIMATED : account->credits.source,
        .reason = e->reason,
        .gone = e->gone,
        .outage = e->outage,
    };
}

/* `digest`: the id of the event that reports it; NULL: it does so itself. */
static bool add_event(struct agent *a, const struct alert_event *e, const char *digest,
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

/* The findings of one rule: each alert is stored and retained by itself, the event is theirs
 * together. */
static bool report_digest(struct agent *a, struct account *account, const struct plan *p,
                          const struct plan_event *digest, struct fault *why)
{
    char id[EVENT_ID_BYTES];
    struct found_alert *found = xcalloc(digest->findings, sizeof *found);
    for (size_t i = 0; i < digest->findings; i++) {
        const struct plan_event *f = digest - digest->findings + i;
        found[i] = (struct found_alert){ &f->of->is, &f->alert, f->transition, f->rule_place,
                                         rule_kind_has(f->rule->kind, KIND_ABOVE) };
    }
    const struct digest all = { found, digest->findings };
    make_digest_id(a, digest, id);
    struct alert_event e = event_of(account, p, digest, id);
    e.digest = &all;
    bool ok = add_event(a, &e, NULL, why) && announce_event(a, account, &e, why);
    free(found);
    return ok;
}

static bool report_finding(struct agent *a, struct account *account, const struct plan *p,
                           const struct plan_event *f, struct fault *why)
{
    char id[EVENT_ID_BYTES], digest[EVENT_ID_BYTES];
    make_id(a, f, id);
    make_digest_id(a, &p->events[f->digest - 1], digest);
    struct alert_event e = event_of(account, p, f, id);
    if (!add_event(a, &e, digest, why))
        return false;
    e.id = digest;
    return announce_alert(a, account, &e, why);
}

static bool report_event(struct agent *a, struct account *account, const struct plan *p,
                         const struct plan_event *f, struct fault *why)
{
    char id[EVENT_ID_BYTES];
    make_id(a, f, id);
    struct alert_event e = event_of(account, p, f, id);
    return add_event(a, &e, NULL, why) && announce_event(a, account, &e, why)
        && (f->life || announce_alert(a, account, &e, why));
}

static bool keep_alert(struct agent *a, struct account *account, const struct plan *p,
                       const struct plan_event *e, struct fault *why)
{
    if (e->findings)
        return report_digest(a, account, p, e, why);
    if (!store_put_alert(a->store, e->of->is.id, e->rule, &e->alert, why))
        return false;
    if (e->transition.kind == TRANSITION_NONE)
        return true;
    return e->digest ? report_finding(a, account, p, e, why) : report_event(a, account, p, e, why);
}

/* What is retained of its alerts has its name in it; its state is published anyway. */
static bool rename_alerts(struct agent *a, const struct account *account, const struct token *t,
                          struct fault *why)
{
    struct text topic = { 0 };
    bool ok = true;
    for (size_t i = 0; ok && a->publisher && i < a->rules.count; i++) {
        if (!token_alert(t, i).episode)
            continue;
        announce_alert_topic(a, account, a->rules.at[i].name, t, &topic);
        ok = store_rename_retained(a->store, text_z(&topic), t->name, why);
    }
    text_done(&topic);
    return ok;
}

/* A name is taken over, and reported, once it is stored. */
static bool waits_for_store(const struct agent *a, const struct plan_event *e)
{
    return a->past_store && e->transition.kind == TRANSITION_RENAMED;
}

/* Alerts, events and the ends of topics, whether they go through the store or past it. */
static bool publish(struct agent *a, struct account *account, const struct plan *p,
                    struct fault *why)
{
    for (size_t i = 0; i < p->touched_count && !a->past_store; i++)
        if (p->touched[i]->renamed && !rename_alerts(a, account, &p->touched[i]->is, why))
            return false;
    for (size_t i = 0; i < p->event_count; i++)
        if (!waits_for_store(a, &p->events[i]) && !keep_alert(a, account, p, &p->events[i], why))
            return false;
    for (size_t i = 0; i < p->touched_count; i++)
        if (p->touched[i]->fate == PLAN_IS_DELETED
            && !announce_no_token(a, account, &p->touched[i]->is, why))
            return false;
    return true;
}

/* ---- the transaction ---- */

bool commit_begin(struct agent *a, const struct account *account, struct fault *why)
{
    if (!account->ahead)
        return store_begin(a->store, why);
    *why = a->outage.why;
    return false;
}

bool commit_plan(struct agent *a, struct account *account, struct plan *p, struct fault *why)
{
    store_resume_poll(a->store, p->poll);
    if (!keep_names(a, p, why) || !add_tokens(a, account, p, why))
        return false;
    for (size_t i = 0; i < p->touched_count; i++)
        if (!keep_books(a, p, p->touched[i], why))
            return false;
    for (size_t i = 0; i < p->tracked_count; i++)
        if (!keep_forecast(a, &p->tracked[i], why))
            return false;
    if (!publish(a, account, p, why))
        return false;
    for (size_t i = 0; i < p->touched_count; i++)
        if (!keep_state(a, p, p->touched[i], why))
            return false;
    return true;
}

/* Of no row that lives; after the outage the next list has them again. */
static void name_newcomers(struct agent *a, const struct plan *p)
{
    for (size_t i = 0; i < p->touched_count; i++)
        if (p->touched[i]->fate == PLAN_IS_NEW || p->touched[i]->fate == PLAN_RETURNS)
            p->touched[i]->is.id = --a->provisional;
}

static bool owe_deletions(struct agent *a, const struct plan *p, struct fault *why)
{
    for (size_t i = 0; i < p->touched_count; i++)
        if (p->touched[i]->fate == PLAN_IS_DELETED
            && !store_delete_token(a->store, &p->touched[i]->is, p->at, p->touched[i]->revoked_at,
                                   why))
            return false;
    return true;
}

/* Alerts, events and deletions are owed to the store, under the ids that they are published with.
 */
static void go_past_store(struct agent *a, struct account *account, struct plan *p)
{
    struct fault never;
    name_newcomers(a, p);
    plan_resolve(p, 0);
    a->past_store = true;
    store_owe(a->store, true);
    if (!publish(a, account, p, &never) || !owe_deletions(a, p, &never))
        log_debug("%s", never.text);
    store_owe(a->store, false);
    a->past_store = false;
}

bool commit_end(struct agent *a, struct account *account, struct plan *p, bool written,
                struct fault *why)
{
    if (written && store_commit(a->store, why)) {
        account_adopt(a, account, p, true);
        a->outbox_waits = true;
        return true;
    }
    store_rollback(a->store);
    if (why->kind != FAULT_RETRY)
        return false;
    go_past_store(a, account, p);
    account_adopt(a, account, p, false);
    return false;
}

bool commit_now(struct agent *a, struct account *account, struct plan *p, struct fault *why)
{
    bool written = commit_begin(a, account, why) && commit_plan(a, account, p, why);
    return commit_end(a, account, p, written, why);
}
