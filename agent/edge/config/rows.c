/* The tables. To add a key: a field in config.h, a row here, a line in docs/configuration.md (a test compares). */
#include "edge/config/rows.h"

#include <inttypes.h>

#include "edge/config/checks.h"
#include "edge/config/levels.h"
#include "edge/config/values.h"
#include "edge/config/scalar.h"

enum {
    PATH_BYTES_MAX = 4096,
    WORD_BYTES_MAX = 255,
    TOPIC_BYTES_MAX = 128,
    ACCOUNTS_MAX = 1000,
    RULES_MAX = 1000,
    PATTERNS_BYTES_MAX = 4096,
    AGE_MAX_S = 3650 * DAY_S,
    PORT_MAX = 65535,
};

#define FIELD(type, member) .offset = offsetof(struct type, member)

static const struct row account_rows[] = {
    { "name", VALUE_NAME, FIELD(account_settings, name), .required = true, .shown = true, .sample = "main",
      .help = "names the account in topics, reports and alerts" },
    { "url", VALUE_URL, FIELD(account_settings, url), .preset = "https://api.edenai.run", .max = PATH_BYTES_MAX,
      .help = "scheme and host of the API; plain http only to this machine" },
    { "key_file", VALUE_PATH, FIELD(account_settings, key_file), .max = PATH_BYTES_MAX, .shown = true,
      .sample = "/etc/ebb/main.key", .help = "file that holds the API key and nothing else" },
    { "key_env", VALUE_VARIABLE, FIELD(account_settings, key_env), .max = WORD_BYTES_MAX, .sample = "EBB_MAIN_KEY",
      .help = "or: environment variable that holds it" },
    { "key_credential", VALUE_CREDENTIAL, FIELD(account_settings, key_credential), .max = WORD_BYTES_MAX,
      .sample = "main.key", .help = "or: systemd credential that holds it (LoadCredential= of the unit)" },
    { "interval", VALUE_DURATION, FIELD(account_settings, interval_s), .preset = "5m", .min = 1, .max = DAY_S,
      .help = "time between two polls; under 10s from a stand-in on this machine only" },
    { "interval_min", VALUE_DURATION, FIELD(account_settings, interval_min_s), .min = 1, .max = DAY_S, .sample = "1m",
      .preset_note = "1m, or the interval if that is shorter",
      .help = "shortest time between two polls while a token runs dry soon or burns much faster than it did" },
    { "interval_max", VALUE_DURATION, FIELD(account_settings, interval_max_s), .min = 1, .max = DAY_S, .sample = "20m",
      .preset_note = "four intervals", .help = "longest time between two polls while nothing is spent" },
    { "calls_per_second", VALUE_RATE, FIELD(account_settings, calls_milli_per_s), .min = 1, .max = 100 * 1000,
      .sample = "0.2", .preset_note = "0.2, or what the interval needs if that is more",
      .help = "budget of calls to the API, of every kind; a minute's worth may come at once" },
    { "timeout", VALUE_DURATION, FIELD(account_settings, timeout_s), .preset = "60s", .min = 1, .max = HOUR_S,
      .help = "longest time for one answer" },
    { "connect_timeout", VALUE_DURATION, FIELD(account_settings, connect_timeout_s), .preset = "10s", .min = 1,
      .max = HOUR_S, .help = "longest time to connect" },
    { "compression", VALUE_FLAG, FIELD(account_settings, compression), .preset = "false",
      .help = "ask for compressed answers; worth it on a slow link only" },
    { "max_tokens", VALUE_COUNT, FIELD(account_settings, max_tokens), .preset = "200000", .min = 1, .max = 1000000,
      .help = "a longer list of tokens is refused" },
};

const struct section section_account = {
    .rows = account_rows,
    .row_count = COUNT(account_rows),
    .bytes = sizeof(struct account_settings),
    .secret = "key",
    .check = check_account,
};

static const struct row tls_rows[] = {
    { "ca", VALUE_PATH, FIELD(mqtt_settings, tls_ca), .max = PATH_BYTES_MAX, .sample = "/etc/ebb/ca.pem",
      .preset_note = "the system's authorities", .help = "PEM file of who may sign the broker's certificate" },
    { "cert", VALUE_PATH, FIELD(mqtt_settings, tls_cert), .max = PATH_BYTES_MAX, .sample = "/etc/ebb/client.pem",
      .help = "PEM file of the client's certificate; needs `key`" },
    { "key", VALUE_PATH, FIELD(mqtt_settings, tls_key), .max = PATH_BYTES_MAX, .sample = "/etc/ebb/client.key",
      .help = "PEM file of the client's private key; needs `cert`" },
};

