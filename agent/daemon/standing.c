/* What Ebb said in former lives and what stands now: rules that are new to an account, accounts
 * that are configured no more, and topics that a broker still holds although nothing is behind
 * them. */
#include "daemon/standing.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/xmalloc.h"
#include "daemon/account.h"
#include "daemon/announce.h"
#include "daemon/commit.h"
#include "daemon/gather.h"
#include "daemon/state.h"
#include "daemon/topics.h"

/* ---- rules ---- */

/* What makes a rule another one for those who are judged by it; not how long a level must hold. */
static void add_terms(const struct rule *rule, struct text *out)
{
    text_clear(out);
    text_addf(out, "%s %s account=%s token=%s environment=%s type=%s", rule_kind_name(rule->kind),
              series_name(rule->series), rule->account, rule->token, rule->environment, rule->type);
    text_add(out, span_of(rule->beyond_reset ? " beyond_reset" : ""));
    for (enum level l = LEVEL_NONE + 1; l < LEVELS; l++)
        if (rule->levels[l].set)
            text_addf(out, " %s=%" PRId64, level_name(l), rule->levels[l].at);
}

bool standing_meet_rules(struct agent *a, struct account *account, struct fault *why)
{
    struct text terms = { 0 };
    bool ok = true, known;
    free(account->new_rules);
    account->new_rules = xcalloc(a->rules.count, sizeof *account->new_rules);
    for (size_t i = 0; ok && i < a->rules.count; i++) {
        add_terms(&a->rules.at[i], &terms);
        ok = store_rule_is_known(a->store, account->id, a->rules.at[i].name, text_z(&terms), &known,
                                 why);
        account->new_rules[i] = ok && !known;
    }
    text_done(&terms);
    return ok;
}

bool standing_know_rules(struct agent *a, struct account *account, struct fault *why)
{
    struct text terms = { 0 };
    bool ok = store_forget_rules(a->store, account->id, why);
    for (size_t i = 0; ok && i < a->rules.count; i++) {
        add_terms(&a->rules.at[i], &terms);
        ok = store_know_rule(a->store, account->id, a->rules.at[i].name, text_z(&terms), why);
    }
    text_done(&terms);
    return ok;
}

/* ---- accounts ---- */

static bool is_configured(const struct agent *a, const char *name)
{
    for (size_t i = 0; i < a->account_count; i++)
        if (strcmp(a->accounts[i].settings->name, name) == 0)
            return true;
    return false;
}

/* Without any rule, every alert that fires is one whose rule is gone. */
static bool load_departed(struct agent *a, struct account *account, struct fault *why)
{
    const struct rule_set none = { 0 };
    return store_load_tokens(a->store, account->id, &none, &account->fleet, &account->orphans, why)
        && store_load_credits(a->store, account->id, &none, &account->credits.series,
                              &account->orphans, why)
        && store_load_self(a->store, account->id, &none, &account->self, &account->orphans, why);
}

static bool end_alerts(struct agent *a, struct account *account, unix_s now, struct fault *why)
{
    const struct rule_set none = { 0 };
    struct gathered g;
    gather(a, account, &g);
    g.base.rules = &none;
    struct plan *p = plan_begin(&g.base, now, 0);
    for (size_t i = 0; i < account->orphans.count; i++)
        account_end_orphan(p, &account->orphans.at[i],
                           "the account was removed from the configuration");
    bool ok = commit_plan(a, account, p, why);
    plan_free(p);
    gathered_done(&g);
    return ok;
}

static bool end_account(struct agent *a, const struct account_name *gone, unix_s now,
                        struct fault *why)
{
    struct account_settings settings = { 0 };
    struct account account = { .settings = &settings, .id = gone->id };
    snprintf(settings.name, sizeof settings.name, "%s", gone->name);
    bool ok = load_departed(a, &account, why) && end_alerts(a, &account, now, why)
        && store_forget_rules(a->store, gone->id, why)
        && store_remove_account(a->store, gone->id, now, why);
    if (ok)
        log_warning("account %s was removed from the configuration: its alerts have ended, its "
                    "history is kept",
                    gone->name);
    account_close(&account);
    return ok;
}

static bool end_accounts(struct agent *a, unix_s now, struct fault *why)
{
    struct account_names known;
    if (!store_accounts(a->store, &known, why))
        return false;
    bool ok = true;
    for (size_t i = 0; ok && i < known.count; i++)
        ok = is_configured(a, known.at[i].name) || end_account(a, &known.at[i], now, why);
    account_names_done(&known);
    return ok;
}

/* ---- retained topics ---- */

static void add_alerts(const struct agent *a, const struct account *account, const struct token *t,
                       struct topic_set *out, struct text *topic)
{
    const struct snapshot s = { .series = t->series,
                                .account = account->settings->name,
                                .member = token_identity(t).member,
                                .reading = &t->last,
                                .overruled = account->overruled };
    for (size_t i = 0; i < a->rules.count; i++) {
        if (!token_alert(t, i).episode || !rule_matches(&a->rules.at[i], &s))
            continue;
        announce_alert_topic(a, account, a->rules.at[i].name, t, topic);
        topic_set_add(out, span_of(text_z(topic)));
    }
}

static void add_fleet(const struct agent *a, const struct account *account,
                      const struct token_set *f, struct topic_set *out, struct text *topic)
{
    for (size_t i = 0; i < f->count; i++) {
        const struct token *t = &f->tokens[i];
        if (t->series != SERIES_ACCOUNT) {
            announce_token_topic(a, account, t, topic);
            topic_set_add(out, span_of(text_z(topic)));
        }
        add_alerts(a, account, t, out, topic);
    }
}

