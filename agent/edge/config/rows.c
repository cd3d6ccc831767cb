/* The tables. To add a key: a field in config.h, a row here, a line in docs/configuration.md (a
 * test compares). */
#include "edge/config/rows.h"

#include <inttypes.h>

#include "edge/config/checks.h"
#include "edge/config/choice.h"
#include "edge/config/levels.h"
#include "edge/config/scalar.h"
#include "edge/config/values.h"

enum {
    PATH_BYTES_MAX = 4096,
    WORD_BYTES_MAX = 255,
    TOPIC_BYTES_MAX = 128,
    ACCOUNTS_MAX = 1000,
    RULES_MAX = 1000,
    PATTERNS_BYTES_MAX = 4096,
    KEY_PATHS_BYTES_MAX = 64 * 1024,
    AGE_MAX_S = 3650 * DAY_S,
    PORT_MAX = 65535,
};

#define FIELD(type, member) .offset = offsetof(struct type, member)

static const struct row account_rows[] = {
    { "name", VALUE_NAME, FIELD(account_settings, name), .required = true, .shown = true,
      .sample = "main", .help = "name of the account in topics, reports and alerts" },
    { "url", VALUE_URL, FIELD(account_settings, url), .preset = "https://api.edenai.run",
      .max = PATH_BYTES_MAX,
      .help = "scheme and host of the API; plain http only to this machine" },
    { "api", VALUE_API_VERSION, FIELD(account_settings, api), .preset = "auto",
      .help = "version of the API; `auto` goes by the key: v3 for mgmt-eden-..., else v2" },
    { "key_file", VALUE_PATH, FIELD(account_settings, key_file), .max = PATH_BYTES_MAX,
      .shown = true, .sample = "/etc/ebb/main.key",
      .help = "file with the API key and nothing else" },
    { "key_env", VALUE_VARIABLE, FIELD(account_settings, key_env), .max = WORD_BYTES_MAX,
      .sample = "EBB_MAIN_KEY", .help = "or: environment variable with it" },
    { "key_credential", VALUE_CREDENTIAL, FIELD(account_settings, key_credential),
      .max = WORD_BYTES_MAX, .sample = "main.key",
      .help = "or: systemd credential with it (LoadCredential= of the unit)" },
    { "token_key_files", VALUE_PATHS, FIELD(account_settings, token_key_files),
      .max = KEY_PATHS_BYTES_MAX, .sample = "[/etc/ebb/prod-chat.key, /etc/ebb/ci.key]",
      .help = "or: files with the secrets of the tokens to watch, one in each; no admin key" },
    { "interval", VALUE_DURATION, FIELD(account_settings, interval_s), .preset = "5m", .min = 1,
      .max = DAY_S, .help = "poll interval; under 10s only for a test API on this machine" },
    { "interval_min", VALUE_DURATION, FIELD(account_settings, interval_min_s), .min = 1,
      .max = DAY_S, .sample = "1m", .preset_note = "1m, or the interval if shorter",
      .help = "shortest poll interval, used while a token is about to run out or burns much faster "
              "than before" },
    { "interval_max", VALUE_DURATION, FIELD(account_settings, interval_max_s), .min = 1,
      .max = DAY_S, .sample = "20m", .preset_note = "four intervals",
      .help = "longest poll interval, used while nothing is spent" },
    { "calls_per_second", VALUE_RATE, FIELD(account_settings, calls_milli_per_s), .min = 1,
      .max = 100 * 1000, .sample = "0.2",
      .preset_note = "0.2, or the rate that the interval requires if higher",
      .help = "rate limit for all API calls; allows bursts of one minute's worth" },
    { "timeout", VALUE_DURATION, FIELD(account_settings, timeout_s), .preset = "60s", .min = 1,
      .max = HOUR_S, .help = "timeout of one request" },
    { "connect_timeout", VALUE_DURATION, FIELD(account_settings, connect_timeout_s),
      .preset = "10s", .min = 1, .max = HOUR_S, .help = "timeout of the connection attempt" },
    { "compression", VALUE_FLAG, FIELD(account_settings, compression), .preset = "false",
      .help = "request compressed responses; only worth it on a slow link" },
    { "max_tokens", VALUE_COUNT, FIELD(account_settings, max_tokens), .preset = "200000", .min = 1,
      .max = 1000000, .help = "longer token lists are rejected" },
};

