/* A finished poll, walked without turning back: what only the store knows is gathered, a plan says
 * what changes, one transaction writes it, and memory adopts it. When that fails, the poll did not
 * happen.
 *
 * A list with thousands of newcomers would hold up the loop for as long as it takes to store them,
 * so these come in parts, each planned, stored and adopted by itself in a turn of the loop. The
 * verdict on the list stands before; all that it says of known tokens is in the first part, and
 * what is said of the whole, the next poll and what new rules found, in the last. Whoever is killed
 * in between finds the rest in the next list, as newcomers, and the rules still new. */
#include "daemon/ingest.h"

#include <inttypes.h>
#include <stdlib.h>

#include "api/collect.h"
#include "base/xmalloc.h"
#include "daemon/account.h"
#include "daemon/announce.h"
#include "daemon/commit.h"
#include "daemon/credits.h"
#include "daemon/deliver.h"
#include "daemon/estimate.h"
#include "daemon/gather.h"
#include "daemon/pace.h"
#include "daemon/poll_plan.h"
#include "daemon/standing.h"
#include "daemon/state.h"
#include "daemon/step.h"
#include "daemon/watch.h"
#include "edge/store.h"

enum {
    LARGE_PLAN = 2000, /* tokens touched: megabytes, which idle polls need not keep */
};

/* ---- commit ---- */

static int64_t count_missing(const struct account *account)
{
    return account->poll->result == POLL_OK
        ? (int64_t)(account->fleet.count - account->poll->listed - account->poll->ended_count)
        : 0;
}

static bool add_poll(struct agent *a, struct account *account, struct plan *p, struct fault *why)
{
    const struct poll *poll = account->poll;
    struct poll_row row = {
        .account = account->id,
        .at = p->at,
        .result = poll->result,
        .http_status = poll->status,
        .reason = poll->why.text[0] ? poll->why.text : NULL,
        .tokens = (int64_t)(poll->listed + poll->fresh.count),
        .changed = (int64_t)poll->changed,
        .missing = count_missing(account),
        .bytes = poll->bytes,
        .took_ms = poll->took_ms,
        .calls = account->api.rate_limit.calls,
    };
    if (!store_add_poll(a->store, &row, why))
        return false;
    plan_resolve(p, store_last_poll(a->store));
    return step_restamp(a, account, p, why) && credits_write(a, account, why);
}

/* What is stored beside the plan. */
static bool add_rest(struct agent *a, struct account *account, const struct plan *p,
                     struct fault *why)
{
    return store_put_sight(a->store, account->id, &account->watching.sight, why)
        && (!p->scores || store_accuracy(a->store, account->settings->name, &account->record, why));
}

/* With the last part, too. */
static bool add_end(struct agent *a, struct account *account, const struct pace *pace,
                    struct fault *why)
{
    return (account->last_ok == TIME_NONE || !account->new_rules
            || standing_know_rules(a, account, why))
        && pace_store(a, account, pace, why);
}

/* ---- adopt ---- */

static const struct condition_kind polls = { "polls", "polls work again", LOG_WARNING };

static const struct condition_kind unreadable = { "unreadable", "all tokens can be read again",
                                                  LOG_WARNING };

/* Only a list that was taken in says which tokens can be read. */
static void tell_unreadable(struct agent *a, const struct account *account)
{
    const struct poll *p = account->poll;
    const struct condition_now is = { account->settings->name, (int)(p->unread + p->nameless),
                                      p->why.text };
    if (p->result == POLL_OK)
        conditions_feed(&a->conditions, &unreadable, &is, clock_mono());
}

static void tell(struct agent *a, struct account *account, bool stored, int64_t store_ms)
{
    const struct poll *p = account->poll;
    const char *name = account->settings->name;
    struct text words = { 0 };
    if (!stored) {
        log_info("%s: poll not stored: %s, judged in memory", name, poll_result_name(p->result));
        return;
    }
    text_addf(&words, "poll %s: %s", poll_result_name(p->result), p->why.text);
    conditions_feed(&a->conditions, &polls,
                    &(struct condition_now){ name, (int)p->result, text_z(&words) }, clock_mono());
    text_done(&words);
    tell_unreadable(a, account);
    log_info("%s: poll %" PRId64 " stored: %s, %zu tokens, %zu changed, %" PRId64 " ms, %" PRId64
             " ms in the store",
             name, account->last_poll, poll_result_name(p->result), p->listed + p->fresh.count,
             p->changed, p->took_ms, store_ms);
    account->last_result = p->result;
}

static void settle(struct agent *a, struct account *account, mono_ms boot)
{
    orphan_alerts_done(&account->orphans); /* all of them are ended now */
    account->last_poll = store_last_poll(a->store);
    if (account->poll->result == POLL_OK) {
        edits_settle(&account->edits, a->settings->store);
        step_heard(account, account->intake.at, boot);
    }
    credits_settle(a, account);
}

/* ---- the poll ---- */

/* Bytes that moved need not mean anything new; after a start every token's bytes are new to us. */
static size_t count_changed(const struct poll *p)
{
    size_t changed = p->fresh.count;
    for (size_t i = 0; i < p->observation_count; i++)
        changed += !p->observations[i].token->unread
            && ledger_differs(&p->observations[i].token->last, &p->observations[i].reading);
    return changed;
}

