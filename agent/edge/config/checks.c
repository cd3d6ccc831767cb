/* Order, uniqueness, either-or: one function for each section, named by the section's row table. */
#include "edge/config/checks.h"

#include <ctype.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/nearest.h"
#include "base/xmalloc.h"
#include "core/rate_limit.h"
#include "edge/config/levels.h"
#include "edge/config/scalar.h"
#include "edge/config/secret.h"

enum {
    PORT_PLAIN = 1883,
    PORT_TLS = 8883,
    INTERVAL_MIN_S =
        10, /* the account shares its rate limit with real traffic; plain http is a stand-in's */
    INTERVAL_MAX_TIMES = 4, /* how far an idle account is slowed down */
};

static const struct node *member_at(const struct node *list, size_t index)
{
    const struct node *n = list ? list->first : NULL;
    while (n && index--)
        n = n->next;
    return n;
}

/* A secret that was written into the file is already reported, as an unknown key. */
static bool has_inline_secret(const struct node *map)
{
    for (const struct node *n = map->first; n; n = n->next)
        if (n->key->kind == NODE_SCALAR && sounds_secret(n->key->text)
            && !row_named(&section_account, n->key->text))
            return true;
    return false;
}

/* The member that names the source of a secret, NULL for none; reports when there are several. */
static const struct node *find_source(struct reader *r, const struct node *map, const char *stem)
{
    static const char *const sources[] = { "file", "env", "credential" };
    const struct node *found = NULL;
    for (size_t i = 0; i < COUNT(sources); i++) {
        char name[32];
        snprintf(name, sizeof name, "%s_%s", stem, sources[i]);
        const struct node *n = node_member(map, name);
        if (n && found)
            diagnostic_at(r->diagnostics, n->key->where.start,
                          "`%s` and `%s` are mutually exclusive", found->key->text.at, name);
        found = found ? found : n;
    }
    return found;
}

static void read_secret(struct reader *r, const struct node *n, const struct secret_source *source,
                        char **ret)
{
    struct fault why;
    if (r->from->secrets != SECRETS_ALL || n->kind == NODE_REFUSED
        || (!source->file && !source->env && !source->credential))
        return;
    if (secret_read(source, r->from, ret, &why))
        return;
    if (secret_looks_pasted(source)) {
        diagnostics_hide(r->diagnostics, n->where);
        diagnostic_at(r->diagnostics, n->where.start,
                      "nothing has this name; it looks like the secret itself, which must never be "
                      "in this file");
    } else {
        diagnostic_at(r->diagnostics, n->where.start, "%s", why.text);
    }
}

static const struct node *place_of(const struct node *map, const char *key)
{
    const struct node *n = node_member(map, key);
    return n ? n : map;
}

/* The shortest interval: as given, else a minute if interval and budget leave room for it. */
static int64_t shortest_interval(const struct account_settings *account)
{
    int64_t room_s = account->calls_milli_per_s
        ? (rate_limit_interval_ms(account->calls_milli_per_s) + 999) / 1000
        : 1;
    int64_t least_s = room_s > MINUTE_S ? room_s : MINUTE_S;
    return least_s < account->interval_s ? least_s : account->interval_s;
}

static int64_t longest_interval(const struct account_settings *account)
{
    return account->interval_s * INTERVAL_MAX_TIMES < DAY_S
        ? account->interval_s * INTERVAL_MAX_TIMES
        : DAY_S;
}

static void check_limits(struct reader *r, const struct node *map, struct account_settings *account)
{
    if (!account->interval_min_s)
        account->interval_min_s = shortest_interval(account);
    else if (account->interval_min_s > account->interval_s)
        diagnostic_at(r->diagnostics, place_of(map, "interval_min")->where.start,
                      "`interval_min` must not be longer than `interval`");
    if (!account->interval_max_s)
        account->interval_max_s = longest_interval(account);
    else if (account->interval_max_s < account->interval_s)
        diagnostic_at(r->diagnostics, place_of(map, "interval_max")->where.start,
                      "`interval_max` must not be shorter than `interval`");
}

/* One budget for all calls: a default makes room for the shortest interval, a given one must have
 * it. */
static void check_budget(struct reader *r, const struct node *map, struct account_settings *account)
{
    /* Each token that is watched by its own key takes calls of its own. */
    int64_t keys = account->token_key_count ? (int64_t)account->token_key_count : 1;
    int64_t needed = rate_limit_rate_for(account->interval_min_s) * keys;
    if (!account->calls_milli_per_s) {
        account->calls_milli_per_s =
            needed > RATE_LIMIT_RATE_DEFAULT ? needed : RATE_LIMIT_RATE_DEFAULT;
    } else if (account->calls_milli_per_s < needed) {
        struct text rate = { 0 };
        scalar_add_rate(&rate, needed);
        diagnostic_at(r->diagnostics, place_of(map, "calls_per_second")->where.start,
                      "too low for `%s`: a poll takes %d calls, so it must be at least %s",
                      node_member(map, "interval_min") ? "interval_min" : "interval",
                      RATE_LIMIT_POLL_CALLS * (int)keys, text_z(&rate));
        text_done(&rate);
    }
}

