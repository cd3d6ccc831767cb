/* A finished poll becomes one transaction: poll row, snapshots, ledger, forecasts, alerts,
 * messages. When it fails, the poll did not happen. */
#include "daemon/ingest.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "api/collect.h"
#include "base/xmalloc.h"
#include "core/ledger.h"
#include "daemon/account.h"
#include "daemon/alerts.h"
#include "daemon/announce.h"
#include "daemon/belief.h"
#include "daemon/credits.h"
#include "daemon/forecasts.h"
#include "daemon/pace.h"
#include "daemon/standing.h"
#include "daemon/state.h"
#include "daemon/step.h"
#include "daemon/watch.h"
#include "edge/store.h"

/* What was recognised once need not be decoded again; what could not be read this time, or is not
 * believed, must. */
static bool take_observation(struct agent *a, struct account *account, const struct observation *s,
                             unix_s at, struct fault *why)
{
    struct token *t = s->token;
    if (!t->unread && !belief_take(a, account, s, at, why))
        return false;
    token_set_remember(&account->fleet, t, t->unread || t->held.at != TIME_NONE ? 0 : s->hash);
    return true;
}

static bool ingest_observations(struct agent *a, struct account *account, unix_s at,
                                struct fault *why)
{
    const struct poll *p = account->poll;
    for (size_t i = 0; i < p->observation_count; i++)
        if (!take_observation(a, account, &p->observations[i], at, why))
            return false;
    return true;
}

bool ingest_newcomer(struct agent *a, struct account *account, struct token_set *f,
                     const struct token *seen, unix_s at, struct fault *why)
{
    struct token *t = token_set_add(f, seen->name);
    t->series = seen->series;
    memcpy(t->slug, seen->slug, sizeof t->slug);
    if (!seen->unread) {
        t->last = seen->last;
        t->last.name = t->name;
    }
    t->alerts = xcalloc(a->rules.count, sizeof *t->alerts);
    struct edit *edit = t->series == SERIES_TOKEN ? edits_of(&account->edits, t->name, NULL) : NULL;
    if (edit)
        edit->booked = true;
    t->high_water =
        ledger_full(edit ? edit->balance : (struct maybe_money){ .known = false }, ENTRY_UNKNOWN,
                    (struct maybe_money){ .known = false }, t->last.balance);
    t->dirty = true;
    t->seen_at = at;
    burn_seen(&t->burn, at);
    token_set_remember(f, t, seen->unread ? 0 : seen->element_hash);
    if (seen->unread) {
        token_set_list_unread(t, seen->unread);
        token_set_settle_unread(t);
    }
    return store_add_token(a->store, account->id, t, at, why)
        && (!token_set_was_read(t) || store_add_reading(a->store, t, NULL, why));
}

/* A token that the list has. While its element cannot be read, it is not seen: its last reading
 * stands, and ages. */
static bool book_listed(struct agent *a, struct account *account, struct token *t, unix_s at,
                        struct fault *why)
{
    if (t->unread)
        token_set_remember(&account->fleet, t, 0);
    else if (!belief_seen(a, t, at, why))
        return false;
    t->dirty |= token_set_settle_unread(t);
    return true;
}

/* A deleted token whose name is in the list again goes on where it ended: `known` is all that the
 * store has. */
static bool ingest_returned(struct agent *a, struct account *account, struct token *known,
                            const struct token *seen, unix_s at, struct fault *why)
{
    struct token *t = token_set_adopt(&account->fleet, known);
    struct observation s = {
        .token = t, .reading = seen->last, .hash = seen->element_hash, .returned = true
    };
    s.reading.name = t->name;
    t->missing = 0;
    t->absent_since = TIME_NONE;
    t->lost_in_mass = false;
    t->listed = true;
    if (seen->unread)
        token_set_list_unread(t, seen->unread);
    log_warning("%s: token \"%s\" is back; its history continues", account->settings->name,
                t->name);
    if (!take_observation(a, account, &s, at, why)
        || !alerts_token_returned(a, account, t, at, why))
        return false;
    t->dirty = true;
    return book_listed(a, account, t, at, why);
}

/* How many of the tokens that no fleet has were deleted once; their rows live again. */
static bool revive(struct agent *a, struct account *account, unix_s at, size_t *ret,
                   struct fault *why)
{
    struct token_set *fresh = &account->poll->fresh;
    *ret = 0;
    for (size_t i = 0; i < fresh->count; i++) {
        if (!store_revive_token(a->store, account->id, &fresh->tokens[i], at, why))
            return false;
        *ret += fresh->tokens[i].id != 0;
    }
    return true;
}

