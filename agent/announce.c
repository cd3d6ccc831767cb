/* What Ebb says to the broker: states on change, alerts on transition. Everything is posted inside the poll's
 * transaction; nothing here sends. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "edge/wire.h"
#include "parts.h"

/* A forecast is told again without news of the balance when a figure moved by more than this. */
#define NEWS_RATIO 0.10

static bool moved(double was, double is)
{
    return fabs(is - was) > NEWS_RATIO * fmax(fabs(was), fabs(is));
}

bool announce_is_news(const struct token *t)
{
    const struct forecast *was = &t->told, *is = &t->forecast;
    if (was->verdict != is->verdict || (t->last.period != RESET_NONE && was->horizon != is->horizon))
        return true;
    if ((was->likely >= TIME_FAR) != (is->likely >= TIME_FAR)
        || (was->likely == TIME_NONE) != (is->likely == TIME_NONE))
        return true;
    if (is->likely != TIME_NONE && is->likely < TIME_FAR
        && moved((double)(was->likely - is->read_at), (double)(is->likely - is->read_at)))
        return true;
    if (fabs(was->lasts - is->lasts) > NEWS_RATIO)
        return true;
    if (was->limit != is->limit)
        return true;
    for (size_t w = 0; w < BURN_WINDOWS; w++) {
        struct burn_rate rate = burn_over(&t->burn, (enum burn_window)w);
        if (t->told_burn[w].known != rate.known || moved((double)t->told_burn[w].nano_per_h, (double)rate.nano_per_h))
            return true;
    }
    return false;
}

static bool post(struct agent *a, const char *topic, const struct text *payload, bool retain, struct fault *why)
{
    if (!a->publisher)
        return true;
    struct message m = { .topic = topic, .payload = { text_z(payload), payload->len }, .retain = retain };
    return store_post(a->store, &m, why);
}

static void account_topic(const struct agent *a, const struct account *account, const char *rest, struct text *out)
{
    text_clear(out);
    text_addf(out, "%s/%s/%s", a->settings->mqtt.base_topic, account->settings->name, rest);
}

static void token_topic(const struct agent *a, const struct account *account, const struct token *t, struct text *out)
{
    account_topic(a, account, t->series == SERIES_CREDITS ? "credits/state" : "token/", out);
    if (t->series != SERIES_CREDITS)
        text_addf(out, "%s/state", t->slug);
}

static void alert_topic(const struct agent *a, const struct account *account, const char *rule, const struct token *t,
                        struct text *out)
{
    account_topic(a, account, "alert/", out);
    text_addf(out, "%s/%s", rule, t->slug);
}

bool announce_is_retained(struct agent *a, const struct account *account, struct token *t, bool *ret,
                          struct fault *why)
{
    if (a->publisher && !t->retained) {
        struct text topic = { 0 };
        token_topic(a, account, t, &topic);
        bool ok = store_is_retained(a->store, text_z(&topic), &t->retained, why);
        text_done(&topic);
        if (!ok)
            return false;
    }
    *ret = !a->publisher || t->retained;
    return true;
}

bool announce_token(struct agent *a, struct account *account, struct token *t, unix_s at, struct fault *why)
{
    struct text topic = { 0 }, payload = { 0 };
    t->told = t->forecast;
    for (size_t w = 0; w < BURN_WINDOWS; w++)
        t->told_burn[w] = burn_over(&t->burn, (enum burn_window)w);
    if (!a->publisher)
        return true;
    t->retained = true;
    token_topic(a, account, t, &topic);
    if (t->series == SERIES_CREDITS)
        wire_encode_credits(account->settings->name, t, at, &payload);
    else
        wire_encode_token(account->settings->name, t, at, &payload);
    bool ok = post(a, text_z(&topic), &payload, true, why);
    text_done(&topic);
    text_done(&payload);
    return ok;
}

bool announce_account(struct agent *a, struct account *account, unix_s at, struct fault *why)
{
    const struct poll *p = account->poll;
    struct account_state state = {
        .account = account->settings->name,
        .result = poll_result_name(p->result),
        .reason = p->why.text[0] ? p->why.text : NULL,
        .at = at,
        .last_ok = account->last_ok,
        .tokens = account->fleet.count,
        .credits_reason = account->credits.reason.len ? text_z(&account->credits.reason) : NULL,
        .drift = account->credits.series.count ? account->credits.series.tokens[0].drift : (struct maybe_money){ 0 },
        .record = account->record,
        .usage_until = account->consumption.known.until,
        .usage_reason = account->consumption.known.reason[0] ? account->consumption.known.reason : NULL,
        .delivery = delivery_state(a),
    };
    struct text topic = { 0 }, payload = { 0 };
    account_topic(a, account, "state", &topic);
    wire_encode_account(&state, &payload);
    bool ok = post(a, text_z(&topic), &payload, true, why);
    text_done(&topic);
    text_done(&payload);
    return ok;
}

static bool post_event(struct agent *a, struct account *account, const struct alert_event *e, struct fault *why)
{
    struct text topic = { 0 }, payload = { 0 };
    account_topic(a, account, "event", &topic);
    wire_encode_event(e, &payload);
    bool ok = post(a, text_z(&topic), &payload, false, why);

    alert_topic(a, account, e->rule->name, e->token, &topic);
    text_clear(&payload);
    wire_encode_alert(e, &payload);
    ok = ok && post(a, text_z(&topic), &payload, true, why);
    text_done(&topic);
    text_done(&payload);
    return ok;
}