const struct section section_account = {
    .rows = account_rows,
    .row_count = COUNT(account_rows),
    .bytes = sizeof(struct account_settings),
    .secret = "key",
    .check = check_account,
};

static const struct row tls_rows[] = {
    { "ca", VALUE_PATH, FIELD(mqtt_settings, tls_ca), .max = PATH_BYTES_MAX,
      .sample = "/etc/ebb/ca.pem", .preset_note = "the system's CA certificates",
      .help = "PEM file with the CA certificates that may sign the broker's certificate" },
    { "cert", VALUE_PATH, FIELD(mqtt_settings, tls_cert), .max = PATH_BYTES_MAX,
      .sample = "/etc/ebb/client.pem",
      .help = "PEM file with the client's certificate; requires `key`" },
    { "key", VALUE_PATH, FIELD(mqtt_settings, tls_key), .max = PATH_BYTES_MAX,
      .sample = "/etc/ebb/client.key",
      .help = "PEM file with the client's private key; requires `cert`" },
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
      .help = "host name or address of the broker" },
    { "port", VALUE_COUNT, FIELD(mqtt_settings, port), .preset_note = "1883, with TLS 8883",
      .min = 1, .max = PORT_MAX, .sample = "1883", .help = "port of the broker" },
    { "user", VALUE_TEXT, FIELD(mqtt_settings, user), .max = WORD_BYTES_MAX, .sample = "ebb",
      .preset_note = "anonymous", .help = "user name" },
    { "password_file", VALUE_PATH, FIELD(mqtt_settings, password_file), .max = PATH_BYTES_MAX,
      .sample = "/etc/ebb/mqtt.password", .help = "file with the password and nothing else" },
    { "password_env", VALUE_VARIABLE, FIELD(mqtt_settings, password_env), .max = WORD_BYTES_MAX,
      .sample = "EBB_MQTT_PASSWORD", .help = "or: environment variable with it" },
    { "password_credential", VALUE_CREDENTIAL, FIELD(mqtt_settings, password_credential),
      .max = WORD_BYTES_MAX, .sample = "mqtt.password", .help = "or: systemd credential with it" },
    { "tls", VALUE_SECTION, .section = &section_tls,
      .help = "encrypt the connection; `true` enables TLS with the defaults" },
    { "base_topic", VALUE_TOPIC, FIELD(mqtt_settings, base_topic), .preset = "ebb",
      .max = TOPIC_BYTES_MAX, .help = "prefix of every topic" },
    { "client_id", VALUE_TEXT, FIELD(mqtt_settings, client_id),
      .preset_note = "ebb- and the database id", .max = TOPIC_BYTES_MAX, .sample = "ebb-1",
      .help = "must be unique on the broker" },
    { "version", VALUE_MQTT_VERSION, FIELD(mqtt_settings, version), .preset = "5",
      .help = "protocol version; if the broker does not support 5, Ebb uses 3.1.1, which does not "
              "report rejected messages" },
    { "qos", VALUE_COUNT, FIELD(mqtt_settings, qos), .preset = "1", .min = 0, .max = 1,
      .help = "1: acknowledged; 0: fire and forget" },
    { "outbox_events", VALUE_COUNT, FIELD(mqtt_settings, outbox_events), .preset = "100000",
      .min = 100, .max = 10 * 1000 * 1000,
      .help = "events queued while the broker is unreachable; beyond that, the oldest events of "
              "resolved alerts are merged" },
};

static const struct section section_mqtt = {
    .rows = mqtt_rows,
    .row_count = COUNT(mqtt_rows),
    .secret = "password",
    .tracked = true,
    .given_offset = offsetof(struct mqtt_settings, enabled),
    .check = check_mqtt,
};