/* A key of its own, of one token. */
static void read_token_key(struct reader *r, const struct node *n, char *path,
                           struct account_settings *account)
{
    const struct secret_source source = { .file = path };
    char *secret = NULL;
    read_secret(r, n, &source, &secret);
    if (!secret) {
        free(path);
        return;
    }
    account->token_keys =
        xrealloc(account->token_keys, account->token_key_count + 1, sizeof *account->token_keys);
    account->token_keys[account->token_key_count++] = (struct account_settings){
        .key = secret, .key_path = path, .token = xcalloc(1, NAME_BYTES_MAX + 1)
    };
}

static void check_token_keys(struct reader *r, const struct node *map,
                             struct account_settings *account, const struct node *source)
{
    static const char between[] = ", ";
    const struct node *n = node_member(map, "token_key_files");
    if (source)
        diagnostic_at(r->diagnostics, n->key->where.start, "`%s` and `%s` are mutually exclusive",
                      source->key->text.at, n->key->text.at);
    if (account->api == API_V3)
        diagnostic_at(r->diagnostics, n->key->where.start,
                      "the Management API (`api: v3`) takes no tokens' own keys");
    for (const char *at = account->token_key_files; at;) {
        const char *end = strstr(at, between);
        read_token_key(r, n, xstrndup(at, end ? (size_t)(end - at) : strlen(at)), account);
        at = end ? end + strlen(between) : NULL;
    }
}

/* A token's key asks as the account does, in all but the key. */
static void share_settings(struct account_settings *account)
{
    for (size_t i = 0; i < account->token_key_count; i++) {
        struct account_settings *as = &account->token_keys[i];
        const struct account_settings own = *as;
        *as = *account;
        as->key = own.key;
        as->key_path = own.key_path;
        as->token = own.token;
        as->token_keys = NULL;
        as->token_key_count = 0;
    }
}

void check_account(struct reader *r, const struct node *map, void *fields)
{
    struct account_settings *account = fields;
    const struct node *source = find_source(r, map, "key");
    const struct secret_source secret = { account->key_file, account->key_env,
                                          account->key_credential };
    if (source) {
        read_secret(r, source, &secret, &account->key);
        account->key_path = secret_path(&secret, r->from);
    } else if (!account->token_key_files && !has_inline_secret(map)) {
        diagnostic_at(r->diagnostics, map->where.start,
                      "the account has no key: set `key_file: PATH`, `key_env: VARIABLE`, "
                      "`key_credential: NAME` or `token_key_files: PATHS`");
    }
    if (account->token_key_files)
        check_token_keys(r, map, account, source);

    bool stand_in = account->url && strncmp(account->url, "http://", strlen("http://")) == 0;
    check_limits(r, map, account);
    check_budget(r, map, account);
    if (account->interval_min_s < INTERVAL_MIN_S && !stand_in) {
        const char *key = account->interval_s < INTERVAL_MIN_S ? "interval" : "interval_min";
        diagnostic_at(r->diagnostics, place_of(map, key)->where.start,
                      "`%s` must be at least %ds: the API is rate-limited", key, INTERVAL_MIN_S);
    }
    if (account->connect_timeout_s > account->timeout_s)
        diagnostic_at(r->diagnostics, place_of(map, "timeout")->where.start,
                      "`timeout` must not be shorter than `connect_timeout`");
    share_settings(account);
}

void check_mqtt(struct reader *r, const struct node *map, void *fields)
{
    struct mqtt_settings *mqtt = fields;
    const struct node *source = find_source(r, map, "password");
    const struct secret_source secret = { mqtt->password_file, mqtt->password_env,
                                          mqtt->password_credential };
    if (source && !node_member(map, "user"))
        diagnostic_at(r->diagnostics, source->key->where.start, "a password requires `user`");
    if (source)
        read_secret(r, source, &secret, &mqtt->password);

    if (mqtt->port == 0)
        mqtt->port = mqtt->tls ? PORT_TLS : PORT_PLAIN;
}

void check_tls(struct reader *r, const struct node *map, void *fields)
{
    (void)fields;
    const struct node *cert = node_member(map, "cert"), *key = node_member(map, "key");
    if (cert && !key)
        diagnostic_at(r->diagnostics, cert->key->where.start,
                      "`cert` requires `key`, its private key");
    if (key && !cert)
        diagnostic_at(r->diagnostics, key->key->where.start,
                      "`key` requires `cert`, its certificate");
}

/* "BEFORE KINDS AFTER", of the kinds that have the trait. */
static void tell_kinds(struct reader *r, const struct node *n, const char *before,
                       enum rule_trait trait, const char *after)
{
    struct text kinds = { 0 };
    rule_kinds_add(trait, " or ", &kinds);
    diagnostic_at(r->diagnostics, n->where.start, "%s %s%s", before, text_z(&kinds), after);
    text_done(&kinds);
}

