/* libfyaml: a YAML file -> checked settings, or every mistake in it at once.
 *
 * Every key is a row (name, type, range, default, help); parsing, "did you mean", the effective
 * configuration and the commented example all walk these rows. Scalars are read as text by strict
 * parsers. Secrets are read from files, the environment or systemd credentials and are never
 * printed. */
#pragma once

#include <stdio.h>

#include "base/api_version.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/mqtt_version.h"
#include "base/text.h"
#include "core/audit.h"
#include "core/retention.h"
#include "core/rule.h"
#include "core/token_plan.h"

enum {
    ACCOUNT_NAME_BYTES = 64,
    SECRET_BYTES_MAX = 4096,
    HTTP_PORT = 5322, /* of an address without one */
};
#define HTTP_LISTEN_PRESET "127.0.0.1:5322"

struct account_settings {
    char name[ACCOUNT_NAME_BYTES]; /* [A-Za-z0-9_-]+, unique */
    char *url;            /* scheme and host, no trailing slash; https, or http to loopback only */
    enum api_version api; /* default auto: by the key */
    char *key_file, *key_env, *key_credential; /* one is set, or token_key_files; NULL otherwise */
    char *token_key_files; /* paths, separated by ", ": each has the secret of one token */
    struct account_settings *token_keys; /* owned; this account with each of these keys, and with */
    size_t token_key_count;              /* no other keys; 0: they were not read */
    char *token;    /* of such a key: whose it is, as far as known; NAME_BYTES_MAX + 1 bytes */
    char *key;      /* the secret itself, in SECRET_BYTES_MAX + 1 bytes; wiped by settings_free */
    char *key_path; /* the file it was read from; NULL: the environment */
    int64_t interval_s; /* 10 s .. 1 d (from 1 s over plain http), default 5m */
    int64_t
        interval_min_s; /* 0 < min <= interval; default 1m, or what the budget leaves room for */
    int64_t interval_max_s;    /* interval <= max; default four intervals, at most 1 d */
    int64_t calls_milli_per_s; /* thousandths of a call per second; default 200, or what the
                                  interval needs */
    int64_t connect_timeout_s; /* default 10s */
    int64_t timeout_s;         /* whole transfer, default 60s */
    bool compression;          /* default off */
    int64_t max_tokens;        /* a longer list is refused; default 200000 */
};

struct mqtt_settings {
    bool enabled; /* false: the file has no `mqtt` section */
    char *host;   /* default "localhost" */
    int64_t port; /* default 1883, with TLS 8883 */
    char *user;   /* NULL: anonymous */
    char *password_file, *password_env, *password_credential; /* at most one */
    char *password;                                           /* the secret itself; NULL: none */
    char *tls_ca, *tls_cert, *tls_key;                        /* PEM files; NULL: not given */
    bool tls;                  /* tls section present; with no ca, the system's CA certificates */
    char *base_topic;          /* default "ebb"; no wildcard, no leading or trailing slash */
    char *client_id;           /* NULL: "ebb-" and the database's id */
    enum mqtt_version version; /* default 5 */
    int64_t qos;               /* 0 or 1, default 1 */
    int64_t outbox_events;     /* how many may wait for the broker, default 100000 */
};

/* The web server. Anything but loopback needs a password file, or `open`. */
struct http_settings {
    bool enabled;              /* false: the file has no `http` section */
    char *listen;              /* addresses with ports, separated by ", "; default 127.0.0.1:5322 */
    char *hosts;               /* names that clients may use, likewise; NULL: none but localhost */
    char *password_file;       /* lines of NAME:BCRYPT; NULL: not given */
    bool open;                 /* everybody who can connect may read */
    char *cert, *key;          /* PEM files; NULL: not given */
    int64_t metrics_token_max; /* tokens with series of their own, default 10000 */
    char *logins, *cert_pem, *key_pem; /* what these files held; wiped by settings_free */
};

struct settings {
    char *file;                        /* where it was read */
    char *store;                       /* path of the database */
    enum log_level log;                /* default warning */
    struct account_settings *accounts; /* owned, at least one */
    size_t account_count;
    struct mqtt_settings mqtt;
    struct http_settings http;
    struct rule *rules; /* owned */
    size_t rule_count;
    struct audit_policy audit;
    struct retention retention;
};

/* Where secrets may come from; passed in, so that nothing below main reads the environment. */
struct config_sources {
    const char *(*environment)(const char *name); /* getenv, or a test's */
    const char *credentials_directory;            /* $CREDENTIALS_DIRECTORY or NULL */
    /* Commands that only read the store need no key: what is not read is not missed. */
    enum secrets_wanted {
        SECRETS_ALL,
        SECRETS_HTTP, /* the files of `http` alone */
        SECRETS_NONE,
    } secrets;
};

/* Reads and checks a whole file. On failure `errors` holds every mistake as file:line:column: text,
 * the source line and a caret, and `why` the summary; nothing is returned. FAULT_FATAL. */
MUST_CHECK bool config_load(const char *path, const struct config_sources *from,
                            struct settings **ret, struct text *errors, struct fault *why);

/* Reads the key of an account again from its file, since people replace that while a program runs;
 * another one takes the place of the old one at once, wherever these settings are used. A key of
 * the environment never changes. */
MUST_CHECK bool config_renew_key(const struct account_settings *s, bool *ret_changed,
                                 struct fault *why);

/* When the file of the key was changed last; TIME_FAR: there is none, or that cannot be seen. */
unix_s config_key_changed_at(const struct account_settings *s);
/* Of the key as it is loaded now, or of an empty one: a difference means that the key was replaced.
 */
uint64_t config_key_hash(const struct account_settings *s);

/* What an empty `http` section means; to be released by http_settings_done. */
void config_http_defaults(struct http_settings *ret);
void http_settings_done(struct http_settings *s); /* wipes secrets */
/* Reads addresses as `listen` does. FAULT_REJECT. */
MUST_CHECK bool config_http_listen(struct http_settings *s, const char *listen, struct fault *why);
/* Not everybody who can reach this machine may read, or it is said that they may. */
bool config_http_is_guarded(const struct http_settings *s);
bool config_http_is_local(const struct http_settings *s); /* it listens on loopback alone */

/* Accepts NULL; wipes secrets. */
void settings_free(struct settings *s);

/* The effective configuration as YAML that config_load accepts; secrets appear by source only. */
void config_print(const struct settings *s, struct text *out);

/* A complete commented configuration, made from the rows. */
void config_example(struct text *out);

/* A fleet file: the tokens that somebody wants an account to have; or every mistake in it at once.
 *
 * Read by the rows and the strict readers of the configuration. A token's own keys come first, then
 * those of its environment (the first part of env-project-purpose) under `defaults`, then those
 * under "*". It holds no secrets. */
struct token_defaults {
    char environment[PATTERN_BYTES]; /* "ci", or "*" */
    struct token_spec wish;
};

struct token_file {
    char account[ACCOUNT_NAME_BYTES]; /* of the configuration; "": not said */
    struct token_defaults *defaults;  /* owned */
    size_t default_count;
    struct wanted_token *tokens; /* owned; names are unique, defaults are put in */
    size_t token_count;
};

/* Reads and checks a whole file, of tokens within the limits of their API. On failure `errors`
 * holds every mistake as file:line:column: text, the source line and a caret, and `why` the
 * summary. FAULT_FATAL. */
MUST_CHECK bool token_file_load(const char *path, const struct token_limits *limits,
                                struct token_file **ret, struct text *errors, struct fault *why);
void token_file_free(struct token_file *f); /* accepts NULL */