static const struct row http_rows[] = {
    { "listen", VALUE_ADDRESSES, FIELD(http_settings, listen), .preset = HTTP_LISTEN_PRESET,
      .max = PATTERNS_BYTES_MAX,
      .help = "addresses to listen on, with ports; IPv6 as \"[::1]:5322\"" },
    { "hosts", VALUE_HOSTS, FIELD(http_settings, hosts), .max = PATTERNS_BYTES_MAX,
      .sample = "ebb.example.com", .preset_note = "only localhost and addresses",
      .help = "names under which browsers reach Ebb; requests for others are refused" },
    { "password_file", VALUE_PATH, FIELD(http_settings, password_file), .max = PATH_BYTES_MAX,
      .sample = "/etc/ebb/http.passwords",
      .help = "file with a line NAME:BCRYPT for each user, as `htpasswd -B` writes them" },
    { "open", VALUE_FLAG, FIELD(http_settings, open), .preset = "false",
      .help = "let everybody who can connect read everything, also from other machines" },
    { "cert", VALUE_PATH, FIELD(http_settings, cert), .max = PATH_BYTES_MAX,
      .sample = "/etc/ebb/http.pem",
      .help = "PEM file with the certificate for https, its chain after it; requires `key`" },
    { "key", VALUE_PATH, FIELD(http_settings, key), .max = PATH_BYTES_MAX,
      .sample = "/etc/ebb/http.key", .help = "PEM file with its private key; requires `cert`" },
    { "metrics_token_max", VALUE_COUNT, FIELD(http_settings, metrics_token_max), .preset = "10000",
      .max = 1000 * 1000,
      .help = "tokens with series in `/metrics`; how many are left out is a metric" },
};

const struct section section_http = {
    .rows = http_rows,
    .row_count = COUNT(http_rows),
    .bytes = sizeof(struct http_settings),
    .tracked = true,
    .given_offset = offsetof(struct http_settings, enabled),
    .brief = true,
    .check = check_http,
};

static const struct row match_rows[] = {
    { "series", VALUE_SERIES, FIELD(rule, series), .preset = "token", .sample = "credits",
      .help = "what the rule watches: tokens, the account's credits, or (kinds unreadable and "
              "key_ends_within) the account itself" },
    { "token", VALUE_PATTERN, FIELD(rule, token), .sample = "\"prod-*\"", .preset_note = "all",
      .help = "token names; wildcards: * ? [a-z] [!a-z]" },
    { "account", VALUE_PATTERN, FIELD(rule, account), .sample = "main", .preset_note = "all",
      .help = "account names; same wildcards" },
    { "environment", VALUE_PATTERN, FIELD(rule, environment), .sample = "prod",
      .preset_note = "all",
      .help = "first part of names like env-project-purpose; same wildcards" },
    { "type", VALUE_PATTERN, FIELD(rule, type), .sample = TYPE_ORDINARY, .preset_note = "all",
      .help = "token types (" TYPE_ORDINARY ", " TYPE_FREE "); same wildcards" },
    { "member", VALUE_PATTERN, FIELD(rule, member), .sample = "\"*@example.org\"",
      .preset_note = "all",
      .help = "e-mail address of the token's owner (API v3); same wildcards" },
};

static const struct section section_match = { .rows = match_rows, .row_count = COUNT(match_rows) };