/* One kind is about accounts, and it alone. */
static void check_series(struct reader *r, const struct node *map, struct rule *rule)
{
    const struct node *match = node_member(map, "match");
    const struct node *series =
        match && match->kind == NODE_MAP ? node_member(match, "series") : NULL;
    bool of_account = rule_kind_has(rule->kind, KIND_OF_ACCOUNT);
    if (of_account && !series)
        rule->series = SERIES_ACCOUNT;
    if (series && of_account != (rule->series == SERIES_ACCOUNT))
        tell_kinds(r, series, "series account and kind", KIND_OF_ACCOUNT, " must be used together");
}

/* Credits and accounts have no name, environment, type or member: such a pattern would silence the
 * rule. */
static void check_match(struct reader *r, const struct node *map, const struct rule *rule)
{
    static const char *const of_tokens[] = { "token", "environment", "type", "member" };
    const struct node *match = node_member(map, "match");
    for (size_t i = 0; rule->series != SERIES_TOKEN && i < COUNT(of_tokens); i++) {
        const struct node *key =
            match && match->kind == NODE_MAP ? node_member(match, of_tokens[i]) : NULL;
        if (key)
            diagnostic_at(r->diagnostics, key->key->where.start,
                          "`%s` only matches tokens: %s only an account", of_tokens[i],
                          rule->series == SERIES_CREDITS ? "credits have" : "this rule has");
    }
}

void check_rule(struct reader *r, const struct node *map, void *fields)
{
    struct rule *rule = fields;
    const struct node *kind = node_member(map, "kind");
    if (kind && kind->kind == NODE_SCALAR && rule_kind_named(kind->text, &rule->kind))
        levels_read(r, map, rule);
    if (rule->beyond_reset && !rule_kind_has(rule->kind, KIND_BEYOND_RESET))
        tell_kinds(r, place_of(map, "beyond_reset"), "`beyond_reset` is only valid for kind",
                   KIND_BEYOND_RESET, "");
    check_series(r, map, rule);
    check_match(r, map, rule);
}

/* One severity for each check, and none for one that is left out. */
void check_audit(struct reader *r, const struct node *map, void *fields)
{
    const struct audit_policy *policy = fields;
    const struct {
        const char *key;
        uint32_t checks;
    } rows[] = {
        { "ignore", policy->ignored },
        { "info", policy->severity[LEVEL_INFO] },
        { "warning", policy->severity[LEVEL_WARNING] },
        { "critical", policy->severity[LEVEL_CRITICAL] },
    };
    for (size_t i = 1; i < COUNT(rows); i++)
        for (size_t j = 0; j < i; j++)
            for (enum audit_check c = 0; c < AUDIT_CHECKS; c++)
                if (rows[i].checks & rows[j].checks & (uint32_t)1 << c)
                    diagnostic_at(r->diagnostics, place_of(map, rows[i].key)->where.start,
                                  "`%s` is already listed under `%s`", audit_check_name(c),
                                  rows[j].key);
}

/* Tells every name that an earlier member of the list already has; a member's struct begins with
 * its name. */
static void check_unique(struct reader *r, const struct node *list, const char *what,
                         const void *members, size_t stride)
{
    const struct node *n = list ? list->first : NULL;
    for (size_t i = 0; n; i++, n = n->next) {
        const char *name = (const char *)members + i * stride;
        for (size_t j = 0; *name && j < i; j++)
            if (strcmp(name, (const char *)members + j * stride) == 0) {
                diagnostic_at(r->diagnostics, place_of(n, "name")->where.start,
                              "duplicate name: another %s is named \"%s\", in line %zu", what, name,
                              diagnostics_line(r->diagnostics, member_at(list, j)->where.start));
                break;
            }
    }
}

static bool every_account_is_named(const struct settings *s)
{
    for (size_t i = 0; i < s->account_count; i++)
        if (!s->accounts[i].name[0])
            return false;
    return s->account_count > 0;
}

/* A rule for an account that does not exist would be silent for ever. */
static void check_rule_account(struct reader *r, const struct node *rule_node,
                               const struct rule *rule, const struct settings *s)
{
    if (!rule->account[0] || strpbrk(rule->account, "*?[\\"))
        return;
    struct nearest nearest = nearest_to(span_of(rule->account));
    for (size_t i = 0; i < s->account_count; i++) {
        if (strcmp(rule->account, s->accounts[i].name) == 0)
            return;
        nearest_try(&nearest, s->accounts[i].name);
    }
    size_t at = place_of(place_of(rule_node, "match"), "account")->where.start;
    if (nearest.best)
        diagnostic_at(r->diagnostics, at, "no account has this name; did you mean \"%s\"?",
                      nearest.best);
    else
        diagnostic_at(r->diagnostics, at, "no account has this name");
}

void check_settings(struct reader *r, const struct node *map, void *fields)
{
    const struct settings *s = fields;
    const struct node *accounts = node_member(map, "accounts"), *rules = node_member(map, "rules");
    if (s->account_count)
        check_unique(r, accounts, "account", s->accounts, sizeof *s->accounts);
    if (s->rule_count)
        check_unique(r, rules, "rule", s->rules, sizeof *s->rules);
    if (every_account_is_named(s))
        for (size_t i = 0; i < s->rule_count; i++)
            check_rule_account(r, member_at(rules, i), &s->rules[i], s);
}