static bool ingest_each_fresh(struct agent *a, struct account *account, struct token_set *known,
                              unix_s at, struct fault *why)
{
    const struct token_set *fresh = &account->poll->fresh;
    for (size_t i = 0; i < fresh->count; i++) {
        const struct token *seen = &fresh->tokens[i];
        struct token *before = seen->id ? token_set_find(known, span_of(seen->name)) : NULL;
        if (before ? !ingest_returned(a, account, before, seen, at, why)
                   : !ingest_newcomer(a, account, &account->fleet, seen, at, why))
            return false;
    }
    return true;
}

static bool ingest_fresh(struct agent *a, struct account *account, unix_s at, struct fault *why)
{
    struct token_set known = { 0 };
    struct orphan_alerts orphans = { 0 }; /* of the living: they were ended before */
    size_t returned;
    if (!revive(a, account, at, &returned, why)
        || (returned
            && !store_load_tokens(a->store, account->id, &a->rules, &known, &orphans, why)))
        return false;
    bool ok = ingest_each_fresh(a, account, &known, at, why);
    token_set_done(&known);
    orphan_alerts_done(&orphans);
    return ok;
}

static bool delete_token(struct agent *a, struct account *account, struct token *t, unix_s at,
                         struct fault *why)
{
    char absence[DURATION_TEXT_BYTES];
    log_warning("%s: token \"%s\" was deleted: absent from the list for %s",
                account->settings->name, t->name, duration_format(at - t->absent_since, absence));
    if (!alerts_token_deleted(a, account, t, at, why) || !store_delete_token(a->store, t, at, why))
        return false;
    token_set_remove(&account->fleet, t);
    return true;
}

/* A token that the list lacks may be one of its elements without a name: that is no absence. */
static bool may_be_nameless(const struct account *account, const struct token *t)
{
    return !t->listed && account->poll->nameless > 0;
}

static bool book_presence(struct agent *a, struct account *account, unix_s at, struct fault *why)
{
    for (size_t i = account->fleet.count; i-- > 0;) {
        struct token *t = &account->fleet.tokens[i];
        if (may_be_nameless(account, t))
            continue;
        t->dirty |= token_set_book(t);
        if (t->listed) {
            if (!book_listed(a, account, t, at, why))
                return false;
        } else if (token_set_is_gone(t, at) && !delete_token(a, account, t, at, why))
            return false;
    }
    return true;
}

/* A complete, plausible list. Newcomers come last: they would dilute what the list has lost. */
static bool ingest_list(struct agent *a, struct account *account, unix_s at, struct fault *why)
{
    return ingest_observations(a, account, at, why) && book_presence(a, account, at, why)
        && ingest_fresh(a, account, at, why);
}

/* A balance that merely fell is in its reading; the row is for all else. */
static bool keep_state(struct agent *a, struct token *t, struct fault *why)
{
    bool resets = t->last.period != RESET_NONE;
    if (!t->dirty && !gist_moved(&t->stored, &t->forecast, &t->burn, resets))
        return true;
    t->stored = token_gist(t);
    return store_put_token(a->store, t, why);
}

/* Forecast, rules, and what is worth reporting; every token, after every poll, since time alone
 * changes them. */
bool ingest_outlook(struct agent *a, struct account *account, struct token_set *f, unix_s at,
                    struct fault *why)
{
    if (!forecasts_refresh(a, account, f, at, why))
        return false;
    for (size_t i = 0; i < f->count; i++) {
        struct token *t = &f->tokens[i];
        if (!alerts_step(a, account, t, at, why))
            return false;
        if (!keep_state(a, t, why))
            return false;
        if (t->moved || t->dirty || announce_is_news(t))
            announce_token(a, t);
        t->moved = t->dirty = false;
    }
    return alerts_report_findings(a, account, at, why);
}

/* A valid list that lost too much at once is held back until it has been confirmed. */
static void judge(struct account *account, unix_s at)
{
    struct poll *p = account->poll;
    size_t known = account->fleet.count;
    if (p->result != POLL_OK || token_set_judge(&account->fleet, at) == TOKEN_SET_PLAUSIBLE)
        return;
    p->result = POLL_SUSPICIOUS;
    fault(&p->why, FAULT_REJECT,
          "%zu of %zu tokens vanished from the list at once: waiting for "
          "confirmation (%d of %d)",
          known - p->listed, known, account->fleet.suspicious, TOKEN_SET_PATIENCE);
}