static bool store_event(struct agent *a, const struct alert_event *e, struct fault *why)
{
    struct text summary = { 0 };
    wire_summary(e, &summary);
    struct event_row row = {
        .id = e->id,
        .rule = e->rule->name,
        .unit = rule_unit_name(rule_unit_of(e->rule->kind)),
        .summary = text_z(&summary),
        .token = e->token->id,
        .transition = e->transition,
        .at = e->at,
        .since = e->alert->since,
    };
    bool ok = store_add_event(a->store, &row, why);
    text_done(&summary);
    return ok;
}

/* What a transition is about, and how it is called wherever it is told. */
struct cause {
    const struct rule *rule;
    const struct alert *alert;
    struct transition transition;
    const char *reason; /* NULL: a value crossed a threshold */
};

static bool announce(struct agent *a, struct account *account, const struct token *t, const struct cause *c, unix_s at,
                     struct fault *why)
{
    char id[EVENT_ID_BYTES];
    snprintf(id, sizeof id, "%s-%s-%" PRId64 "-%" PRId64 "-%" PRId64, store_id(a->store), c->rule->name, t->id,
             c->alert->episode, c->alert->step);
    struct alert_event e = {
        .id = id,
        .account = account->settings->name,
        .token = t,
        .rule = c->rule,
        .alert = c->alert,
        .transition = c->transition,
        .at = at,
        .reason = c->reason,
    };
    return store_put_alert(a->store, t->id, c->rule->name, c->alert, why) && store_event(a, &e, why)
        && post_event(a, account, &e, why);
}

static struct transition step(const struct rule *rule, const struct snapshot *s, struct alert *alert,
                              const char **reason)
{
    struct rule_value value = { 0, 0 };
    *reason = NULL;
    if (!rule_matches(rule, s)) {
        *reason = "the rule no longer applies";
        return rule_end(alert, s->now);
    }
    bool known = rule_value(rule, s, &value);
    return rule_step(rule, alert, known, value, s->now);
}

bool announce_alerts(struct agent *a, struct account *account, struct token *t, unix_s at, struct fault *why)
{
    struct snapshot s = {
        .series = t->series,
        .account = account->settings->name,
        .reading = &t->last,
        .forecast = &t->forecast,
        .risen_to = t->risen_to,
        .now = at,
        .drift = t->drift,
    };
    for (size_t i = 0; i < a->rules.count; i++) {
        struct alert *alert = &t->alerts[i], before = *alert;
        struct cause c = { .rule = &a->rules.at[i], .alert = alert };
        c.transition = step(c.rule, &s, alert, &c.reason);
        bool ok = true;
        if (c.transition.kind != TRANSITION_NONE)
            ok = announce(a, account, t, &c, at, why);
        else if (memcmp(&before, alert, sizeof before) != 0)
            ok = store_put_alert(a->store, t->id, c.rule->name, alert, why);
        if (!ok)
            return false;
    }
    return true;
}

static bool clear_topic(struct agent *a, const struct text *topic, struct fault *why)
{
    return post(a, text_z(topic), &(struct text){ 0 }, true, why);
}

bool announce_deletion(struct agent *a, struct account *account, struct token *t, unix_s at, struct fault *why)
{
    struct text topic = { 0 };
    bool ok = true;
    for (size_t i = 0; ok && i < a->rules.count; i++) {
        struct cause c = { .rule = &a->rules.at[i], .alert = &t->alerts[i], .reason = "the token was deleted" };
        if (!t->alerts[i].episode)
            continue;
        c.transition = rule_end(&t->alerts[i], at);
        if (c.transition.kind != TRANSITION_NONE)
            ok = announce(a, account, t, &c, at, why);
        alert_topic(a, account, c.rule->name, t, &topic);
        ok = ok && clear_topic(a, &topic, why);
    }
    token_topic(a, account, t, &topic);
    ok = ok && clear_topic(a, &topic, why);
    text_done(&topic);
    return ok;
}

static struct token *find_by_id(struct fleet *f, int64_t id)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->tokens[i].id == id)
            return &f->tokens[i];
    return NULL;
}

static const struct token *find_series(struct account *account, int64_t id)
{
    const struct token *t = find_by_id(&account->fleet, id);
    return t ? t : find_by_id(&account->credits.series, id);
}

bool announce_orphans(struct agent *a, struct account *account, unix_s at, struct fault *why)
{
    for (size_t i = 0; i < account->orphans.count; i++) {
        struct orphan_alert *o = &account->orphans.at[i];
        const struct token *t = find_series(account, o->token);
        struct rule gone = { .kind = RULE_BALANCE_BELOW };
        struct cause c = { .rule = &gone, .alert = &o->alert, .reason = "the rule was removed" };
        snprintf(gone.name, sizeof gone.name, "%s", o->rule);
        c.transition = rule_end(&o->alert, at);
        struct text topic = { 0 };
        bool ok = true;
        if (t && c.transition.kind != TRANSITION_NONE) {
            alert_topic(a, account, gone.name, t, &topic);
            ok = announce(a, account, t, &c, at, why) && clear_topic(a, &topic, why);
        }
        text_done(&topic);
        if (!ok)
            return false;
    }
    return true;
}
