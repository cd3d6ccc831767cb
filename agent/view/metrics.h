/* Everything that is known, as metrics: Prometheus text 0.0.4 or OpenMetrics 1.0.
 *
 * A family is a row (metrics/row.h): name, type, unit, help, and the function that gives a value.
 * What is not known has no sample: never 0, never infinite. Money is written as the exact decimal.
 * All rows are loaded first, tokens in slices, each in a transaction of its own; then what was
 * loaded is written in pieces. So neither a slow reader nor a long list holds up anybody: a piece
 * of work takes some milliseconds, and what is held is a few hundred bytes for each token. */
#pragma once

#include "base/clock.h"
#include "base/fault.h"
#include "base/span.h"

struct live;
struct metrics;
struct store;
struct writer;

enum metrics_format { METRICS_TEXT, METRICS_OPENMETRICS };

/* By the Accept header of a request ("" or NULL: none). */
enum metrics_format metrics_format_accepted(const char *accept);
const char *metrics_content_type(enum metrics_format format);

enum { METRICS_TOKENS_MAX = 10000 }; /* usually */

struct metrics_query {
    unix_s now;
    enum metrics_format format;
    int64_t tokens_max;      /* those that are known longest; how many are left out is a metric */
    const struct live *live; /* NULL: of a database alone. Read in metrics_open alone */
};

/* `s` must outlive it. */
MUST_CHECK bool metrics_open(struct store *s, const struct metrics_query *q, struct metrics **ret,
                             struct fault *why);
/* One more piece of work, some milliseconds of it: adds to the writer what it made, which is
 * nothing while rows are loaded. *ret_more false: that was the last. Nothing was written yet when
 * it fails. */
MUST_CHECK bool metrics_next(struct metrics *m, struct writer *w, bool *ret_more,
                             struct fault *why);
size_t metrics_bytes(const struct metrics *m); /* that it holds, about */
void metrics_close(struct metrics *m);         /* accepts NULL */
