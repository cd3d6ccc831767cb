/* Opening the parts in order, and closing them in the mirror of it. */
#include "daemon/agent.h"

#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "daemon/account.h"
#include "daemon/bypass.h"
#include "daemon/consumption.h"
#include "daemon/deliver.h"
#include "daemon/outage.h"
#include "daemon/pace.h"
#include "daemon/retained.h"
#include "daemon/standing.h"
#include "daemon/startup.h"
#include "daemon/state.h"
#include "daemon/watch.h"
#include "web/web.h"

enum {
    TRANSFERS_MIN = 16,  /* at the same time */
    TRANSFERS_MAX = 512, /* descriptors are usually 1024: only so many that stall hold up others */
    TRANSFERS_PER_ACCOUNT =
        3,          /* list, credits, consumption: an account that stalls holds up no other */
    SPREAD_MS = 50, /* between the first polls of two accounts */
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
    xtrim_soon();
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

bool agent_is_degraded(const struct agent *a)
{
    return a->store_ill;
}
