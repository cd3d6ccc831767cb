/* `ebb once`: each account is polled once, what was spent is asked, and what that says is delivered
 * as far as there is time. */
#include "daemon/account.h"
#include "daemon/agent.h"
#include "daemon/consumption.h"
#include "daemon/credits.h"
#include "daemon/deliver.h"
#include "daemon/delivery.h"
#include "daemon/loop.h"
#include "daemon/pace.h"
#include "daemon/state.h"
#include "daemon/upkeep.h"

enum {
    CONFIRM_MS = 30 * 1000,  /* how long it goes on reading again what it does not believe */
    DELIVERY_MS = 10 * 1000, /* how long it waits for the broker */
};

/* Not polled yet, or what it found is to be confirmed within seconds. */
static bool owes_poll(const struct agent *a, const struct account *account)
{
    bool confirms = account->schedule.rhythm == PACE_CONFIRM && account->last_result == POLL_OK;
    return !account->polls || (confirms && clock_mono() < a->confirm_until);
}

/* Polled, with credits and consumption as far as these are due. */
static bool all_polled(const struct agent *a)
{
    mono_ms now = clock_mono();
    for (size_t i = 0; i < a->account_count; i++)
        if (owes_poll(a, &a->accounts[i]) || credits_are_owed(&a->accounts[i])
            || consumption_is_owed(&a->accounts[i], now) || own_key_is_owed(&a->accounts[i], now))
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
        if (owes_poll(a, account) && !loop_start_if_due(a, account, now, why))
            return false;
        consumption_start(account, now);
        own_key_start(account, now);
        mono_ms due = owes_poll(a, account) ? pace_due(account) : MONO_NEVER;
        *ret_next = loop_earlier(*ret_next, loop_earlier(due, loop_next_errand(account, now)));
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
    a->confirm_until = clock_mono() + CONFIRM_MS;

    for (size_t i = 0; i < a->account_count; i++) /* a person, or cron, wants to know now */
        pace_hurry(&a->accounts[i]);
    while (!is_through(a) && !seen.stop)
        if (!start_unpolled(a, &next, why) || !loop_turn(a, signals, next, &seen, why))
            return false;
    if (!seen.stop && !upkeep_finish(a, why) && !loop_survive(a, why))
        return false;

    mono_ms patience = clock_mono() + DELIVERY_MS;
    bool delivered = false;
    while (!seen.stop && clock_mono() < patience) {
        if (!deliver_done(a, &delivered, why))
            return false;
        if (delivered)
            return judge_once(a, why) && delivery_judge(a, why);
        if (!loop_turn(a, signals, patience, &seen, why))
            return false;
    }
    if (seen.stop)
        return fault(why, FAULT_RETRY, "stopped by a signal");
    return fault(why, FAULT_RETRY,
                 "stored, but not all messages reached the broker (%s); the next run sends them",
                 publish_reason(a->publisher));
}
