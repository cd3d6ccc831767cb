/* What is known of an account: loaded at the start, and again when the store works after an outage.
 */
#include "daemon/account.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/collect.h"
#include "core/ledger.h"
#include "daemon/alerts.h"
#include "daemon/bypass.h"
#include "daemon/consumption.h"
#include "daemon/credits.h"
#include "daemon/retained.h"
#include "daemon/standing.h"
#include "daemon/state.h"
#include "daemon/step.h"

/* What is read from the store, as one, before it takes the place of what was there. */
struct loaded {
    struct token_set fleet, credits, self;
    struct orphan_alerts orphans;
    struct sight sight;
};

static void loaded_done(struct loaded *l)
{
    token_set_done(&l->fleet);
    token_set_done(&l->credits);
    token_set_done(&l->self);
    orphan_alerts_done(&l->orphans);
}

static bool read_all(struct agent *a, int64_t account, struct loaded *ret, struct fault *why)
{
    struct loaded l = { .sight = { .failing_since = TIME_NONE, .dry_at = TIME_NONE } };
    if (store_load_tokens(a->store, account, &a->rules, &l.fleet, &l.orphans, why)
        && store_load_credits(a->store, account, &a->rules, &l.credits, &l.orphans, why)
        && store_load_self(a->store, account, &a->rules, &l.self, &l.orphans, why)
        && store_load_sight(a->store, account, &l.sight, why)) {
        *ret = l;
        return true;
    }
    loaded_done(&l);
    return false;
}

static bool load(struct agent *a, struct account *account, struct fault *why)
{
    struct loaded l;
    if (!read_all(a, account->id, &l, why))
        return false;
    forecast_queue_done(&account->forecast_queue); /* claims of a fleet that is gone */
    forecast_queue_done(&account->credits.forecast_queue);
    alerts_forget_findings(account);
    struct loaded before = { account->fleet, account->credits.series, account->self,
                             account->orphans, account->sight };
    account->fleet = l.fleet;
    account->credits.series = l.credits;
    account->self = l.self;
    account->orphans = l.orphans;
    account->sight = l.sight;
    loaded_done(&before);
    return true;
}

/* The row that alerts about the account hang on. */
static bool settle_self(struct agent *a, struct account *account, unix_s now, struct fault *why)
{
    struct token_set f = { 0 };
    struct token *t = token_set_add(&f, "");
    t->series = SERIES_ACCOUNT;
    snprintf(t->slug, sizeof t->slug, "%s", STORE_ACCOUNT_SLUG);
    bool ok = store_find_self(a->store, account->id, t, why)
        && (t->id || store_add_token(a->store, account->id, t, now, why));
    token_set_done(&f);
    return ok;
}

static bool settle_rows(struct agent *a, struct account *account, struct fault *why)
{
    const struct account_settings *s = account->settings;
    return store_account(a->store, s->name, s->interval_s, &account->id, &account->last_ok, why)
        && settle_self(a, account, clock_unix(), why);
}

bool account_open(struct agent *a, struct account *account, struct fault *why)
{
    const struct account_settings *s = account->settings;
    if (!store_begin(a->store, why))
        return false;
    if (!settle_rows(a, account, why) || !step_open(a, account, why)) {
        store_rollback(a->store);
        return false;
    }
    account->consumption.resume = TIME_NONE;
    return store_commit(a->store, why) && load(a, account, why)
        && store_accuracy(a->store, s->name, &account->record, why)
        && store_usage_known(a->store, account->id, &account->consumption.known, why)
        && standing_meet_rules(a, account, why);
}

void account_close(struct account *account)
{
    poll_free(account->poll);
    consumption_done(&account->consumption);
    credits_done(&account->credits);
    token_set_done(&account->fleet);
    token_set_done(&account->self);
    forecast_queue_done(&account->forecast_queue);
    orphan_alerts_done(&account->orphans);
    edits_done(&account->edits);
    alerts_forget_findings(account);
    text_done(&account->unread_reason);
    text_done(&account->ended.reason);
    free(account->new_rules);
}

/* What was believed in the outage need not be doubted again: the next reading confirms it. No row
 * of that time exists, so nothing is booked for when it was first read. */
static void carry_belief(struct agent *a, struct token_set *was, struct token_set *is)
{
    for (size_t i = 0; i < is->count; i++) {
        struct token *t = &is->tokens[i];
        const struct token *before = token_set_find(was, span_of(t->name));
        if (before)
            t->publication = before->publication;
        else
            retained_tell(a, &t->publication);
        if (before && before->held.at == TIME_NONE && ledger_differs(&t->last, &before->last))
            t->held = (struct held){ .at = before->seen_at };
    }
}

bool account_follow(struct agent *a, struct account *account, struct fault *why)
{
    struct token_set tokens = account->fleet, credits = account->credits.series;
    account->fleet = account->credits.series = (struct token_set){ 0 };
    if (!load(a, account, why)) {
        account->fleet = tokens;
        account->credits.series = credits;
        return false;
    }
    carry_belief(a, &tokens, &account->fleet);
    carry_belief(a, &credits, &account->credits.series);
    token_set_done(&tokens);
    token_set_done(&credits);
    account->ahead = false;
    return true;
}

bool account_write(struct agent *a, struct account *account,
                   bool (*write)(struct agent *, struct account *, unix_s, struct fault *),
                   unix_s now, struct fault *why)
{
    if (!store_begin_anyway(a->store, account->ahead ? &a->outage.why : NULL, why))
        return false;
    if (write(a, account, now, why) && store_commit(a->store, why)) {
        bypass_forget(&a->bypass);
        a->outbox_waits = true;
        return true;
    }
    store_rollback(a->store);
    bypass_keep(&a->bypass);
    account->ahead = true;
    return false;
}
