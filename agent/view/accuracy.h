/* How good the forecasts of this installation have been, by account: a table, a sentence or a
 * section of a page. */
#pragma once

#include "base/text.h"
#include "core/forecast/tracked.h"
#include "view/table.h"

/* What a row of query_record.sql comes to; `tells` false: too few came due to judge them. */
struct record_figures {
    int64_t scored;
    bool tells;
    int64_t coverage_milli, factor_milli, bias_milli;
    int64_t reach_scored[REACHES], reach_milli[REACHES]; /* coverage; -1: too few */
};
struct record_figures record_figures_of(const struct cell *asked);

/* What a row of query_record.sql says. */
struct accuracy_summary record_of(const struct cell *asked);

/* "31 of 36 under 6 h, 9 of 10 6 h to 2 days": how many held, by how far ahead they looked. */
void record_add_reaches(const struct accuracy_summary *r, struct text *out);

/* A row for each account: those that ended from scope->since to before scope->until. People see no
 * table when no forecast came due. */
MUST_CHECK bool record_table(struct store *s, const struct query_filter *scope, struct writer *w,
                             size_t *ret_rows, struct fault *why);

/* A sentence for each account; nothing when no forecast came due. */
MUST_CHECK bool record_lines(struct store *s, const struct query_filter *scope, struct writer *w,
                             struct fault *why);

/* The same as a section of an HTML page; nothing when no forecast came due. */
MUST_CHECK bool record_add_html(struct store *s, const struct query_filter *scope, struct text *out,
                                struct fault *why);
