/* Whether an account can be read at all: the alert about it, which is there without being
 * configured.
 *
 * Judged by time, not by polls: also while an answer hangs, and before any poll ever worked. There
 * is no list to believe while polls fail, and while the list lacks most of the tokens. */
#include "daemon/watch.h"

#include <stdlib.h>

#include "api/collect.h"
#include "base/xmalloc.h"
#include "daemon/account.h"
#include "daemon/alerts.h"
#include "daemon/state.h"

/* As if the try before had worked, had there been one: so long as Ebb did not run, it was not the
 * account's fault. A good poll that was later than the failure had another clock. */
static unix_s failing_from(const struct account *account)
{
    unix_s failing = account->sight.failing_since, from = failing - account->settings->interval_s;
    if (account->last_ok == TIME_NONE)
        return failing;
    return account->last_ok > from && account->last_ok <= failing ? account->last_ok : from;
}

/* From here on uptime tells how long: no clock that is set makes a long outage of a short one, or
 * the reverse. */
static void note_failing(struct account *account, unix_s now)
{
    int64_t failed_s = now - failing_from(account);
    account->failed_s = failed_s > 0 ? failed_s : 0;
    account->failed_boot = clock_boot();
}

void watch_open(struct agent *a, struct account *account)
{
    struct snapshot s = {
        .series = SERIES_ACCOUNT,
        .account = account->settings->name,
        .reading = &account->self.tokens[0].last,
    };
    account->trying_since = TIME_NONE;
    if (account->sight.failing_since != TIME_NONE)
        note_failing(account, clock_unix());
    account->overruled = false;
    for (size_t i = 0; i < a->settings->rule_count; i++) {
        const struct rule *rule = &a->settings->rules[i];
        account->overruled |= rule_replaces_implied(rule, &s);
    }
}

void watch_begin(struct account *account, unix_s now, mono_ms mono)
{
    if (account->trying_since != TIME_NONE)
        return;
    account->trying_since = now;
    account->trying_mono = mono;
}

static int64_t unread_s(const struct account *account)
{
    if (account->sight.failing_since != TIME_NONE)
        return account->failed_s + (clock_boot() - account->failed_boot) / 1000;
    if (account->trying_since != TIME_NONE) /* an answer that hangs */
        return (clock_mono() - account->trying_mono) / 1000;
    return 0;
}

/* The present by the clock of the last good poll. */
static unix_s reached_at(const struct account *account, int64_t unread, unix_s now)
{
    return account->sight.failing_since != TIME_NONE ? failing_from(account) + unread : now;
}

static const struct token *find_dry(struct account *account)
{
    return account->sight.dry_token ? alerts_find_series(account, account->sight.dry_token) : NULL;
}

/* What stands in the way of reading the account; its reason is the account's. */
static struct outage outage_at(struct account *account, unix_s now)
{
    struct outage o = { .reason = text_z(&account->unread_reason), .empty_at = TIME_NONE };
    int64_t unread = unread_s(account);
    size_t lost;
    unix_s lost_since = token_set_lost_since(&account->fleet, &lost);
    o.since = now - (unread > 0 ? unread : 0);
    if (lost_since != TIME_NONE && lost_since < o.since) {
        o.since = lost_since;
        text_clear(&account->unread_reason);
        text_addf(&account->unread_reason, "%zu of %zu tokens are missing from the list", lost,
                  account->fleet.count);
        o.reason = text_z(&account->unread_reason);
    } else if (!account->unread_reason.len) {
        o.reason = "the API does not answer";
    }
    const struct token *dry = find_dry(account);
    if (dry && unread > 0 && account->sight.dry_at != TIME_NONE
        && account->sight.dry_at <= reached_at(account, unread, now)) {
        o.empty = dry->series == SERIES_CREDITS ? "the account" : dry->name;
        o.empty_at = account->sight.dry_at;
    }
    return o;
}

static struct snapshot snapshot_at(const struct account *account, const struct outage *o,
                                   unix_s now)
{
    return (struct snapshot){
        .series = SERIES_ACCOUNT,
        .account = account->settings->name,
        .reading = &account->self.tokens[0].last,
        .forecast = &account->self.tokens[0].forecast,
        .now = now,
        .unread_s = now - o->since,
        .ran_dry = o->empty != NULL,
        .overruled = account->overruled,
    };
}

/* A balance that is set back, or gone anyway, before it is empty does not run dry. */
static bool runs_dry(const struct token *t, unix_s at)
{
    unix_s reset = calendar_next_reset(t->last.period, at), likely = t->forecast.likely;
    if (t->missing || likely == TIME_NONE || likely >= TIME_FAR || likely <= at)
        return false;
    return (reset == TIME_NONE || likely < reset)
        && (t->last.expires == TIME_NONE || likely < t->last.expires);
}

static void note_dry(struct sight *sight, const struct token_set *f, unix_s at)
{
    for (size_t i = 0; i < f->count; i++) {
        const struct token *t = &f->tokens[i];
        if (!runs_dry(t, at) || (sight->dry_at != TIME_NONE && sight->dry_at <= t->forecast.likely))
            continue;
        sight->dry_at = t->forecast.likely;
        sight->dry_token = t->id;
    }
}

static void note_poll(struct account *account, unix_s at)
{
    const struct poll *p = account->poll;
    if (p->result == POLL_OK) {
        account->last_ok = at;
        account->sight = (struct sight){ .failing_since = TIME_NONE, .dry_at = TIME_NONE };
        note_dry(&account->sight, &account->fleet, at);
        note_dry(&account->sight, &account->credits.series, at);
    } else if (account->sight.failing_since == TIME_NONE) {
        bool tried = account->trying_since != TIME_NONE;
        account->sight.failing_since =
            tried ? at - (clock_mono() - account->trying_mono) / 1000 : at;
        note_failing(account, at);
    }
}

bool watch_poll(struct agent *a, struct account *account, unix_s at, struct fault *why)
{
    const struct poll *p = account->poll;
    struct outage before = outage_at(account, at);
    note_poll(account, at);
    account->trying_since = TIME_NONE;
    if (p->result != POLL_OK) {
        text_clear(&account->unread_reason);
        text_addf(&account->unread_reason, "%s", p->why.text);
    }
    struct outage o = outage_at(account, at);
    struct snapshot s = snapshot_at(account, &o, at);
    if (!s.unread_s) /* it is over: how long it was and why is what there is to say */
        o = before;
    return alerts_step_account(a, account, &s, &o, why)
        && store_put_sight(a->store, account->id, &account->sight, why);
}

static bool write_alerts(struct agent *a, struct account *account, const struct snapshot *s,
                         const struct outage *o, struct fault *why)
{
    if (!store_begin(a->store, why))
        return false;
    if (alerts_step_account(a, account, s, o, why))
        return store_commit(a->store, why);
    store_rollback(a->store);
    return false;
}

/* A poll may be under way, whose observations point into the fleet: what fails here is undone here.
 */
bool watch_turn(struct agent *a, struct account *account, unix_s now, struct fault *why)
{
    struct outage o = outage_at(account, now);
    struct snapshot s = snapshot_at(account, &o, now);
    if (!alerts_account_moves(a, account, &s))
        return true;
    struct alert *alerts = account->self.tokens[0].alerts;
    size_t bytes = a->rules.count * sizeof *alerts;
    struct alert *before = xmalloc(bytes);
    memcpy(before, alerts, bytes);
    bool ok = write_alerts(a, account, &s, &o, why);
    if (ok)
        a->outbox_waits = true;
    else
        memcpy(alerts, before, bytes);
    free(before);
    return ok;
}