static const struct row rule_rows[] = {
    { "name", VALUE_NAME, FIELD(rule, name), .required = true, .shown = true,
      .sample = "low-balance", .help = "name of the rule in topics and alerts" },
    { "kind", VALUE_RULE_KIND, FIELD(rule, kind), .required = true, .shown = true,
      .sample = "balance_below", .help = "what is watched" },
    { "levels", VALUE_LEVELS, FIELD(rule, levels), .section = &section_threshold, .shown = true,
      .sample = "{info: 20.00, warning: {below: 10.00, clear: 12.00}, critical: 2.00}",
      .help = "thresholds for info, warning and critical; `clear` is where the level ends" },
    { "beyond_reset", VALUE_FLAG, FIELD(rule, beyond_reset), .preset = "false",
      .help = "exhausts_within only: also warn of exhaustion after the next reset" },
    { "level", VALUE_LEVEL, FIELD(rule, levels), .sample = "critical",
      .preset_note = "critical; for unreadable: warning",
      .help = "exhausted and unreadable only, instead of levels" },
    { "enabled", VALUE_FLAG, FIELD(rule, enabled), .preset = "true",
      .help = "false disables the rule; for kind unreadable, for the accounts that it matches" },
    { "hold", VALUE_DURATION, FIELD(rule, hold_s), .preset = "0s", .min = 0, .max = WEEK_S,
      .help = "how long a level must hold before it is reported" },
    { "match", VALUE_SECTION, .section = &section_match, .preset_note = "every token",
      .help = "which tokens the rule applies to; all patterns must match" },
};

static const struct section section_rule = {
    .rows = rule_rows,
    .row_count = COUNT(rule_rows),
    .bytes = sizeof(struct rule),
    .check = check_rule,
};

static const struct row audit_rows[] = {
    { "production", VALUE_PATTERNS, FIELD(audit_policy, production), .preset = "prod, production",
      .max = PATTERNS_BYTES_MAX,
      .help = "environments (first parts of env-project-purpose) that are production" },
    { "ci", VALUE_PATTERNS, FIELD(audit_policy, ci), .preset = "ci", .max = PATTERNS_BYTES_MAX,
      .help = "environments that run tests; their tokens should be sandbox tokens" },
    { "temporary", VALUE_PATTERNS, FIELD(audit_policy, temporary),
      .preset = "contractor, trial, demo, partner, temp, tmp, temporary", .max = PATTERNS_BYTES_MAX,
      .help = "words in a name that mark a temporary token, which should expire" },
    { "skip", VALUE_PATTERNS, FIELD(audit_policy, skip), .max = PATTERNS_BYTES_MAX,
      .sample = "\"legacy-*\"", .preset_note = "none",
      .help = "names of tokens to exclude from the audit" },
    { "rotation", VALUE_DURATION, FIELD(audit_policy, rotation_s), .preset = "90d", .min = DAY_S,
      .max = AGE_MAX_S, .help = "maximum age of a key" },
    { "idle", VALUE_DURATION, FIELD(audit_policy, idle_s), .preset = "30d", .min = DAY_S,
      .max = AGE_MAX_S, .help = "time without use after which a token is idle" },
    { "never_used", VALUE_DURATION, FIELD(audit_policy, never_used_s), .preset = "7d",
      .min = HOUR_S, .max = AGE_MAX_S,
      .help = "grace period in which a new token may be unused, and an old one may exist beside "
              "its successor" },
    { "expiring", VALUE_DURATION, FIELD(audit_policy, expiring_s), .preset = "14d", .min = HOUR_S,
      .max = AGE_MAX_S, .help = "how long before its expiry a token is reported" },
    { "fleet", VALUE_PATH, FIELD(audit_policy, fleet), .max = PATH_BYTES_MAX,
      .sample = "/etc/ebb/fleet.yaml", .preset_note = "none",
      .help = "fleet file to compare tokens with" },
    { "ignore", VALUE_CHECKS, FIELD(audit_policy, ignored), .sample = "naming",
      .preset_note = "none", .help = "checks to disable" },
    { "info", VALUE_CHECKS, FIELD(audit_policy, severity[LEVEL_INFO]), .sample = "rotation",
      .preset_note = "none", .help = "checks to report as info instead of their default severity" },
    { "warning", VALUE_CHECKS, FIELD(audit_policy, severity[LEVEL_WARNING]), .sample = "idle",
      .preset_note = "none", .help = "checks to report as warning" },
    { "critical", VALUE_CHECKS, FIELD(audit_policy, severity[LEVEL_CRITICAL]), .sample = "budget",
      .preset_note = "none", .help = "checks to report as critical" },
};

