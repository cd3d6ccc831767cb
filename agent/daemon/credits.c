/* What is left on the account: asked with every poll, a series of its own, with burn, forecast and
 * rules like a token.
 *
 * It is no token: no list shows it, so it is never missing, deleted or suspicious. An answer that
 * fails leaves the last balance with its age; unknown is not zero. */
#include "daemon/credits.h"

#include <stdlib.h>

#include "base/xmalloc.h"
#include "daemon/account.h"
#include "daemon/commit.h"
#include "daemon/estimate.h"
#include "daemon/forecasts.h"
#include "daemon/gather.h"
#include "daemon/pace.h"
#include "daemon/state.h"
#include "provider/provider.h"

enum { ANSWER_BYTES_MAX = 64 * 1024 };

static enum credits_source source_of(const struct account *account)
{
    const struct provider *p = provider_of(account->settings);
    if (p->credits_path)
        return CREDITS_BY_API;
    return provider_counts_credits(p) && account->credits.level.set_at != TIME_NONE
        ? CREDITS_ESTIMATED
        : CREDITS_NOT_OFFERED;
}

bool credits_open(struct agent *a, struct account *account, struct fault *why)
{
    struct credits *c = &account->credits;
    if (!store_load_credits_level(a->store, account->id, &c->level, why))
        return false;
    c->source = source_of(account);
    c->counted_from = TIME_NONE;
    return store_set_credits_source(a->store, account->id, c->source, why)
        && (c->source == CREDITS_BY_API
            || store_set_credits_reason(a->store, account->id, NULL, why));
}

static void end_alerts(struct agent *a, struct account *account, struct plan *p)
{
    static const char gone[] = "credits are " CREDITS_NOT_OFFERED_REASON;
    const struct token *t = &account->credits.series.tokens[0];
    for (size_t i = 0; i < a->rules.count; i++) {
        const struct alert alert = token_alert(t, i);
        if (alert.level != LEVEL_NONE)
            plan_end_alert(p, t->id, &a->rules.at[i], &alert, gone);
    }
    for (size_t i = 0; i < account->orphans.count; i++)
        if (account->orphans.at[i].token == t->id)
            account_end_orphan(p, &account->orphans.at[i], gone);
}

bool credits_retire(struct agent *a, struct account *account, unix_s now, struct fault *why)
{
    struct credits *c = &account->credits;
    struct gathered g;
    if (c->source != CREDITS_NOT_OFFERED || !c->series.count)
        return true;
    gather(a, account, &g);
    struct plan *p = plan_begin(&g.base, now, 0);
    end_alerts(a, account, p);
    bool ok = commit_plan(a, account, p, why);
    plan_free(p);
    gathered_done(&g);
    token_set_done(&c->series);
    return ok;
}

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

/* An answer without an amount is none. */
static bool decode(const struct account *account, struct api_call *call, struct money *ret)
{
    if (call->result == POLL_OK
        && !provider_of(account->settings)->decode_credits(api_call_answer(call), ret, &call->why))
        call->result = POLL_BROKEN;
    return call->result == POLL_OK;
}

void credits_plan(struct account *account, struct plan *p)
{
    struct credits *c = &account->credits;
    struct money left;
    if (c->source != CREDITS_BY_API)
        estimate_plan(account, p);
    if (!api_call_has_ended(&c->call))
        return;
    if (decode(account, &c->call, &left))
        plan_credits(p, left);
    else if (c->series.count)
        plan_touch(p, PLAN_CREDITS, 0)->dirty =
            true; /* its row says when it was seen last: polls no longer stand for that */
}

bool credits_write(struct agent *a, struct account *account, struct fault *why)
{
    const struct api_call *call = &account->credits.call;
    if (account->credits.source != CREDITS_BY_API)
        return estimate_write(a, account, why);
    return !api_call_has_ended(call)
        || store_set_credits_reason(a->store, account->id,
                                    call->result == POLL_OK ? NULL : call->why.text, why);
}

bool credits_are_held(const struct account *account)
{
    const struct token_set *f = &account->credits.series;
    return f->count && token_is_held(&f->tokens[0]);
}

static const struct condition_kind answers = { "credits", "credits endpoint recovered",
                                               LOG_WARNING };

void credits_settle(struct agent *a, struct account *account)
{
    struct credits *c = &account->credits;
    const char *name = account->settings->name;
    if (c->source != CREDITS_BY_API)
        estimate_settle(a, account);
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
static bool take_late(struct agent *a, struct account *account, unix_s now, struct fault *why)
{
    struct gathered g;
    gather(a, account, &g);
    bool open = commit_begin(a, account, why) && gather_stored(a, account, now, &g, why);
    struct plan *p = plan_begin(&g.base, now, account->last_poll);
    credits_plan(account, p);
    forecasts_make(a, account, p, PLAN_CREDITS);
    plan_judge(p, PLAN_CREDITS);
    plan_judge(p, PLAN_TOKENS);
    bool written = open && credits_write(a, account, why) && commit_plan(a, account, p, why);
    bool stored = commit_end(a, account, p, written, why);
    plan_free(p);
    gathered_done(&g);
    return stored;
}

bool credits_turn(struct agent *a, struct account *account, unix_s now, struct fault *why)
{
    struct credits *c = &account->credits;
    struct element none;
    if (api_call_turn(&c->call, &none) != API_ENDED || account->poll
        || (!account->last_poll && !account->ahead))
        return true;
    if (!take_late(a, account, now, why)) {
        api_call_done(&c->call);
        return false;
    }
    credits_settle(a, account);
    if (credits_are_held(account))
        pace_confirm(account);
    return true;
}

void credits_done(struct credits *c)
{
    api_call_done(&c->call);
    token_set_done(&c->series);
    forecast_queue_done(&c->forecast_queue);
    text_done(&c->reason);
}
