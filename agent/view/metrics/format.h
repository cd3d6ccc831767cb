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

enum { METRIC_LABEL_BYTES = 64 }; /* more than the longest further label takes */

/* What the lines of a family have in common, for one value of its further label. */
struct metric_line {
    struct span name;
    char further[METRIC_LABEL_BYTES]; /* as it is written between the braces, unterminated */
    size_t further_bytes;
    enum metric_scale scale;
    bool informs; /* with the subject's `info` */
};
/* `place`: of the further label's value. */
struct metric_line metric_line_of(const struct metric *m, size_t place);

/* One line; nothing when the value is METRIC_ABSENT. */
void metric_add_sample(struct text *out, const struct metric_line *line, const struct subject *s,
                       int64_t value);

/* The end of everything. */
void metric_add_end(struct text *out, enum metrics_format format);
