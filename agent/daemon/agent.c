/* Opening the parts in order, closing them in the mirror of it, and the loop in one screen. */
#include "daemon/agent.h"

#include <stdlib.h>
#include <string.h>

#include "api/collect.h"
#include "base/xmalloc.h"
#include "daemon/account.h"
#include "daemon/bypass.h"
#include "daemon/consumption.h"
#include "daemon/credits.h"
#include "daemon/deliver.h"
#include "daemon/delivery.h"
#include "daemon/forecasts.h"
#include "daemon/ingest.h"
#include "daemon/live.h"
#include "daemon/outage.h"
#include "daemon/pace.h"
#include "daemon/retained.h"
#include "daemon/standing.h"
#include "daemon/startup.h"
#include "daemon/state.h"
#include "daemon/step.h"
#include "daemon/upkeep.h"
#include "daemon/watch.h"
#include "edge/signals.h"
#include "web/web.h"

enum {
    TRANSFERS_MIN = 16,  /* at the same time */
    TRANSFERS_MAX = 512, /* descriptors are usually 1024: only so many that stall hold up others */
    TRANSFERS_PER_ACCOUNT =
        3,          /* list, credits, consumption: an account that stalls holds up no other */
    SPREAD_MS = 50, /* between the first polls of two accounts */
    TURN_MAX_MS = 10
        * 1000, /* the loop turns at least this often: so soon is a wall clock seen that was set */
    ONCE_CONFIRM_MS =
        30 * 1000, /* how long `ebb once` goes on reading again what it does not believe */
    ONCE_DELIVERY_MS = 10 * 1000, /* how long `ebb once` waits for the broker */
    RELOAD_SPACING_MS = 2 * 1000, /* signals that ask for a reload are merged for so long */
    RELOAD_TURN_MS = 100,         /* while a reload waits */
    PARTING_MS = 1000,            /* how long a daemon that is told to stop goes on delivering */
};

static bool open_accounts(struct agent *a, struct fault *why)
{
    a->accounts = xcalloc(a->settings->account_count, sizeof *a->accounts);
    a->live_accounts = xcalloc(a->settings->account_count, sizeof *a->live_accounts);
    for (size_t i = 0; i < a->settings->account_count; i++) {
        struct account *account = &a->accounts[a->account_count++];
        account->settings = &a->settings->accounts[i];
        pace_start(a, account, (int64_t)i * SPREAD_MS);
        if (!account_open(a, account, why))
            return false;
        if (!pace_resume(a, account, why))
            return false;
        watch_open(a, account);
        consumption_open(a, &account->consumption);
    }
    return true;
}

static bool rule_is_named(const struct settings *s, const char *name)
{
    for (size_t i = 0; i < s->rule_count; i++)
        if (strcmp(s->rules[i].name, name) == 0)
            return true;
    return false;
}

/* The configured rules that are on, and one about unreadable accounts for those that no rule of its
 * kind is for. */
static void open_rules(struct agent *a)
{
    const struct settings *s = a->settings;
    struct rule implied = rule_implied();
    if (rule_is_named(s, implied.name))
        snprintf(implied.name, sizeof implied.name,
                 "@unreadable"); /* which no configured rule can be called */
    a->rules_in_force = xcalloc(s->rule_count + 1, sizeof *a->rules_in_force);
    size_t count = 0;
    for (size_t i = 0; i < s->rule_count; i++)
        if (s->rules[i].enabled)
            a->rules_in_force[count++] = s->rules[i];
    a->rules_in_force[count++] = implied;
    a->rules = (struct rule_set){ a->rules_in_force, count };
}

static int transfers_at_once(const struct settings *settings)
{
    size_t most = settings->account_count * TRANSFERS_PER_ACCOUNT;
    most = most > TRANSFERS_MIN ? most : TRANSFERS_MIN;
    return most < TRANSFERS_MAX ? (int)most : TRANSFERS_MAX;
}

static bool open_web(struct agent *a, struct fault *why)
{
    const struct http_settings *http = &a->settings->http;
    return a->once || !http->enabled
        || web_open(http, a->settings->store, a->settings, &a->web, why);
}

