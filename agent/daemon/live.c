/* The counters stand where they are counted; here they are shown together. */
#include "daemon/live.h"

#include "daemon/state.h"

void live_turn(struct agent *a, int64_t took_ms)
{
    a->live.loop_turns++;
    if (took_ms > a->live.loop_longest_ms)
        a->live.loop_longest_ms = took_ms;
}

const struct live *live_now(struct agent *a)
{
    struct live *l = &a->live;
    for (size_t i = 0; i < a->account_count; i++) {
        const struct account *account = &a->accounts[i];
        a->live_accounts[i] = (struct live_account){ .name = account->settings->name,
                                                     .requests = &account->api.requests,
                                                     .polls = account->poll_results };
    }
    l->accounts = a->live_accounts;
    l->account_count = a->account_count;
    l->mqtt_configured = a->publisher;
    l->mqtt_connected = a->publisher && publish_connected(a->publisher);
    l->store_writable = !a->store_ill;
    return l;
}