static const struct section section_audit = {
    .rows = audit_rows,
    .row_count = COUNT(audit_rows),
    .check = check_audit,
};

/* The least that burn (a week) and forecasts (six weeks of hours) live on, and a day to see what
 * happened. */
static const struct row retention_rows[] = {
    { "raw", VALUE_DURATION, FIELD(retention, raw_s), .preset = "30d", .min = DAY_S,
      .max = 520 * WEEK_S,
      .help = "polls, readings and bookings; each token's latest reading is kept" },
    { "hourly", VALUE_DURATION, FIELD(retention, hourly_s), .preset = "52w", .min = 7 * WEEK_S,
      .max = 520 * WEEK_S, .help = "hourly sums; daily sums are kept forever" },
    { "events", VALUE_DURATION, FIELD(retention, events_s), .preset = "52w", .min = 30 * DAY_S,
      .max = 520 * WEEK_S, .help = "alert events" },
};

static const struct section section_retention = { .rows = retention_rows,
                                                  .row_count = COUNT(retention_rows) };

static const struct row settings_rows[] = {
    { "store", VALUE_PATH, FIELD(settings, store), .preset = "/var/lib/ebb/ebb.db",
      .max = PATH_BYTES_MAX,
      .help = "database file; its directory is created, but not its parents" },
    { "log", VALUE_LOG_LEVEL, FIELD(settings, log), .preset = "notice",
      .help = "verbosity of the log on stderr" },
    { "accounts", VALUE_LIST, FIELD(settings, accounts),
      .count_offset = offsetof(struct settings, account_count), .section = &section_account,
      .required = true, .shown = true, .min = 1, .max = ACCOUNTS_MAX,
      .help = "the accounts to watch" },
    { "mqtt", VALUE_SECTION, FIELD(settings, mqtt), .section = &section_mqtt, .shown = true,
      .preset_note = "nothing is published", .help = "the broker to publish to" },
    { "http", VALUE_SECTION, FIELD(settings, http), .section = &section_http, .preset_note = "off",
      .help = "dashboards and metrics in the browser, on this machine" },
    { "rules", VALUE_LIST, FIELD(settings, rules),
      .count_offset = offsetof(struct settings, rule_count), .section = &section_rule,
      .shown = true, .min = 0, .max = RULES_MAX, .preset_note = "no alerts",
      .help = "when to raise an alert" },
    { "audit", VALUE_SECTION, FIELD(settings, audit), .section = &section_audit,
      .preset_note = "the defaults below", .help = "policy of `ebb audit`" },
    { "retention", VALUE_SECTION, FIELD(settings, retention), .section = &section_retention,
      .preset_note = "the defaults below", .help = "how long history is kept" },
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
    case VALUE_RULE_KIND:
    case VALUE_API_VERSION:
    case VALUE_MQTT_VERSION:
    case VALUE_SERIES:
        choice_add(row->type, out);
        break;
    case VALUE_LEVEL:
        for (int i = LEVEL_NONE + 1; i < LEVELS; i++)
            text_addf(out, "%s%s", i > LEVEL_NONE + 1 ? ", " : ": ", level_name((enum level)i));
        break;
    case VALUE_ADDRESSES:
    case VALUE_HOSTS:
    case VALUE_PATHS:
    case VALUE_PATTERNS:
    case VALUE_CHECKS:
    case VALUE_TEXT:
    case VALUE_PATH:
    case VALUE_HOST:
    case VALUE_URL:
    case VALUE_TOPIC:
    case VALUE_VARIABLE:
    case VALUE_CREDENTIAL:
    case VALUE_NAME:
    case VALUE_PATTERN:
    case VALUE_FLAG:
    case VALUE_LEVELS:
    case VALUE_AMOUNT:
    case VALUE_MOMENT:
    case VALUE_PERIOD:
    case VALUE_TOKEN_TYPE:
    case VALUE_SECTION:
    case VALUE_LIST:
    case VALUE_NAMED:
    case VALUE_TYPES:
        break;
    }
}