/* A valid list that lost too much at once is held back until it has been confirmed. */
static void weigh_list(struct agent *a, struct account *account)
{
    struct poll *p = account->poll;
    size_t known = account->fleet.count;
    p->changed = count_changed(p);
    if (p->result != POLL_OK)
        return;
    edits_look(&account->edits, a->settings->store, account->settings->name);
    struct presence_loss loss = presence_loss_of(&account->fleet);
    if (loss.plausible)
        return;
    p->result = POLL_SUSPICIOUS;
    fault(&p->why, FAULT_REJECT,
          "%zu of %zu tokens vanished from the list at once: waiting for "
          "confirmation (%d of %d)",
          known - p->listed - p->ended_count, known, loss.run, PRESENCE_PATIENCE);
}

bool ingest_goes_on(const struct account *account)
{
    return account->intake.waits;
}

/* The account was judged by all rules, and all is said that this poll had to say. */
static void end(struct agent *a, struct account *account, const struct pace *pace, bool stored)
{
    const struct intake *in = &account->intake;
    pace_adopt(account, pace);
    if (stored && account->last_ok != TIME_NONE) {
        free(account->new_rules);
        account->new_rules = NULL;
    }
    announce_account(a, account, in->at);
    tell(a, account, stored, clock_mono() - in->began);
}

/* Forgets a plan that was adopted. */
static void forget(struct account *account, struct plan *p, struct gathered *g)
{
    bool is_large = p->touched_count >= LARGE_PLAN
        || (!account->intake.waits && account->poll->fresh.count >= LARGE_PLAN);
    plan_free(p);
    gathered_done(g);
    if (is_large)
        xtrim();
}

static void tell_part(const struct account *account)
{
    log_debug("%s: %zu of %zu newcomers taken in", account->settings->name, account->intake.next,
              account->poll->fresh.count);
}

/* One part of the list on its way into the store. */
struct part {
    struct gathered gathered;
    struct plan *plan;
    struct pace pace; /* of the last part */
    mono_ms boot;
    struct accuracy_summary record; /* before it */
};

static void begin_part(struct agent *a, struct account *account, struct part *ret)
{
    *ret = (struct part){ .boot = clock_boot(), .record = account->record };
    gather(a, account, &ret->gathered);
}

/* Once it is known who of them returns. */
static void bound_part(struct account *account, size_t from, struct part *t)
{
    struct intake *in = &account->intake;
    in->next = poll_plan_part_end(account->poll, from);
    in->waits = t->gathered.base.more = in->next < account->poll->fresh.count;
    t->gathered.base.goes_on = from > 0;
}

static bool end_part(struct agent *a, struct account *account, struct part *t, bool written,
                     struct fault *why)
{
    bool stored = commit_end(a, account, t->plan, written, why);
    deliver_events(a); /* an alert waits for nothing that can be done after it */
    if (stored && !t->gathered.base.goes_on)
        settle(a, account, t->boot);
    account->record = stored ? account->record : t->record;
    if (account->intake.waits)
        tell_part(account);
    else
        end(a, account, &t->pace, stored);
    forget(account, t->plan, &t->gathered);
    return stored;
}

/* All of the list but newcomers that do not fit in. */
static bool take_list(struct agent *a, struct account *account, struct fault *why)
{
    struct intake *in = &account->intake;
    struct outage_words outage;
    struct part t;
    weigh_list(a, account);
    estimate_look(a, account);
    begin_part(a, account, &t);
    account->last_poll = 0; /* until this one is stored: late credits are no older one's */
    bool open =
        commit_begin(a, account, why) && gather_stored(a, account, in->at, &t.gathered, why);
    bound_part(account, 0, &t);
    t.plan = poll_plan(a, account, &t.gathered);
    watch_poll(account, t.plan, &outage);
    if (!in->waits)
        pace_plan(a, account, t.plan, &t.pace);
    bool written =
        open && add_poll(a, account, t.plan, why) && commit_plan(a, account, t.plan, why);
    if (account->poll->result == POLL_OK) /* whether that can be stored or not */
        account->last_ok = in->at;
    written = written && add_rest(a, account, t.plan, why)
        && (in->waits || add_end(a, account, &t.pace, why));
    return end_part(a, account, &t, written, why);
}

/* Some of the newcomers that wait. */
static bool take_part(struct agent *a, struct account *account, struct fault *why)
{
    struct intake *in = &account->intake;
    size_t from = in->next;
    struct part t;
    begin_part(a, account, &t);
    bound_part(account, from, &t);
    bool open = commit_begin(a, account, why);
    t.plan = plan_begin(&t.gathered.base, in->at, account->last_poll);
    poll_plan_newcomers(t.plan, account->poll, from, in->next);
    plan_judge(t.plan, PLAN_CREDITS);
    plan_judge(t.plan, PLAN_TOKENS);
    if (!in->waits) {
        watch_list_end(account, t.plan);
        pace_plan(a, account, t.plan, &t.pace);
    }
    bool written = open && commit_plan(a, account, t.plan, why)
        && (in->waits || (add_rest(a, account, t.plan, why) && add_end(a, account, &t.pace, why)));
    return end_part(a, account, &t, written, why);
}

bool ingest(struct agent *a, struct account *account, unix_s now, struct fault *why)
{
    if (account->intake.waits)
        return take_part(a, account, why);
    account->intake = (struct intake){ .at = now, .began = clock_mono() };
    return take_list(a, account, why);
}

bool ingest_time(struct agent *a, struct account *account, unix_s now, struct fault *why)
{
    struct gathered g;
    gather(a, account, &g);
    struct plan *p = plan_begin(&g.base, now, account->last_poll);
    plan_judge(p, PLAN_TOKENS);
    plan_judge(p, PLAN_CREDITS);
    bool stored = commit_now(a, account, p, why);
    plan_free(p);
    gathered_done(&g);
    return stored;
}
