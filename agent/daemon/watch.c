/* Whether an account can be read at all: the alert about it, which is there without being
 * configured.
 *
 * Judged by time, not by polls: also while an answer hangs, and before any poll ever worked. There
 * is no list to believe while polls fail, and while the list lacks most of the tokens. */
#include "daemon/watch.h"

#include <stdlib.h>

#include "api/collect.h"
#include "daemon/account.h"
#include "daemon/commit.h"
#include "daemon/gather.h"
#include "daemon/state.h"

/* As if the try before had worked, had there been one: so long as Ebb did not run, it was not the
 * account's fault. A good poll that was later than the failure had another clock. */
static unix_s failing_from(const struct account *account, const struct watching *w)
{
    unix_s failing = w->sight.failing_since, from = failing - account->settings->interval_s;
    if (account->last_ok == TIME_NONE)
        return failing;
    return account->last_ok > from && account->last_ok <= failing ? account->last_ok : from;
}

/* From here on uptime measures how long: no clock that is set makes a long outage of a short one,
 * or the reverse. */
static void note_failing(const struct account *account, struct watching *w, unix_s now)
{
    int64_t failed_s = now - failing_from(account, w);
    w->failed_s = failed_s > 0 ? failed_s : 0;
    w->failed_boot = clock_boot();
}

void watch_open(struct agent *a, struct account *account)
{
    struct snapshot s = {
        .series = SERIES_ACCOUNT,
        .account = account->settings->name,
        .reading = &account->self.tokens[0].last,
    };
    struct watching *w = &account->watching;
    w->trying_since = TIME_NONE;
    w->lost_since = presence_lost_since(&account->fleet, &w->lost);
    if (w->sight.failing_since != TIME_NONE)
        note_failing(account, w, clock_unix());
    account->overruled = false;
    for (size_t i = 0; i < a->settings->rule_count; i++) {
        const struct rule *rule = &a->settings->rules[i];
        account->overruled |= rule_replaces_implied(rule, &s);
    }
}

void watch_begin(struct account *account, unix_s now, mono_ms mono)
{
    struct watching *w = &account->watching;
    if (w->trying_since != TIME_NONE)
        return;
    w->trying_since = now;
    w->trying_mono = mono;
}

static int64_t unread_s(const struct watching *w)
{
    if (w->sight.failing_since != TIME_NONE)
        return w->failed_s + (clock_boot() - w->failed_boot) / 1000;
    if (w->trying_since != TIME_NONE) /* an answer that hangs */
        return (clock_mono() - w->trying_mono) / 1000;
    return 0;
}

/* The present by the clock of the last good poll. */
static unix_s reached_at(const struct account *account, const struct watching *w, unix_s now)
{
    return w->sight.failing_since != TIME_NONE ? failing_from(account, w) + unread_s(w) : now;
}

static const struct token *find_series(const struct account *account, int64_t id)
{
    const struct token_set *const sets[] = { &account->fleet, &account->credits.series };
    for (size_t s = 0; s < COUNT(sets); s++)
        for (size_t i = 0; i < sets[s]->count; i++)
            if (sets[s]->tokens[i].id == id)
                return &sets[s]->tokens[i];
    return NULL;
}

/* What has run out since by its last forecast; NULL: nothing, or it is gone. */
static const struct token *find_dry(const struct account *account, const struct watching *w,
                                    unix_s now)
{
    bool is_due = w->sight.dry_token && unread_s(w) > 0 && w->sight.dry_at != TIME_NONE
        && w->sight.dry_at <= reached_at(account, w, now);
    return is_due ? find_series(account, w->sight.dry_token) : NULL;
}

/* What stands in the way of reading the account; its reason is that of `w`. */
static struct outage outage_at(const struct account *account, struct watching *w, unix_s now)
{
    struct outage o = { .reason = w->reason, .empty_at = TIME_NONE };
    int64_t unread = unread_s(w);
    o.since = now - (unread > 0 ? unread : 0);
    if (w->lost_since != TIME_NONE && w->lost_since < o.since) {
        o.since = w->lost_since;
        snprintf(w->reason, sizeof w->reason, "%zu of %zu tokens are missing from the list",
                 w->lost, account->fleet.count);
    } else if (!w->reason[0]) {
        o.reason = "the API does not answer";
    }
    const struct token *dry = find_dry(account, w, now);
    if (dry) {
        o.empty = dry->series == SERIES_CREDITS ? "the account" : dry->name;
        o.empty_at = w->sight.dry_at;
    }
    return o;
}

static struct sight sight_of(const struct plan *p)
{
    const struct plan_dry dry = plan_dry(p);
    return (struct sight){ TIME_NONE, dry.at, dry.token };
}

static void note_poll(const struct account *account, const struct plan *p, struct watching *w)
{
    const struct poll *poll = account->poll;
    if (poll->result == POLL_OK)
        w->sight = sight_of(p);
    else if (w->sight.failing_since == TIME_NONE) {
        bool tried = w->trying_since != TIME_NONE;
        w->sight.failing_since = tried ? p->at - (clock_mono() - w->trying_mono) / 1000 : p->at;
        note_failing(account, w, p->at);
    }
    w->trying_since = TIME_NONE;
    if (poll->result != POLL_OK)
        snprintf(w->reason, sizeof w->reason, "%s", poll->why.text);
    if (p->judged)
        w->lost_since = plan_lost_since(p, &w->lost);
}

void watch_poll(struct account *account, struct plan *p, struct outage_words *ret)
{
    struct watching next = account->watching, before = account->watching;
    struct outage was = outage_at(account, &before, p->at);
    note_poll(account, p, &next);
    struct outage is = outage_at(account, &next, p->at);
    int64_t unread = p->at - is.since;
    if (unread == 0) /* it is over: how long it was and why is what there is to say */
        is = was;
    snprintf(ret->reason, sizeof ret->reason, "%s", is.reason);
    ret->outage = is;
    ret->outage.reason = ret->reason;
    plan_judge_account(p, unread, &ret->outage);
    account->watching = next;
}

void watch_list_end(struct account *account, const struct plan *p)
{
    account->watching.sight = sight_of(p);
}

/* A poll may be under way: it begins with what this leaves. */
bool watch_turn(struct agent *a, struct account *account, unix_s now, struct fault *why)
{
    if (now == account->watched_at) /* nothing here is finer than a second */
        return true;
    account->watched_at = now;
    struct watching w = account->watching;
    struct outage o = outage_at(account, &w, now);
    struct gathered g;
    gather(a, account, &g);
    struct plan *p = plan_begin(&g.base, now, 0);
    bool moves = plan_account_moves(p, now - o.since, &o), ok = true;
    if (moves) {
        plan_judge_account(p, now - o.since, &o);
        ok = commit_now(a, account, p, why);
    }
    plan_free(p);
    gathered_done(&g);
    return ok;
}
