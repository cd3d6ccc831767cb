/* What the formats of `ebb report` share: the question, and the answer with the names of its
 * groups. */
#pragma once

#include "core/report.h"
#include "edge/store.h"
#include "view/table.h"

enum report_by {
    BY_TOKEN,
    BY_ENVIRONMENT,
    BY_PROJECT,
    BY_PURPOSE,
    BY_MEMBER,
    BY_ACCOUNT,
    BY_PROVIDER,
    BY_FEATURE,
    REPORT_BYS
};
/* In the order of enum report_by. */
#define REPORT_BY_NAMES "token|environment|project|purpose|member|account|provider|feature"

enum { REPORT_PAGE_SUMS = 200000 /* that a page or an answer may be made of */ };

struct report_query {
    enum report_by by;
    enum period_length per;
    struct period during, before;
    enum report_choice choice;
    const char *token, *account, *environment; /* a glob and two names; NULL: not restricted */
    unix_s now;
    size_t sums_max; /* how many sums by group and time may be held; 0: not limited */
};

/* The times of its period, and its account. */
struct query_filter report_scope(const struct report_query *q);

/* How a group is called. */
struct report_label {
    char *name, *account; /* owned; the account of a token, else "" */
    int64_t generation;   /* of a token that was reborn: 1, 2, ...; else 0 */
    bool deleted;
};

/* What of the figures was spent nobody knows when: spread evenly over times without a reading. */
struct report_gaps {
    size_t count;
    int64_t nano, longest_s;
};

struct loaded_report {
    struct report report;
    bool matches; /* a token is left by `token` and `environment` */
    struct report_gaps gaps;
    char *usage_reason;  /* owned; why an account's consumption was not told last, or not all of it;
                            NULL: it was */
    int64_t shared_days; /* whose hours are shares of a figure of the whole day */
    struct report_label *labels; /* owned; by group */
    size_t label_count, label_room;
};

/* Provider or feature: what the endpoint alone tells. */
bool report_by_is_word(enum report_by by);

/* "token", "environment" and so on. */
const char *report_by_name(enum report_by by);

/* Loads it in slices of a few milliseconds; the question is copied, its texts and the store are the
 * caller's until the end. Between two steps a query may be open, and the journal be held: no client
 * is to be waited for. FAULT_REJECT: sums too large, or too many. */
struct report_run;
MUST_CHECK bool report_run_begin(struct store *s, const struct report_query *q,
                                 struct report_run **ret, struct fault *why);
/* *ret_more false: it can be taken. */
MUST_CHECK bool report_run_step(struct report_run *r, bool *ret_more, struct fault *why);
void report_run_take(struct report_run *r, struct loaded_report *ret); /* for report_unload */
void report_run_end(struct report_run *r);                             /* accepts NULL */

/* All at once. `ret` is released by report_unload, also after a failure. */
MUST_CHECK bool report_load(struct store *s, const struct report_query *q,
                            struct loaded_report *ret, struct fault *why);
void report_unload(struct loaded_report *l);

/* Whether a token is left by `token` and `environment`: nothing spent and nobody meant are two
 * answers. */
MUST_CHECK bool report_finds(struct store *s, const struct report_query *q, bool *ret,
                             struct fault *why);

/* The label as people see it: "prod-app (life 2, deleted)". Not escaped. */
void report_label_add(const struct report_label *l, struct text *out);

/* What readers must know of the figures, a sentence each: what is not known, what is spread and
 * shared out. */
void report_notes(const struct report_query *q, const struct loaded_report *l, struct text *out);

/* The rows; for people with a heading and a line of all of them. */
void report_table(const struct report_query *q, const struct loaded_report *l, struct writer *w);

/* The same in slices; all that is handed in is borrowed until the end. */
struct report_rows;
struct report_rows *report_rows_begin(const struct report_query *q, const struct loaded_report *l,
                                      struct writer *w);
bool report_rows_step(struct report_rows *r); /* false: all are written */
void report_rows_end(struct report_rows *r);  /* accepts NULL */

/* One HTML page that needs nothing else, whatever the writer's format. */
MUST_CHECK bool report_html(struct store *s, const struct report_query *q, struct writer *w,
                            struct fault *why);

/* Days on which both balances and the endpoint say something. */
struct days_compared {
    size_t rows, drifts; /* drifts: beyond tolerance */
};

/* What balances and the endpoint say of each day of the period. */
MUST_CHECK bool report_reconcile(struct store *s, const struct report_query *q, struct writer *w,
                                 struct days_compared *ret, struct fault *why);