static void add_absence(const struct agent *a, const struct account *account, struct topic_set *out,
                        struct text *topic)
{
    if (account->credits.source != CREDITS_NOT_OFFERED)
        return;
    announce_account_topic(a, account, CREDITS_TOPIC, topic);
    topic_set_add(out, span_of(text_z(topic)));
}

/* Every topic that Ebb stands behind. One that is retained and not among them is cleared. */
static void add_standing(const struct agent *a, struct topic_set *out)
{
    struct text topic = { 0 };
    topic_set_add(out, span_of(a->status_topic));
    for (size_t i = 0; i < a->account_count; i++) {
        const struct account *account = &a->accounts[i];
        announce_account_topic(a, account, "state", &topic);
        topic_set_add(out, span_of(text_z(&topic)));
        add_fleet(a, account, &account->fleet, out, &topic);
        add_fleet(a, account, &account->credits.series, out, &topic);
        add_absence(a, account, out, &topic);
        add_fleet(a, account, &account->self, out, &topic);
    }
    text_done(&topic);
    topic_set_sort(out);
}

/* What is retained, by what stands. */
struct inventory {
    struct topic_set standing;
    char **leftovers; /* owned */
    size_t count;
};

static void inventory_done(struct inventory *v)
{
    for (size_t i = 0; i < v->count; i++)
        free(v->leftovers[i]);
    free(v->leftovers);
    topic_set_done(&v->standing);
}

static void see(void *context, struct span topic)
{
    struct inventory *v = context;
    if (topic_set_has(&v->standing, topic))
        return;
    v->leftovers = xrealloc(v->leftovers, v->count + 1, sizeof *v->leftovers);
    v->leftovers[v->count++] = xstrndup(topic.at, topic.len);
}

/* Under a new base, the alerts that stand are retained as they were; the old topics go. */
static bool move_topic(struct agent *a, const struct inventory *v, const char *topic,
                       const char *old_base, struct fault *why)
{
    size_t len = strlen(old_base);
    if (!len || strncmp(topic, old_base, len) != 0 || topic[len] != '/')
        return true;
    struct text to = { 0 };
    text_addf(&to, "%s%s", a->settings->mqtt.base_topic, topic + len);
    bool moves = topic_set_has(&v->standing, span_of(text_z(&to)))
        && strcmp(text_z(&to), a->status_topic) != 0;
    bool ok = !moves || store_copy_retained(a->store, topic, text_z(&to), why);
    text_done(&to);
    return ok;
}

/* What another broker holds cannot be cleared through this one; it is forgotten, so that it does
 * not appear here. */
static bool clear_topic(struct agent *a, const char *topic, bool elsewhere, struct fault *why)
{
    return elsewhere ? store_forget_retained(a->store, topic, why)
                     : store_clear_topic(a->store, topic, why);
}

static bool settle_topics(struct agent *a, struct inventory *v, const char *old_base,
                          bool elsewhere, struct fault *why)
{
    if (!store_each_retained(a->store, see, v, why))
        return false;
    for (size_t i = 0; i < v->count; i++)
        if (!move_topic(a, v, v->leftovers[i], old_base, why)
            || !clear_topic(a, v->leftovers[i], elsewhere, why))
            return false;
    return true;
}

static bool is_elsewhere(const struct retained_at *before, const char *address)
{
    bool elsewhere = before->address.len && strcmp(before->address.at, address) != 0;
    if (elsewhere)
        log_warning(
            "mqtt: the broker is now %s; retained messages at %s stay there until removed by hand",
            address, before->address.at);
    return elsewhere;
}

static bool settle_broker(struct agent *a, struct fault *why)
{
    struct retained_at before = { 0 };
    struct text address = { 0 };
    struct inventory v = { 0 };
    text_addf(&address, "%s:%" PRId64, a->settings->mqtt.host, a->settings->mqtt.port);
    bool ok = store_set_retained_at(a->store, text_z(&address), a->settings->mqtt.base_topic,
                                    &before, why);
    bool elsewhere = ok && is_elsewhere(&before, text_z(&address));
    a->retained.told = before.told && !elsewhere;
    add_standing(a, &v.standing);
    ok = ok && (!elsewhere || store_forget_cleared(a->store, why))
        && settle_topics(a, &v, text_z(&before.base), elsewhere, why);
    inventory_done(&v);
    retained_at_done(&before);
    text_done(&address);
    return ok;
}

static bool retire_credits(struct agent *a, unix_s now, struct fault *why)
{
    for (size_t i = 0; i < a->account_count; i++)
        if (!credits_retire(a, &a->accounts[i], now, why))
            return false;
    return true;
}

/* Without a broker, what is retained is cleared when there is one again. */
static bool settle(struct agent *a, unix_s now, struct fault *why)
{
    return end_accounts(a, now, why) && retire_credits(a, now, why)
        && (a->publisher ? settle_broker(a, why) : store_set_told(a->store, false, why));
}

bool standing_settle(struct agent *a, unix_s now, struct fault *why)
{
    if (!store_begin(a->store, why))
        return false;
    if (settle(a, now, why) && store_commit(a->store, why)) {
        a->outbox_waits = true;
        return true;
    }
    store_rollback(a->store);
    return false;
}