static int64_t count_missing(const struct account *account)
{
    return account->poll->result == POLL_OK
        ? (int64_t)(account->fleet.count - account->poll->listed)
        : 0;
}

/* Bytes that moved need not mean anything new; after a start every token's bytes are new to us. */
static size_t count_changed(const struct poll *p)
{
    size_t changed = p->fresh.count;
    for (size_t i = 0; i < p->observation_count; i++)
        changed += !p->observations[i].token->unread
            && ledger_differs(&p->observations[i].token->last, &p->observations[i].reading);
    return changed;
}

static bool store_poll(struct agent *a, struct account *account, unix_s at, struct fault *why)
{
    const struct poll *p = account->poll;
    struct poll_row row = {
        .account = account->id,
        .at = at,
        .result = p->result,
        .http_status = p->status,
        .reason = p->why.text[0] ? p->why.text : NULL,
        .tokens = (int64_t)(p->listed + p->fresh.count),
        .changed = (int64_t)p->changed,
        .missing = count_missing(account),
        .bytes = p->bytes,
        .took_ms = p->took_ms,
        .calls = account->api.rate_limit.calls,
    };
    return store_add_poll(a->store, &row, why);
}

static bool ingest_all(struct agent *a, struct account *account, unix_s at, struct fault *why)
{
    judge(account, at);
    account->poll->changed = count_changed(account->poll);
    if (account->poll->result == POLL_OK && !step_over(a, account, at, why))
        return false;
    return store_poll(a, account, at, why)
        && alerts_end_orphans(a, account, NULL, at, why) /* before a token of theirs is deleted */
        && (account->poll->result != POLL_OK || ingest_list(a, account, at, why))
        && credits_store(a, account, at, why) /* first: a token can spend no more than they are */
        && ingest_outlook(a, account, &account->fleet, at, why) && watch_poll(a, account, at, why)
        && (account->last_ok == TIME_NONE || !account->new_rules
            || standing_know_rules(a, account, why))
        && forecasts_record(a, account, why) && store_checkpoint(a->store, at, why)
        && store_retain(a->store, &a->settings->retention, at, (int64_t)account->poll->changed, why)
        && pace_plan(a, account, at, why);
}

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

static void tell(struct agent *a, struct account *account, int64_t poll, int64_t store_ms)
{
    const struct poll *p = account->poll;
    const char *name = account->settings->name;
    struct text words = { 0 };
    text_addf(&words, "poll %s: %s", poll_result_name(p->result), p->why.text);
    conditions_feed(&a->conditions, &polls,
                    &(struct condition_now){ name, (int)p->result, text_z(&words) }, clock_mono());
    text_done(&words);
    tell_unreadable(a, account);
    log_info("%s: poll %" PRId64 " stored: %s, %zu tokens, %zu changed, %" PRId64 " ms, %" PRId64
             " ms in the store",
             name, poll, poll_result_name(p->result), p->listed + p->fresh.count, p->changed,
             p->took_ms, store_ms);
    account->last_result = p->result;
}

bool ingest(struct agent *a, struct account *account, unix_s now, struct fault *why)
{
    mono_ms began = clock_mono(), boot = clock_boot();
    if (account->poll->result == POLL_OK)
        edits_look(&account->edits, a->settings->store, account->settings->name);
    account->last_poll =
        0; /* until this one is stored: late credits are not an older one's, which has its own */
    bool stored = account_write(a, account, ingest_all, now, why);
    announce_account(a, account, now);
    if (!stored) {
        edits_forget(&account->edits);
        log_info("%s: poll not stored: %s, judged in memory", account->settings->name,
                 poll_result_name(account->poll->result));
        return false;
    }
    orphan_alerts_done(&account->orphans); /* all of them are ended now */
    if (account->last_ok != TIME_NONE) {
        free(account->new_rules); /* the account was judged by all of them */
        account->new_rules = NULL;
    }
    account->last_poll = store_last_poll(a->store);
    if (account->poll->result == POLL_OK) {
        edits_settle(&account->edits, a->settings->store);
        step_heard(account, now, boot);
    }
    credits_settle(a, account);
    tell(a, account, account->last_poll, clock_mono() - began);
    belief_tell(account, &account->fleet, now);
    belief_tell(account, &account->credits.series, now);
    return true;
}
