/* What the database and the daemon know, as subjects of metrics. */
#pragma once

#include "base/text.h"
#include "edge/store.h"
#include "view/metrics.h"
#include "view/metrics/row.h"
#include "view/standing.h"

struct subjects {
    struct subject *at; /* owned */
    size_t count, room;
};

struct metric_facts {
    struct subjects of[SUBJECTS];
    int64_t living;  /* tokens that there are */
    int64_t last_id; /* of those that have series */
    bool whole;      /* all have */
    size_t label_bytes;
    struct text labels, info; /* of the subject that is added next */
};

void facts_done(struct metric_facts *f);

/* What a cell holds; METRIC_ABSENT: not known. */
int64_t facts_number(const struct cell *c);
int64_t facts_stamp(const struct cell *c); /* a time */

/* A subject of the labels and the info that were written, and without facts; valid until the next
 * one is added. */
struct subject *facts_add(struct metric_facts *f, enum metric_subject of);

/* The program, its accounts, and what the daemon counts of them. */
MUST_CHECK bool facts_begin(struct store *s, const struct metrics_query *q,
                            struct metric_facts *ret, struct fault *why);
enum { FACTS_PARTS = 3 };
/* One more part, up to FACTS_PARTS; tokens and credits are further ones. */
MUST_CHECK bool facts_load(struct store *s, const struct metrics_query *q, size_t part,
                           struct metric_facts *f, struct fault *why);

/* The rows that are loaded; then they may be forgotten. */
void facts_take_tokens(struct metric_facts *f, struct standing *rows, unix_s now);
/* The slice moves on to as many series as it asks for, where `bound` says where they end. *ret_more
 * false: there are no more. */
MUST_CHECK bool facts_next_slice(struct store *s, enum query bound, struct query_filter *slice,
                                 bool *ret_more, struct fault *why);
/* Alerts of the slice's series; the slice moves on. *ret_more false: it was empty. */
MUST_CHECK bool facts_load_alerts(struct store *s, const struct metrics_query *q,
                                  struct query_filter *slice, struct metric_facts *f,
                                  bool *ret_more, struct fault *why);
/* Consumption of the slice's tokens, of those alone that have series; the slice moves on.
 * *ret_more false: it was empty. */
MUST_CHECK bool facts_load_usage(struct store *s, struct query_filter *slice,
                                 struct metric_facts *f, bool *ret_more, struct fault *why);
void facts_take_credits(struct metric_facts *f, struct standing *rows);
