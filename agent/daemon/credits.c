/* What is left on the account: asked with every poll, a series of its own, with burn, forecast and
 * rules like a token.
 *
 * It is no token: no list shows it, so it is never missing, deleted or suspicious. An answer that
 * fails leaves the last balance with its age; unknown is not zero. */
#include "daemon/credits.h"

#include <stdlib.h>

#include "base/xmalloc.h"
#include "daemon/account.h"
#include "daemon/belief.h"
#include "daemon/ingest.h"
#include "daemon/pace.h"
#include "daemon/state.h"
#include "provider/provider.h"

enum { ANSWER_BYTES_MAX = 64 * 1024 };

void credits_ask(struct account *account)
{
    struct credits *c = &account->credits;
    struct text url = { 0 };
    const char *path = provider_of(account->settings)->credits_path;
    if (!path || api_call_is_under_way(&c->call))
        return;
    /* One of a poll that was not stored is forgotten: a newer answer is as good. */
    text_addf(&url, "%s%s", account->settings->url, path);
    const struct api_request request = { .url = text_z(&url), .bytes_max = ANSWER_BYTES_MAX };
    api_call_ask(&c->call, &account->api, &request);
    text_done(&url);
}

bool credits_are_owed(const struct account *account)
{
    const struct credits *c = &account->credits;
    return api_call_has_ended(&c->call) || api_call_is_under_way(&c->call);
}

static struct reading reading_of(struct money left)
{
    return (struct reading){
        .name = "",
        .type = "credits",
        .balance = money_known(left),
        .budgeted = true,
        .expires = TIME_NONE,
    };
}

static bool ingest_first(struct agent *a, struct account *account, struct money left, unix_s at,
                         struct fault *why)
{
    struct token_set seen = { 0 };
    struct token *t = token_set_add(&seen, "");
    t->series = SERIES_CREDITS;
    t->last = reading_of(left);
    snprintf(t->slug, sizeof t->slug, "%s", STORE_CREDITS_SLUG);
    bool ok = ingest_newcomer(a, account, &account->credits.series, t, at, why);
    token_set_done(&seen);
    return ok;
}

static bool ingest_again(struct agent *a, struct account *account, struct money left, unix_s at,
                         struct fault *why)
{
    struct token *t = &account->credits.series.tokens[0];
    struct observation s = { .token = t, .reading = reading_of(left) };
    s.reading.name = t->name;
    if (ledger_differs(&t->last, &s.reading))
        pace_moved(account);
    return belief_take(a, account, &s, at, why) && belief_seen(a, t, at, why);
}

bool credits_store(struct agent *a, struct account *account, unix_s at, struct fault *why)
{
    struct credits *c = &account->credits;
    struct money left;
    if (api_call_has_ended(&c->call) && c->call.result == POLL_OK
        && !provider_of(account->settings)
                ->decode_credits(api_call_answer(&c->call), &left, &c->call.why))
        c->call.result = POLL_BROKEN;
    bool told = api_call_has_ended(&c->call) && c->call.result == POLL_OK;
    if (api_call_has_ended(&c->call)
        && !store_set_credits_reason(a->store, account->id, told ? NULL : c->call.why.text, why))
        return false;
    if (api_call_has_ended(&c->call) && !told && c->series.count)
        c->series.tokens[0].dirty =
            true; /* its row says when it was seen last: polls no longer stand for that */
    if (told && c->series.count && !ingest_again(a, account, left, at, why))
        return false;
    if (told && !c->series.count && !ingest_first(a, account, left, at, why))
        return false;
    return ingest_outlook(a, account, &c->series, at, why);
}

static const struct condition_kind answers = { "credits", "credits endpoint recovered",
                                               LOG_WARNING };

void credits_settle(struct agent *a, struct account *account)
{
    struct credits *c = &account->credits;
    const char *name = account->settings->name;
    if (!api_call_has_ended(&c->call))
        return;
    struct text words = { 0 };
    text_addf(&words, "credits endpoint %s: %s", poll_result_name(c->call.result),
              c->call.why.text);
    conditions_feed(&a->conditions, &answers,
                    &(struct condition_now){ name, (int)c->call.result, text_z(&words) },
                    clock_mono());
    text_done(&words);
    text_clear(&c->reason);
    if (c->call.result != POLL_OK)
        text_addf(&c->reason, "%s", c->call.why.text);
    api_call_done(&c->call);
}

/* They belong to the poll they were asked with, whose row is there already. */
static bool store_late(struct agent *a, struct account *account, unix_s at, struct fault *why)
{
    store_resume_poll(a->store, account->last_poll);
    return credits_store(a, account, at, why)
        && ingest_outlook(a, account, &account->fleet, at, why);
}

bool credits_turn(struct agent *a, struct account *account, unix_s now, struct fault *why)
{
    struct credits *c = &account->credits;
    struct element none;
    if (api_call_turn(&c->call, &none) != API_ENDED || account->poll
        || (!account->last_poll && !account->ahead))
        return true;
    if (account_write(a, account, store_late, now, why)) {
        credits_settle(a, account);
        belief_tell(account, &c->series, now);
        if (belief_waits(&c->series))
            pace_confirm(account);
        return true;
    }
    api_call_done(&c->call);
    return false;
}

void credits_done(struct credits *c)
{
    api_call_done(&c->call);
    token_set_done(&c->series);
    forecast_queue_done(&c->forecast_queue);
    text_done(&c->reason);
}
