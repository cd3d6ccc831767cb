/* A family of metrics is a row, and what it is about is a subject: a token, the credits of an
 * account, an account, an alert that fires, and so on. Each subject has its labels, written once,
 * and its facts; a row has the function that reads its value off the facts.
 *
 * A new metric is one row and one function, in the file of its subject. A fact that nobody loaded
 * yet is loaded in facts.c or tokens.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/process.h"
#include "core/burn.h"
#include "core/forecast/accuracy.h"
#include "core/level.h"
#include "core/live.h"
#include "core/state.h"

enum metric_type { METRIC_GAUGE, METRIC_COUNTER, METRIC_INFO, METRIC_SUMMARY };

/* How the number of a sample is meant. */
enum metric_scale { METRIC_WHOLE, METRIC_NANO, METRIC_MILLI };

enum metric_subject {
    SUBJECT_AGENT,    /* one */
    SUBJECT_ACCOUNT,  /* account */
    SUBJECT_REQUESTS, /* account, code */
    SUBJECT_ALERT,    /* account, series, token, rule */
    SUBJECT_CREDITS,  /* account */
    SUBJECT_TOKEN,    /* account, token, environment */
    SUBJECT_USAGE,    /* account, token (none: the main key), environment, feature, provider */
    SUBJECTS,
};

#define METRIC_ABSENT INT64_MIN /* not known: no sample */

/* Of a token or of credits. Times that are not known are METRIC_ABSENT, as is all else. */
struct series_facts {
    int64_t balance_nano, available_nano, reset_amount_nano, spent_nano;
    int64_t burn_nano[BURN_WINDOWS];
    int64_t ends_at[3]; /* early, likely, late */
    int64_t lasts_nano; /* the chance, in billionths */
    int64_t horizon_at, reset_at, expires_at, seen_at, forecast_at;
    enum state state;
    bool budgeted;
};

struct account_facts {
    int64_t polled_at, last_ok_at, next_at, took_ms, interval_s, stale_s;
    int64_t ok, listed, changed, missing, bytes, tokens, usage_until;
    int64_t scored, coverage_milli, factor_milli, bias_milli; /* of its forecasts */
    int64_t reach_scored[REACHES], reach_milli[REACHES];      /* by how far ahead they looked */
    int64_t alerts[LEVELS];
    int64_t polls[POLL_RESULTS]; /* METRIC_ABSENT: of a database alone */
};

struct agent_facts {
    int64_t outbox_events, outbox_bytes, outbox_oldest_at, refused, delivered_at;
    int64_t store_bytes, store_free_bytes, journal_bytes;
    int64_t tokens_left_out;
    bool is_running;  /* the rest is of the daemon */
    struct live live; /* its accounts are not there any more */
    struct process_usage process;
};

struct subject {
    char *labels; /* owned; as written between the braces, unterminated */
    /* Behind them further ones, of rows that are METRIC_INFO. */
    uint32_t label_bytes, info_bytes;
    union {
        struct series_facts series;   /* SUBJECT_TOKEN, SUBJECT_CREDITS */
        struct account_facts account; /* SUBJECT_ACCOUNT */
        struct agent_facts agent;     /* SUBJECT_AGENT */
        int64_t number;               /* all others */
    };
};

/* A further label with one sample for each of its values. */
struct metric_label {
    const char *name;
    const char *(*value)(size_t place);
    size_t count; /* at most METRIC_VALUES_MAX */
};
enum { METRIC_VALUES_MAX = 16 };

struct metric {
    const char *name; /* of its samples: with "_total", "_info" */
    const char *help;
    const char *unit; /* the name's last words, before "_total"; NULL: it has none */
    enum metric_type type;
    enum metric_scale scale;
    const struct metric_label *by; /* NULL: one sample for a subject */
    /* METRIC_ABSENT: there is no sample. `place` is that of the further label's value. */
    int64_t (*value)(const struct subject *s, size_t place);
};

struct metric_rows {
    enum metric_subject of;
    const struct metric *rows;
    size_t count;
};
extern const struct metric_rows metric_rows_of_agent, metric_rows_of_accounts,
    metric_rows_of_requests, metric_rows_of_alerts, metric_rows_of_credits, metric_rows_of_tokens,
    metric_rows_of_usage;

/* All of them, in the order in which they are written; ended by NULL. */
extern const struct metric_rows *const metric_rows[];
