/* What is known of an account: loaded at the start, and moved on by the plans that it adopts. */
#include "daemon/account.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/collect.h"
#include "core/ledger.h"
#include "daemon/consumption.h"
#include "daemon/credits.h"
#include "daemon/pace.h"
#include "daemon/retained.h"
#include "daemon/standing.h"
#include "daemon/state.h"
#include "daemon/step.h"

static bool load(struct agent *a, struct account *account, struct fault *why)
{
    account->watching.sight = (struct sight){ .failing_since = TIME_NONE, .dry_at = TIME_NONE };
    return store_load_tokens(a->store, account->id, &a->rules, &account->fleet, &account->orphans,
                             why)
        && store_load_credits(a->store, account->id, &a->rules, &account->credits.series,
                              &account->orphans, why)
        && store_load_self(a->store, account->id, &a->rules, &account->self, &account->orphans, why)
        && store_load_sight(a->store, account->id, &account->watching.sight, why);
}

/* The row that alerts about the account hang on. */
static bool settle_self(struct agent *a, struct account *account, unix_s now, struct fault *why)
{
    struct token_set f = { 0 };
    struct token *t = token_set_add(&f, "");
    t->series = SERIES_ACCOUNT;
    token_name_slug(t, span_of(ACCOUNT_SLUG));
    bool ok = store_find_self(a->store, account->id, t, why)
        && (t->id || store_add_token(a->store, account->id, t, now, why));
    token_set_done(&f);
    return ok;
}

static bool settle_rows(struct agent *a, struct account *account, struct fault *why)
{
    const struct account_settings *s = account->settings;
    return store_account(a->store, s->name, s->interval_s, &account->id, &account->last_ok, why)
        && settle_self(a, account, clock_unix(), why) && credits_open(a, account, why)
        && own_key_open(a, account, why);
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
    own_key_done(&account->own_key);
    token_set_done(&account->fleet);
    token_set_done(&account->self);
    forecast_queue_done(&account->forecast_queue);
    orphan_alerts_done(&account->orphans);
    edits_done(&account->edits);
    for (size_t i = 0; i < PLAN_SETS; i++)
        token_set_done(&account->kept[i]);
    text_done(&account->ended.reason);
    free(account->new_rules);
}

static void add_subject(const struct account *account, const struct token *t, struct text *out)
{
    text_addf(out, "%s: ", account->settings->name);
    if (t->series == SERIES_CREDITS)
        text_add(out, span_of("credits"));
    else
        text_addf(out, "token \"%s\"", t->name);
}

static const char *amount(struct maybe_money m, char out[MONEY_TEXT_BYTES])
{
    return m.known ? money_format_cents(m.is, out) : "unknown";
}

static void tell_fate(const struct account *account, const struct plan *p,
                      const struct plan_token *t)
{
    char absence[DURATION_TEXT_BYTES];
    if (t->revoked_at != TIME_NONE) {
        log_warning("%s: token \"%s\" was revoked; its history is kept", account->settings->name,
                    t->is.name);
        return;
    }
    switch (t->fate) {
    case PLAN_RETURNS:
        log_warning("%s: token \"%s\" is back; its history continues", account->settings->name,
                    t->is.name);
        break;
    case PLAN_IS_DELETED:
        log_warning("%s: token \"%s\" was deleted: absent from the list for %s",
                    account->settings->name, t->is.name,
                    duration_format(p->at - t->is.absent_since, absence));
        break;
    case PLAN_STAYS:
    case PLAN_IS_NEW:
        break;
    }
}

static void tell_names(const struct account *account, const struct plan_token *t)
{
    const struct token *was = &account->fleet.tokens[t->place];
    if (strcmp(was->last.name, t->is.last.name) != 0)
        log_warning("%s: token \"%s\" was renamed; it is \"%s\" now, with the same history",
                    account->settings->name, was->name, t->is.name);
    else if (strcmp(was->name, t->is.name) != 0)
        log_info("%s: token \"%s\" is shown as \"%s\" from now on", account->settings->name,
                 was->name, t->is.name);
    else
        log_debug("%s: token \"%s\" has the key %s now", account->settings->name, t->is.name,
                  token_key(&t->is));
}

static void tell_doubt(const struct account *account, const struct plan *p,
                       const struct plan_token *t)
{
    char was[MONEY_TEXT_BYTES], is[MONEY_TEXT_BYTES];
    struct text subject = { 0 };
    add_subject(account, &t->is, &subject);
    if (t->refuted)
        log_warning("%s: the jump of the balance was not confirmed; the reading is discarded",
                    text_z(&subject));
    else if (token_held(&t->is).at == p->at)
        log_info("%s: balance jumped from %s to %s; waiting for another reading to confirm it",
                 text_z(&subject), amount(t->is.last.balance, was),
                 amount(token_held(&t->is).balance, is));
    text_done(&subject);
}

static void tell(const struct account *account, const struct plan *p, bool stored)
{
    for (size_t i = 0; i < p->touched_count; i++) {
        const struct plan_token *t = p->touched[i];
        tell_fate(account, p, t);
        if (t->renamed && t->place != PLAN_NOWHERE && stored)
            tell_names(account, t);
        if (t->doubts)
            tell_doubt(account, p, t);
    }
}

/* Places in the queue are those of tokens that are where they were. */
static void keep_queue(struct account *account, const struct plan *p)
{
    for (size_t i = 0; i < p->touched_count; i++)
        if (p->touched[i]->fate == PLAN_IS_DELETED)
            forecast_queue_done(&account->forecast_queue);
}

static void settle_edits(struct account *account, const struct plan *p, bool stored)
{
    for (size_t i = 0; i < p->base.edit_count; i++)
        account->edits.at[i].booked |= p->base.edits[i].booked;
    if (!stored)
        edits_forget(&account->edits);
}

/* States are published from memory, whether they could be stored or not. */
static void tell_states(struct agent *a, struct plan *p)
{
    for (size_t i = 0; i < p->touched_count; i++)
        if (p->touched[i]->tells)
            retained_tell(a, &p->touched[i]->is.publication);
}

void account_adopt(struct agent *a, struct account *account, struct plan *p, bool stored)
{
    struct token_set *sets[PLAN_SETS] = { &account->fleet, &account->credits.series,
                                          &account->self };
    tell(account, p, stored);
    keep_queue(account, p);
    settle_edits(account, p, stored);
    tell_states(a, p);
    plan_adopt(p, sets, stored ? NULL : account->kept);
    account->ahead |= !stored;
    if (p->moves)
        pace_moved(account);
}

void account_return(struct account *account)
{
    struct token_set *sets[PLAN_SETS] = { &account->fleet, &account->credits.series,
                                          &account->self };
    forecast_queue_done(&account->forecast_queue); /* of tokens that are elsewhere now */
    forecast_queue_done(&account->credits.forecast_queue);
    for (size_t i = 0; i < PLAN_SETS; i++)
        plan_return_to(sets[i], &account->kept[i]);
    account->watching.lost_since = presence_lost_since(&account->fleet, &account->watching.lost);
    account->ahead = false;
}

void account_end_orphan(struct plan *p, const struct orphan_alert *o, const char *reason)
{
    struct rule gone = { .kind = o->kind };
    snprintf(gone.name, sizeof gone.name, "%s", o->rule);
    const char *said = reason ? reason
        : o->changed          ? "the rule was changed to another kind"
                              : "the rule was removed";
    plan_end_alert(p, o->token, &gone, &o->alert, said);
}