static const struct section section_tls = {
    .rows = tls_rows,
    .row_count = COUNT(tls_rows),
    .tracked = true,
    .given_offset = offsetof(struct mqtt_settings, tls),
    .brief = true,
    .check = check_tls,
};

static const struct row mqtt_rows[] = {
    { "host", VALUE_HOST, FIELD(mqtt_settings, host), .preset = "localhost", .shown = true,
      .help = "broker's name or address" },
    { "port", VALUE_COUNT, FIELD(mqtt_settings, port), .preset_note = "1883, with TLS 8883", .min = 1, .max = PORT_MAX,
      .sample = "1883", .help = "broker's port" },
    { "user", VALUE_TEXT, FIELD(mqtt_settings, user), .max = WORD_BYTES_MAX, .sample = "ebb",
      .preset_note = "anonymous", .help = "name to log in with" },
    { "password_file", VALUE_PATH, FIELD(mqtt_settings, password_file), .max = PATH_BYTES_MAX,
      .sample = "/etc/ebb/mqtt.password", .help = "file that holds the password and nothing else" },
    { "password_env", VALUE_VARIABLE, FIELD(mqtt_settings, password_env), .max = WORD_BYTES_MAX,
      .sample = "EBB_MQTT_PASSWORD", .help = "or: environment variable that holds it" },
    { "password_credential", VALUE_CREDENTIAL, FIELD(mqtt_settings, password_credential), .max = WORD_BYTES_MAX,
      .sample = "mqtt.password", .help = "or: systemd credential that holds it" },
    { "tls", VALUE_SECTION, .section = &section_tls, .help = "encrypt; `true` stands for TLS without further keys" },
    { "base_topic", VALUE_TOPIC, FIELD(mqtt_settings, base_topic), .preset = "ebb", .max = TOPIC_BYTES_MAX,
      .help = "first levels of every topic" },
    { "client_id", VALUE_TEXT, FIELD(mqtt_settings, client_id), .preset_note = "ebb- and the database's id",
      .max = TOPIC_BYTES_MAX, .sample = "ebb-1", .help = "one for each agent at a broker" },
    { "version", VALUE_MQTT_VERSION, FIELD(mqtt_settings, version), .preset = "5",
      .help = "of MQTT; a broker that does not speak 5 gets 3.1.1, which does not report refused messages" },
    { "qos", VALUE_COUNT, FIELD(mqtt_settings, qos), .preset = "1", .min = 0, .max = 1,
      .help = "1: acknowledged; 0: sent and forgotten" },
    { "outbox_events", VALUE_COUNT, FIELD(mqtt_settings, outbox_events), .preset = "100000", .min = 100,
      .max = 10 * 1000 * 1000,
      .help = "events kept for an absent broker; beyond that, the oldest of alerts that are over are merged" },
};

static const struct section section_mqtt = {
    .rows = mqtt_rows,
    .row_count = COUNT(mqtt_rows),
    .secret = "password",
    .tracked = true,
    .given_offset = offsetof(struct mqtt_settings, enabled),
    .check = check_mqtt,
};

static const struct row match_rows[] = {
    { "series", VALUE_SERIES, FIELD(rule, series), .preset = "token", .sample = "credits",
      .help = "what the rule is about: tokens, the account's credits, or (kind unreadable) the account itself" },
    { "token", VALUE_PATTERN, FIELD(rule, token), .sample = "\"prod-*\"", .preset_note = "all",
      .help = "tokens by name, with * ? [a-z] [!a-z]" },
    { "account", VALUE_PATTERN, FIELD(rule, account), .sample = "main", .preset_note = "all",
      .help = "accounts by name, likewise" },
    { "environment", VALUE_PATTERN, FIELD(rule, environment), .sample = "prod", .preset_note = "all",
      .help = "first part of names like env-project-purpose, likewise" },
    { "type", VALUE_PATTERN, FIELD(rule, type), .sample = "api_token", .preset_note = "all",
      .help = "types of token (api_token, sandbox_api_token), likewise" },
};

static const struct section section_match = { .rows = match_rows, .row_count = COUNT(match_rows) };

