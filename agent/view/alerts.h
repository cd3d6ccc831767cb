/* What fires now, and how it stands; and every transition of the past. */
#pragma once

#include "core/rule.h"
#include "view/table.h"

struct alerts_query {
    struct query_filter scope;
    struct rule_set rules;
};

struct alerts_seen {
    size_t rows;
    enum level worst; /* of those that fire */
};

/* `rules` are those of the configuration, which the store does not know. */
MUST_CHECK bool alerts_firing(struct store *s, const struct alerts_query *q, struct writer *w,
                              struct alerts_seen *ret, struct fault *why);
MUST_CHECK bool alerts_past(struct store *s, const struct query_filter *scope, struct writer *w,
                            struct alerts_seen *ret, struct fault *why);
