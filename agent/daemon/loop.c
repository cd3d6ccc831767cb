/* The loop in one screen, and how a daemon ends: what is under way first, then the broker. */
#include "daemon/loop.h"

#include "api/collect.h"
#include "daemon/account.h"
#include "daemon/agent.h"
#include "daemon/consumption.h"
#include "daemon/credits.h"
#include "daemon/deliver.h"
#include "daemon/estimate.h"
#include "daemon/forecasts.h"
#include "daemon/ingest.h"
#include "daemon/live.h"
#include "daemon/outage.h"
#include "daemon/pace.h"
#include "daemon/state.h"
#include "daemon/step.h"
#include "daemon/upkeep.h"
#include "daemon/watch.h"
#include "web/web.h"

enum {
    TURN_MAX_MS = 10
        * 1000, /* the loop turns at least this often: so soon is a wall clock seen that was set */
    RELOAD_SPACING_MS = 2 * 1000, /* signals that ask for a reload are merged for so long */
    RELOAD_TURN_MS = 100,         /* while a reload waits */
    PARTING_MS = 1000,            /* how long a daemon that is asked to stop goes on delivering */
};

bool loop_survive(struct agent *a, const struct fault *why)
{
    if (why->kind == FAULT_FATAL)
        return false;
    outage_feed(a, why);
    return true;
}

/* Takes in a list, or a part of what is left of it; then the poll is over. */
static bool finish(struct agent *a, struct account *account, struct fault *why)
{
    bool stored = ingest(a, account, step_now(account), why);
    bool ok = stored || loop_survive(a, why);
    if (ingest_goes_on(account))
        return ok;
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

bool loop_start_if_due(struct agent *a, struct account *account, mono_ms now, struct fault *why)
{
    consumption_start(account, now);
    own_key_start(account, now);
    pace_watch_key(account, now);
    estimate_watch(a, account, now);
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
        if (!loop_start_if_due(a, &a->accounts[i], clock_mono(), why))
            return false;
    return true;
}

/* What else an account's turn is: not while newcomers of a list wait, for what is known of its
 * tokens is then as the list found it. */
static bool turn_account(struct agent *a, struct account *account, struct fault *why)
{
    return (watch_turn(a, account, step_now(account), why) || loop_survive(a, why))
        && (credits_turn(a, account, step_now(account), why) || loop_survive(a, why))
        && (own_key_turn(a, account, why) || loop_survive(a, why))
        && (consumption_turn(a, account, clock_unix(), why) || loop_survive(a, why))
        && (pace_age(a, account, step_now(account), why) || loop_survive(a, why));
}

static bool turn_accounts(struct agent *a, struct fault *why)
{
    bool part_taken = false;
    for (size_t i = 0; i < a->account_count; i++) {
        struct account *account = &a->accounts[i];
        bool goes_on = ingest_goes_on(account);
        bool takes = goes_on ? !part_taken : account->poll && collect_turn(account->poll);
        part_taken |= goes_on; /* one in a turn, however many accounts there are */
        if (takes && !finish(a, account, why))
            return false;
        if (!ingest_goes_on(account) && !turn_account(a, account, why))
            return false;
    }
    return true;
}

mono_ms loop_next_errand(const struct account *account, mono_ms now)
{
    return loop_earlier(
        api_call_deadline(&account->credits.call, now),
        loop_earlier(consumption_deadline(account, now), own_key_deadline(account, now)));
}

static mono_ms next_poll(const struct agent *a)
{
    mono_ms next = MONO_NEVER;
    for (size_t i = 0; i < a->account_count; i++) {
        const struct account *account = &a->accounts[i];
        mono_ms due = loop_earlier(pace_due(account), loop_next_errand(account, clock_mono()));
        next = due < next ? due : next;
    }
    return loop_earlier(next, outage_deadline(a));
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

bool loop_turn(struct agent *a, int signals, mono_ms deadline, struct signals_seen *seen,
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
            loop_earlier(publish_prepare(a->publisher, now, &fds[1]), deliver_deadline(a, now));
        deadline = due < deadline ? due : deadline;
    }
    mono_ms web_due = a->web ? web_prepare(a->web, now, &fds[3]) : MONO_NEVER;
    deadline = loop_earlier(web_due, deadline);
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
    if (!turn_accounts(a, why) || (!deliver_turn(a, clock_unix(), why) && !loop_survive(a, why)))
        return false;
    if (!tend_store(a, why) && !loop_survive(a, why))
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
        if (!deliver_done(a, &done, why) && !loop_survive(a, why))
            return false;
        if (!done && !loop_turn(a, signals, patience, &ignored, why))
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
            || api_call_is_under_way(&account->consumption.asked.call)
            || api_call_is_under_way(&account->own_key.call))
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

static bool list_waits(const struct agent *a)
{
    bool waits = false;
    for (size_t i = 0; i < a->account_count; i++)
        waits |= ingest_goes_on(&a->accounts[i]);
    return waits;
}

static mono_ms next_deadline(const struct agent *a)
{
    mono_ms now = clock_mono();
    if (a->reload_wanted)
        return list_waits(a) ? now : now + RELOAD_TURN_MS;
    return forecasts_deadline(a, now, upkeep_deadline(a, now, next_poll(a)));
}

bool agent_run(struct agent *a, int signals, enum agent_end *ret, struct fault *why)
{
    for (;;) {
        struct signals_seen seen;
        if ((!a->reload_wanted && !start_accounts(a, why))
            || !loop_turn(a, signals, next_deadline(a), &seen, why))
            return false;
        if (a->quiet && !upkeep_slice(a, next_poll(a), why) && !loop_survive(a, why))
            return false;
        if (a->quiet && !forecasts_slice(a, next_poll(a), why) && !loop_survive(a, why))
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