static const struct row rule_rows[] = {
    { "name", VALUE_NAME, FIELD(rule, name), .required = true, .shown = true, .sample = "low-balance",
      .help = "names the rule in topics and alerts" },
    { "kind", VALUE_RULE_KIND, FIELD(rule, kind), .required = true, .shown = true, .sample = "balance_below",
      .help = "what is watched" },
    { "levels", VALUE_LEVELS, FIELD(rule, levels), .section = &section_threshold, .shown = true,
      .sample = "{info: 20.00, warning: {below: 10.00, clear: 12.00}, critical: 2.00}",
      .help = "a threshold for info, warning, critical: beyond it the level holds; `clear` is where it ends" },
    { "beyond_reset", VALUE_FLAG, FIELD(rule, beyond_reset), .preset = "false",
      .help = "of exhausts_within: true warns of an end after the next reset, too" },
    { "level", VALUE_LEVEL, FIELD(rule, levels), .sample = "critical",
      .preset_note = "critical; for unreadable: warning",
      .help = "kinds exhausted and unreadable only, in place of levels" },
    { "enabled", VALUE_FLAG, FIELD(rule, enabled), .preset = "true",
      .help = "false switches the rule off; of kind unreadable, for the accounts that it matches" },
    { "hold", VALUE_DURATION, FIELD(rule, hold_s), .preset = "0s", .min = 0, .max = WEEK_S,
      .help = "a level is announced after it has held this long" },
    { "match", VALUE_SECTION, .section = &section_match, .preset_note = "every token",
      .help = "which tokens; all of the given patterns must fit" },
};

static const struct section section_rule = {
    .rows = rule_rows,
    .row_count = COUNT(rule_rows),
    .bytes = sizeof(struct rule),
    .check = check_rule,
};

static const struct row audit_rows[] = {
    { "production", VALUE_PATTERNS, FIELD(audit_policy, production), .preset = "prod, production",
      .max = PATTERNS_BYTES_MAX, .help = "environments (first parts of env-project-purpose) that are production" },
    { "ci", VALUE_PATTERNS, FIELD(audit_policy, ci), .preset = "ci", .max = PATTERNS_BYTES_MAX,
      .help = "environments that run tests, whose tokens shall be sandbox tokens" },
    { "temporary", VALUE_PATTERNS, FIELD(audit_policy, temporary),
      .preset = "contractor, trial, demo, partner, temp, tmp, temporary", .max = PATTERNS_BYTES_MAX,
      .help = "words of a name that promise an expiry" },
    { "skip", VALUE_PATTERNS, FIELD(audit_policy, skip), .max = PATTERNS_BYTES_MAX, .sample = "\"legacy-*\"",
      .preset_note = "none", .help = "tokens that are not judged, by name" },
    { "rotation", VALUE_DURATION, FIELD(audit_policy, rotation_s), .preset = "90d", .min = DAY_S, .max = AGE_MAX_S,
      .help = "a key is replaced when it is older" },
    { "idle", VALUE_DURATION, FIELD(audit_policy, idle_s), .preset = "30d", .min = DAY_S, .max = AGE_MAX_S,
      .help = "a token is idle when it was not used for longer" },
    { "never_used", VALUE_DURATION, FIELD(audit_policy, never_used_s), .preset = "7d", .min = HOUR_S, .max = AGE_MAX_S,
      .help = "time of grace: a new token may be unused, and an old one alive beside its successor" },
    { "expiring", VALUE_DURATION, FIELD(audit_policy, expiring_s), .preset = "14d", .min = HOUR_S, .max = AGE_MAX_S,
      .help = "an expiry is near when it is closer" },
    { "fleet", VALUE_PATH, FIELD(audit_policy, fleet), .max = PATH_BYTES_MAX, .sample = "/etc/ebb/fleet.yaml",
      .preset_note = "none", .help = "fleet file to compare with" },
    { "ignore", VALUE_CHECKS, FIELD(audit_policy, ignored), .sample = "naming", .preset_note = "none",
      .help = "checks that are left out" },
    { "info", VALUE_CHECKS, FIELD(audit_policy, severity[LEVEL_INFO]), .sample = "rotation", .preset_note = "none",
      .help = "checks that are of this severity instead of their own" },
    { "warning", VALUE_CHECKS, FIELD(audit_policy, severity[LEVEL_WARNING]), .sample = "idle", .preset_note = "none",
      .help = "likewise" },
    { "critical", VALUE_CHECKS, FIELD(audit_policy, severity[LEVEL_CRITICAL]), .sample = "budget",
      .preset_note = "none", .help = "likewise" },
};

static const struct section section_audit = {
    .rows = audit_rows,
    .row_count = COUNT(audit_rows),
    .check = check_audit,
};

/* The least that burn (a week) and forecasts (six weeks of hours) live on, and a day to see what happened. */
static const struct row retention_rows[] = {
    { "raw", VALUE_DURATION, FIELD(retention, raw_s), .preset = "30d", .min = DAY_S, .max = 520 * WEEK_S,
      .help = "polls, readings and what each change meant; a token's newest reading stays" },
    { "hourly", VALUE_DURATION, FIELD(retention, hourly_s), .preset = "52w", .min = 7 * WEEK_S, .max = 520 * WEEK_S,
      .help = "sums by hour; sums by day stay for ever" },
    { "events", VALUE_DURATION, FIELD(retention, events_s), .preset = "52w", .min = 30 * DAY_S, .max = 520 * WEEK_S,
      .help = "alerts that came and went" },
};

