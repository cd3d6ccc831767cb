/* What fires now, and how it stands; and every transition of the past. */
#pragma once

#include "core/rule.h"
#include "view/alert_now.h"
#include "view/table.h"

struct alerts_query {
    struct query_filter scope;
    struct rule_set rules;
};

struct alerts_seen {
    size_t rows;
    int64_t next;     /* scope->after of the events that scope->most left out; 0: none */
    enum level worst; /* of those that fire */
};

/* `rules` are those of the configuration, which the store does not know. */
MUST_CHECK bool alerts_firing(struct store *s, const struct alerts_query *q, struct writer *w,
                              struct alerts_seen *ret, struct fault *why);

/* The same in steps, for whoever has little time at once; all that is handed in is borrowed until
 * its end. */
struct alerts_list;
MUST_CHECK bool alerts_list_begin(struct store *s, const struct alerts_query *q, struct writer *w,
                                  struct alerts_list **ret, struct fault *why);
MUST_CHECK bool alerts_list_step(struct alerts_list *l, bool *ret_more, struct fault *why);
void alerts_list_end(struct alerts_list *l); /* accepts NULL */

MUST_CHECK bool alerts_past(struct store *s, const struct query_filter *scope, struct writer *w,
                            struct alerts_seen *ret, struct fault *why);

/* Likewise in steps. */
struct past_list;
MUST_CHECK bool past_list_begin(struct store *s, const struct query_filter *scope, struct writer *w,
                                struct past_list **ret, struct fault *why);
MUST_CHECK bool past_list_step(struct past_list *l, bool *ret_more, struct fault *why);
int64_t past_list_next(const struct past_list *l); /* as alerts_seen.next */
void past_list_end(struct past_list *l);           /* accepts NULL */

/* ---- for other pictures ---- */

/* An alert that fires, as it stands now. */
struct alert_firing {
    const struct cell *asked; /* its row of QUERY_ALERTS */
    struct alert_now now;
    const char *words; /* of now: neither level nor token nor rule */
};

/* Hands each to `take`, the worst and oldest first, some in each step; all of it lives until `take`
 * returns. The question is borrowed until the end. */
struct alerts_run;
MUST_CHECK bool alerts_run_begin(struct store *s, const struct alerts_query *q,
                                 void (*take)(void *to, const struct alert_firing *f), void *to,
                                 struct alerts_run **ret, struct fault *why);
MUST_CHECK bool alerts_run_step(struct alerts_run *r, bool *ret_more, struct fault *why);
void alerts_run_end(struct alerts_run *r); /* accepts NULL */

/* Hands each past event of the scope to `take`, the oldest first, some in each step: the rows of
 * QUERY_EVENTS, which live until `take` returns. What happens meanwhile is left out. */
struct past_run;
MUST_CHECK bool past_run_begin(struct store *s, const struct query_filter *scope,
                               void (*take)(void *to, const struct cell *asked), void *to,
                               struct past_run **ret, struct fault *why);
MUST_CHECK bool past_run_step(struct past_run *r, bool *ret_more, struct fault *why);
void past_run_end(struct past_run *r); /* accepts NULL */

/* A past event in words, as a row of QUERY_EVENTS has them, without its level and token. */
struct cell alerts_words(const struct cell *asked);