bool agent_open(const struct settings *settings, enum agent_mode mode, struct agent **ret,
                struct fault *why)
{
    struct agent *a = xcalloc(1, sizeof *a);
    a->settings = settings;
    a->once = mode == AGENT_ONCE;
    open_rules(a);
    a->random = random_from_system();
    a->opened_at = clock_mono();
    if (!store_open(settings->store, STORE_WRITE, &a->store, why)
        || !fetch_open(transfers_at_once(settings), &a->fetch, why) || !open_accounts(a, why)
        || !deliver_open(a, why) || !standing_settle(a, clock_unix(), why) || !retained_open(a, why)
        || !open_web(a, why)) {
        agent_close(a);
        return false;
    }
    *ret = a;
    return true;
}

void agent_hurry(struct agent *a, const char *account)
{
    for (size_t i = 0; i < a->account_count; i++)
        if (strcmp(a->accounts[i].settings->name, account) == 0)
            pace_hurry(&a->accounts[i]);
}

void agent_close(struct agent *a)
{
    if (!a)
        return;
    web_close(a->web);
    outage_last_word(a);
    deliver_close(a);
    for (size_t i = 0; i < a->account_count; i++)
        account_close(&a->accounts[i]);
    fetch_close(a->fetch);
    startup_end(a);
    store_close(a->store);
    conditions_done(&a->conditions);
    free(a->rules_in_force);
    free(a->live_accounts);
    bypass_done(&a->bypass);
    free(a->accounts);
    free(a);
}

/* A store that fails for now (disk full, locked) ends nothing. */
static bool survive(struct agent *a, const struct fault *why)
{
    if (why->kind == FAULT_FATAL)
        return false;
    outage_feed(a, why);
    return true;
}

static bool finish(struct agent *a, struct account *account, struct fault *why)
{
    bool stored = ingest(a, account, step_now(account), why);
    bool ok = stored || survive(a, why);
    if (stored) /* only this proves it: a turn that had nothing to write says nothing about the disk
                 */
        outage_end(a);
    a->poll_stored |= stored;
    poll_free(account->poll);
    account->poll = NULL;
    account->polls++;
    account->poll_results[account->last_result]++;
    a->poll_ended = true;
    return ok;
}

static bool start_if_due(struct agent *a, struct account *account, mono_ms now, struct fault *why)
{
    consumption_start(account, now);
    pace_watch_key(account, now);
    if (account->poll || pace_due(account) > now)
        return true;
    if (account->ahead && !outage_mend(a, why))
        return false;
    watch_begin(account, clock_unix(), now);
    if (account->schedule.rhythm != PACE_CONFIRM || credits_are_held(account))
        credits_ask(account);
    account->poll = collect_start(&account->api, &account->fleet);
    return true;
}

static bool start_accounts(struct agent *a, struct fault *why)
{
    for (size_t i = 0; i < a->account_count; i++)
        if (!start_if_due(a, &a->accounts[i], clock_mono(), why))
            return false;
    return true;
}

static bool turn_accounts(struct agent *a, struct fault *why)
{
    for (size_t i = 0; i < a->account_count; i++) {
        struct account *account = &a->accounts[i];
        if (account->poll && collect_turn(account->poll) && !finish(a, account, why))
            return false;
        if (!watch_turn(a, account, step_now(account), why) && !survive(a, why))
            return false;
        if (!credits_turn(a, account, step_now(account), why) && !survive(a, why))
            return false;
        if (!consumption_turn(a, account, clock_unix(), why) && !survive(a, why))
            return false;
        if (!pace_age(a, account, step_now(account), why) && !survive(a, why))
            return false;
    }
    return true;
}

static mono_ms earlier(mono_ms x, mono_ms y)
{
    return x < y ? x : y;
}

static mono_ms next_errand(const struct account *account, mono_ms now)
{
    return earlier(api_call_deadline(&account->credits.call, now),
                   consumption_deadline(account, now));
}

static mono_ms next_poll(const struct agent *a)
{
    mono_ms next = MONO_NEVER;
    for (size_t i = 0; i < a->account_count; i++) {
        const struct account *account = &a->accounts[i];
        mono_ms due = earlier(pace_due(account), next_errand(account, clock_mono()));
        next = due < next ? due : next;
    }
    return earlier(next, outage_deadline(a));
}