static const struct section section_retention = { .rows = retention_rows, .row_count = COUNT(retention_rows) };

static const struct row settings_rows[] = {
    { "store", VALUE_PATH, FIELD(settings, store), .preset = "/var/lib/ebb/ebb.db", .max = PATH_BYTES_MAX,
      .help = "database; its folder is made, but not the folders above" },
    { "log", VALUE_LOG_LEVEL, FIELD(settings, log), .preset = "notice", .help = "how much is said on stderr" },
    { "accounts", VALUE_LIST, FIELD(settings, accounts), .count_offset = offsetof(struct settings, account_count),
      .section = &section_account, .required = true, .shown = true, .min = 1, .max = ACCOUNTS_MAX,
      .help = "the accounts to watch" },
    { "mqtt", VALUE_SECTION, FIELD(settings, mqtt), .section = &section_mqtt, .shown = true,
      .preset_note = "nothing is published", .help = "the broker to publish to" },
    { "rules", VALUE_LIST, FIELD(settings, rules), .count_offset = offsetof(struct settings, rule_count),
      .section = &section_rule, .shown = true, .min = 0, .max = RULES_MAX, .preset_note = "no alerts",
      .help = "when to raise an alert" },
    { "audit", VALUE_SECTION, FIELD(settings, audit), .section = &section_audit, .preset_note = "the defaults below",
      .help = "what `ebb audit` takes for good practice" },
    { "retention", VALUE_SECTION, FIELD(settings, retention), .section = &section_retention,
      .preset_note = "the defaults below", .help = "how long the past is kept" },
};

const struct section section_settings = {
    .rows = settings_rows,
    .row_count = COUNT(settings_rows),
    .bytes = sizeof(struct settings),
    .check = check_settings,
};

const struct row *row_named(const struct section *section, struct span name)
{
    for (size_t i = 0; i < section->row_count; i++)
        if (span_is(name, section->rows[i].name))
            return &section->rows[i];
    return NULL;
}

void row_describe(const struct row *row, struct text *out)
{
    text_addf(out, "%s", value_type_name(row->type));
    switch (row->type) {
    case VALUE_COUNT:
        text_addf(out, ", %" PRId64 " to %" PRId64, row->min, row->max);
        break;
    case VALUE_DURATION:
        text_add(out, span_of(", "));
        scalar_add_duration(out, row->min);
        text_add(out, span_of(" to "));
        scalar_add_duration(out, row->max);
        break;
    case VALUE_RATE:
        text_add(out, span_of(", "));
        scalar_add_rate(out, row->min);
        text_add(out, span_of(" to "));
        scalar_add_rate(out, row->max);
        break;
    case VALUE_LOG_LEVEL:
        for (int i = 0; i < LOG_LEVELS; i++)
            text_addf(out, "%s%s", i ? ", " : ": ", log_level_name((enum log_level)i));
        break;
    case VALUE_RULE_KIND:
        for (int i = 0; i < RULE_KINDS; i++)
            text_addf(out, "%s%s", i ? ", " : ": ", rule_kind_name((enum rule_kind)i));
        break;
    case VALUE_MQTT_VERSION:
        for (int i = 0; i < MQTT_VERSIONS; i++)
            text_addf(out, "%s%s", i ? ", " : ": ", mqtt_version_name((enum mqtt_version)i));
        break;
    case VALUE_SERIES:
        for (int i = 0; i <= SERIES_ACCOUNT; i++)
            text_addf(out, "%s%s", i ? ", " : ": ", series_name((enum series)i));
        break;
    case VALUE_LEVEL:
        for (int i = LEVEL_NONE + 1; i < LEVELS; i++)
            text_addf(out, "%s%s", i > LEVEL_NONE + 1 ? ", " : ": ", level_name((enum level)i));
        break;
    case VALUE_PATTERNS: case VALUE_CHECKS:
    case VALUE_TEXT: case VALUE_PATH: case VALUE_HOST: case VALUE_URL: case VALUE_TOPIC: case VALUE_VARIABLE:
    case VALUE_CREDENTIAL: case VALUE_NAME: case VALUE_PATTERN: case VALUE_FLAG: case VALUE_LEVELS:
    case VALUE_AMOUNT: case VALUE_MOMENT: case VALUE_PERIOD: case VALUE_TOKEN_TYPE: case VALUE_SECTION: case VALUE_LIST:
    case VALUE_NAMED: case VALUE_TYPES:
        break;
    }
}
