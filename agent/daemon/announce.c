/* What Ebb publishes: states on change, alerts on transition. Events and alerts are posted inside a
 * transaction, states are flagged; nothing here sends. Which alerts there are: core/plan. */
#include "daemon/announce.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "api/collect.h"
#include "base/log.h"
#include "daemon/account.h"
#include "daemon/bypass.h"
#include "daemon/delivery.h"
#include "daemon/retained.h"
#include "daemon/state.h"
#include "edge/wire.h"

static bool post(struct agent *a, const char *topic, const struct text *payload, bool retain,
                 struct fault *why)
{
    struct message m = { .topic = topic,
                         .payload = { text_z(payload), payload->len },
                         .retain = retain };
    if (!a->past_store)
        return store_post(a->store, &m, why);
    bypass_keep(&a->bypass, &m);
    return true;
}

void announce_account_topic(const struct agent *a, const struct account *account, const char *rest,
                            struct text *out)
{
    const char *const parts[] = { a->settings->mqtt.base_topic, "/", account->settings->name, "/",
                                  rest };
    text_clear(out);
    for (size_t i = 0; i < COUNT(parts); i++)
        text_add(out, span_of(parts[i]));
}

void announce_token_topic(const struct agent *a, const struct account *account,
                          const struct token *t, struct text *out)
{
    announce_account_topic(a, account, t->series == SERIES_CREDITS ? CREDITS_TOPIC : "token/", out);
    if (t->series == SERIES_CREDITS)
        return;
    text_add(out, span_of(t->slug));
    text_add(out, span_of("/state"));
}

void announce_alert_topic(const struct agent *a, const struct account *account, const char *rule,
                          const struct token *t, struct text *out)
{
    announce_account_topic(a, account, "alert/", out);
    text_addf(out, "%s/%s", rule, t->slug);
}

void announce_account(struct agent *a, struct account *account, unix_s at)
{
    const struct poll *p = account->poll;
    account->ended.at = at;
    account->ended.result = p->result;
    text_clear(&account->ended.reason);
    text_addf(&account->ended.reason, "%s", p->why.text);
    retained_tell(a, &account->publication);
}

/* As of the last poll; after a start, of the newest reading that is known. */
void announce_encode_token(const struct account *account, const struct token *t, struct text *out)
{
    unix_s read_at = t->forecast.read_at;
    unix_s at = read_at == TIME_NONE || read_at < t->seen_at ? t->seen_at : read_at;
    const struct credits_state credits = { account->settings->name, account->credits.source,
                                           &account->credits.level };
    if (t->series == SERIES_CREDITS)
        wire_encode_credits(&credits, t, at, out);
    else
        wire_encode_token(account->settings->name, t, at, out);
}

void announce_encode_account(const struct agent *a, const struct account *account, struct text *out)
{
    const struct poll_end *ended = &account->ended;
    struct account_state state = {
        .account = account->settings->name,
        .result = poll_result_name(ended->result),
        .reason = ended->reason.len ? text_z(&ended->reason) : NULL,
        .at = ended->at,
        .last_ok = account->last_ok,
        .tokens = account->fleet.count,
        .credits_source = account->credits.source,
        .credits_reason = account->credits.reason.len ? text_z(&account->credits.reason) : NULL,
        .drift = account->credits.series.count ? account->credits.series.tokens[0].drift
                                               : (struct maybe_money){ 0 },
        .record = account->record,
        .usage_until = account->consumption.known.until,
        .usage_reason =
            account->consumption.known.reason[0] ? account->consumption.known.reason : NULL,
        .delivery = delivery_state(a),
    };
    wire_encode_account(&state, out);
}

bool announce_event(struct agent *a, const struct account *account, const struct alert_event *e,
                    struct fault *why)
{
    if (!a->publisher)
        return true;
    struct text topic = { 0 }, payload = { 0 };
    announce_account_topic(a, account, "event", &topic);
    wire_encode_event(e, &payload);
    bool ok = post(a, text_z(&topic), &payload, false, why);
    text_done(&topic);
    text_done(&payload);
    return ok;
}

bool announce_alert(struct agent *a, const struct account *account, const struct alert_event *e,
                    struct fault *why)
{
    if (!a->publisher)
        return true;
    struct text topic = { 0 }, payload = { 0 };
    announce_alert_topic(a, account, e->rule->name, e->token, &topic);
    if (!e->gone)
        wire_encode_alert(e, &payload);
    bool ok = post(a, text_z(&topic), &payload, true, why);
    text_done(&topic);
    text_done(&payload);
    return ok;
}

bool announce_no_token(struct agent *a, const struct account *account, const struct token *t,
                       struct fault *why)
{
    if (!a->publisher)
        return true;
    struct text topic = { 0 };
    announce_token_topic(a, account, t, &topic);
    bool ok = post(a, text_z(&topic), &(struct text){ 0 }, true, why)
        && (!a->publisher || a->past_store
            || store_forget_state_topic(a->store, text_z(&topic), why));
    for (size_t i = 0; ok && i < a->rules.count; i++) {
        if (!token_alert(t, i).episode)
            continue;
        announce_alert_topic(a, account, a->rules.at[i].name, t, &topic);
        ok = post(a, text_z(&topic), &(struct text){ 0 }, true, why);
    }
    text_done(&topic);
    return ok;
}
