/* What is known of an account: loaded at the start, and again after a write that failed, so that memory follows the
 * store. */
#include <stdio.h>
#include <string.h>

#include "parts.h"

/* Writes nothing, so that a full disk cannot keep memory from following the store. */
static bool load(struct agent *a, struct account *account, struct fault *why)
{
    struct fleet fleet, credits;
    struct orphan_alerts orphans;

    if (!store_load_fleet(a->store, account->id, &a->rules, &fleet, &orphans, why))
        return false;
    if (!store_load_credits(a->store, account->id, &a->rules, &credits, &orphans, why)) {
        fleet_done(&fleet);
        orphan_alerts_done(&orphans);
        return false;
    }
    ration_done(&account->ration); /* claims of a fleet that is gone */
    ration_done(&account->credits.ration);
    fleet_done(&account->credits.series);
    account->credits.series = credits;
    fleet_done(&account->fleet);
    orphan_alerts_done(&account->orphans);
    account->fleet = fleet;
    account->orphans = orphans;
    return true;
}

bool account_open(struct agent *a, struct account *account, struct fault *why)
{
    const struct account_settings *s = account->settings;
    if (!store_begin(a->store, why))
        return false;
    if (!store_account(a->store, s->name, s->interval_s, &account->id, &account->last_ok, why)
        || !step_open(a, account, why)) {
        store_rollback(a->store);
        return false;
    }
    account->consumption.resume = TIME_NONE;
    return store_commit(a->store, why) && load(a, account, why)
        && store_track_record(a->store, s->name, &account->record, why)
        && store_usage_known(a->store, account->id, &account->consumption.known, why);
}

void account_close(struct account *account)
{
    poll_free(account->poll);
    consume_done(&account->consumption);
    credits_done(&account->credits);
    fleet_done(&account->fleet);
    ration_done(&account->ration);
    orphan_alerts_done(&account->orphans);
    edits_done(&account->edits);
}

/* After a write that failed for `why`; always false. */
static bool follow_store(struct agent *a, struct account *account, struct fault *why)
{
    struct fault reload;
    store_rollback(a->store);
    if (load(a, account, &reload))
        return false;
    reload.kind = FAULT_FATAL; /* memory that does not follow the store must not live on */
    *why = reload;
    return fault_within(why, "after a failed write");
}

bool account_write(struct agent *a, struct account *account,
                   bool (*write)(struct agent *, struct account *, unix_s, struct fault *), unix_s now,
                   struct fault *why)
{
    if (!store_begin(a->store, why))
        return false;
    if (write(a, account, now, why) && store_commit(a->store, why)) {
        a->outbox_waits = true;
        return true;
    }
    return follow_store(a, account, why);
}

/* Whatever call found it out, the list that waits because of the old key is asked for at once. */
static void take_new_key(struct account *account)
{
    const struct account_settings *s = account->settings;
    log_notice("%s: the API refused the key; %s has a new one, which is used from now on", s->name, s->key_path);
    if (account->last_result == POLL_UNAUTHORIZED && !account->poll)
        account->schedule.due = account->schedule.earliest = clock_mono();
}

bool account_renew_key(struct account *account, struct fault *why)
{
    const struct account_settings *s = account->settings;
    struct fault unread;
    bool changed = false;
    size_t len = strlen(why->text);
    if (!config_renew_key(s, &changed, &unread))
        snprintf(why->text + len, sizeof why->text - len, "; the key was to be read again, but %s", unread.text);
    else if (changed)
        take_new_key(account);
    else if (s->key_path)
        snprintf(why->text + len, sizeof why->text - len, "; %s still has the refused key", s->key_path);
    return changed;
}
