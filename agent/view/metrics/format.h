/* The two text formats: labels, numbers, and the lines of a family. */
#pragma once

#include "base/text.h"
#include "view/metrics.h"
#include "view/metrics/row.h"

/* Adds `name="value"`, after a comma if something is there already. Any name of a token stays a
 * label's value: quotes, backslashes and line breaks are escaped, bytes that are not UTF-8 become
 * U+FFFD. */
void metric_add_label(struct text *labels, const char *name, struct span value);

/* What goes before the first sample of a family. */
void metric_add_head(struct text *out, const struct metric *m, enum metrics_format format);

/* One line; nothing when the value is METRIC_ABSENT. */
void metric_add_sample(struct text *out, const struct metric *m, const struct subject *s,
                       size_t place, int64_t value);

/* The end of everything. */
void metric_add_end(struct text *out, enum metrics_format format);