/* How long the loop served nobody else, the turn that stored a poll included. */
static void note_turn(struct agent *a, mono_ms now)
{
    int64_t took_ms = a->woke_at ? now - a->woke_at : 0;
    live_turn(a, took_ms);
    a->longest_ms = took_ms > a->longest_ms ? took_ms : a->longest_ms;
    if (!a->poll_ended)
        return;
    log_debug("longest turn of the loop since the last poll: %lld ms", (long long)a->longest_ms);
    a->longest_ms = 0;
    a->poll_ended = false;
}

/* After a poll was stored, and what it has to say is on its way. */
static bool tend_store(struct agent *a, struct fault *why)
{
    bool stored = a->poll_stored;
    a->poll_stored = false;
    if (stored)
        upkeep_wake(a);
    return !stored || journal_tend(a, why);
}

/* One turn: each part prepares, one wait, each part takes what is its own. */
static bool turn(struct agent *a, int signals, mono_ms deadline, struct signals_seen *seen,
                 struct fault *why)
{
    struct pollfd fds[] = { { .fd = signals, .events = POLLIN },
                            { .fd = -1 },
                            { .fd = log_waits_for(), .events = POLLOUT },
                            { .fd = -1 } };
    mono_ms now = clock_mono();
    note_turn(a, now);

    if (a->publisher) {
        mono_ms due =
            earlier(publish_prepare(a->publisher, now, &fds[1]), deliver_deadline(a, now));
        deadline = due < deadline ? due : deadline;
    }
    mono_ms web_due = a->web ? web_prepare(a->web, now, &fds[3]) : MONO_NEVER;
    deadline = earlier(web_due, deadline);
    int64_t wait_ms = deadline - now < TURN_MAX_MS ? deadline - now : TURN_MAX_MS;
    if (!fetch_wait(a->fetch, fds, COUNT(fds), wait_ms > 0 ? wait_ms : 0, why))
        return false;

    a->woke_at = clock_mono();
    conditions_turn(&a->conditions, clock_mono());
    a->quiet = !fetch_has_news(a->fetch) && !fds[0].revents && !fds[1].revents;
    log_turn();
    *seen = signals_take(signals);
    if (a->publisher)
        publish_turn(a->publisher, clock_mono(), fds[1].revents);
    if (outage_deadline(a) <= clock_mono() && !outage_mend(a, why))
        return false;
    if (!turn_accounts(a, why) || (!deliver_turn(a, clock_unix(), why) && !survive(a, why)))
        return false;
    if (!tend_store(a, why) && !survive(a, why))
        return false;
    if (fds[3].revents || web_due <= clock_mono()) /* after what is urgent */
        web_turn(a->web, live_now(a));
    return true;
}

/* What the last poll had to say is delivered before the broker is left; what is not stays in the
 * outbox. */
static bool part(struct agent *a, int signals, struct fault *why)
{
    mono_ms patience = clock_mono() + PARTING_MS;
    bool done = false;
    while (a->publisher && publish_connected(a->publisher) && clock_mono() < patience) {
        struct signals_seen ignored;
        if (!deliver_done(a, &done, why) && !survive(a, why))
            return false;
        if (!done && !turn(a, signals, patience, &ignored, why))
            return false;
        if (done)
            break;
    }
    return true;
}

/* Whether an answer is awaited, or a call that belongs to one. */
static bool is_asking(const struct agent *a)
{
    for (size_t i = 0; i < a->account_count; i++) {
        const struct account *account = &a->accounts[i];
        if (account->poll || api_call_is_under_way(&account->credits.call)
            || api_call_is_under_way(&account->consumption.asked.call))
            return true;
    }
    return false;
}

/* What is under way is brought to its end first, and nothing new is begun meanwhile; a burst of
 * signals is one wish. */
static bool may_reload(const struct agent *a)
{
    return a->reload_wanted && !is_asking(a) && clock_mono() >= a->opened_at + RELOAD_SPACING_MS;
}

static mono_ms next_deadline(const struct agent *a)
{
    mono_ms now = clock_mono();
    if (a->reload_wanted)
        return now + RELOAD_TURN_MS;
    return forecasts_deadline(a, now, upkeep_deadline(a, now, next_poll(a)));
}

bool agent_run(struct agent *a, int signals, enum agent_end *ret, struct fault *why)
{
    for (;;) {
        struct signals_seen seen;
        if ((!a->reload_wanted && !start_accounts(a, why))
            || !turn(a, signals, next_deadline(a), &seen, why))
            return false;
        if (a->quiet && !upkeep_slice(a, next_poll(a), why) && !survive(a, why))
            return false;
        if (a->quiet && !forecasts_slice(a, next_poll(a), why) && !survive(a, why))
            return false;
        a->reload_wanted |= seen.reload;
        if (seen.stop || may_reload(a)) {
            a->reload_wanted = false;
            a->opened_at =
                clock_mono(); /* should the file be refused: the next try has to wait as well */
            *ret = seen.stop ? AGENT_STOP : AGENT_RELOAD;
            return part(a, signals, why);
        }
    }
}

/* Not polled yet, or what it found is to be confirmed within seconds. */
static bool owes_poll(const struct agent *a, const struct account *account)
{
    bool confirms = account->schedule.rhythm == PACE_CONFIRM && account->last_result == POLL_OK;
    return !account->polls || (confirms && clock_mono() < a->confirm_until);
}

/* Polled, and told what is left and what was spent as far as that is due. */
static bool all_polled(const struct agent *a)
{
    mono_ms now = clock_mono();
    for (size_t i = 0; i < a->account_count; i++)
        if (owes_poll(a, &a->accounts[i]) || credits_are_owed(&a->accounts[i])
            || consumption_is_owed(&a->accounts[i], now))
            return false;
    return true;
}

static bool judge_once(const struct agent *a, struct fault *why)
{
    if (a->store_ill)
        return fault(why, FAULT_RETRY, "the database could not be written");
    for (size_t i = 0; i < a->account_count; i++)
        if (a->accounts[i].last_result != POLL_OK)
            return fault(
                why, FAULT_RETRY, "account %s: the poll was %s; `ebb status` has the reason",
                a->accounts[i].settings->name, poll_result_name(a->accounts[i].last_result));
    return true;
}

/* `ebb once` polls each account once, and asks what was spent. */
static bool start_unpolled(struct agent *a, mono_ms *ret_next, struct fault *why)
{
    *ret_next = MONO_NEVER;
    for (size_t i = 0; i < a->account_count; i++) {
        struct account *account = &a->accounts[i];
        mono_ms now = clock_mono();
        if (owes_poll(a, account) && !start_if_due(a, account, now, why))
            return false;
        consumption_start(account, now);
        mono_ms due = owes_poll(a, account) ? pace_due(account) : MONO_NEVER;
        *ret_next = earlier(*ret_next, earlier(due, next_errand(account, now)));
    }
    return true;
}

/* What cannot be stored is judged all the same, but not waited for beyond its list. */
static bool is_through(const struct agent *a)
{
    if (!a->store_ill)
        return all_polled(a);
    for (size_t i = 0; i < a->account_count; i++)
        if (owes_poll(a, &a->accounts[i]))
            return false;
    return true;
}

bool agent_once(struct agent *a, int signals, struct fault *why)
{
    struct signals_seen seen = { 0 };
    mono_ms next;
    a->confirm_until = clock_mono() + ONCE_CONFIRM_MS;

    for (size_t i = 0; i < a->account_count; i++) /* a person, or cron, wants to know now */
        pace_hurry(&a->accounts[i]);
    while (!is_through(a) && !seen.stop)
        if (!start_unpolled(a, &next, why) || !turn(a, signals, next, &seen, why))
            return false;
    if (!seen.stop && !upkeep_finish(a, why) && !survive(a, why))
        return false;

    mono_ms patience = clock_mono() + ONCE_DELIVERY_MS;
    bool delivered = false;
    while (!seen.stop && clock_mono() < patience) {
        if (!deliver_done(a, &delivered, why))
            return false;
        if (delivered)
            return judge_once(a, why) && delivery_judge(a, why);
        if (!turn(a, signals, patience, &seen, why))
            return false;
    }
    if (seen.stop)
        return fault(why, FAULT_RETRY, "stopped by a signal");
    return fault(why, FAULT_RETRY,
                 "stored, but not all messages reached the broker (%s); the next run sends them",
                 publish_reason(a->publisher));
}

bool agent_is_degraded(const struct agent *a)
{
    return a->store_ill;
}
