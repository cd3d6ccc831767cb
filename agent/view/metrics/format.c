/* https://prometheus.io/docs/instrumenting/exposition_formats/ and
 * https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
 *
 * A sample is written tens of thousands of times in a row: no printf. */
#include "view/metrics/format.h"

#include <assert.h>
#include <string.h>

#include "base/digits.h"
#include "base/money.h"

enum { NANO_PER_MILLI = 1000000 };

static const char replacement[] = "\xEF\xBF\xBD";

/* The bytes from `value` on that stay as they are. */
static size_t plain_bytes(struct span value)
{
    size_t len = 0, step;
    unsigned code_point;
    while (len < value.len && !memchr("\\\"\n", value.at[len], 3)
           && (step = utf8_step((struct span){ value.at + len, value.len - len }, &code_point)))
        len += step;
    return len;
}

static const char *escape_of(char c)
{
    switch (c) {
    case '\\':
        return "\\\\";
    case '"':
        return "\\\"";
    case '\n':
        return "\\n";
    default:
        return replacement;
    }
}

static void add_value(struct text *out, struct span value)
{
    while (value.len) {
        size_t plain = plain_bytes(value);
        text_add(out, (struct span){ value.at, plain });
        value = (struct span){ value.at + plain, value.len - plain };
        if (!value.len)
            break;
        text_add_z(out, escape_of(value.at[0]));
        value = (struct span){ value.at + 1, value.len - 1 };
    }
}

void metric_add_label(struct text *labels, const char *name, struct span value)
{
    text_add_z(labels, labels->len ? "," : "");
    text_add_z(labels, name);
    text_add_z(labels, "=\"");
    add_value(labels, value);
    text_add_z(labels, "\"");
}

static const char *type_name(enum metric_type type, enum metrics_format format)
{
    switch (type) {
    case METRIC_COUNTER:
        return "counter";
    case METRIC_INFO:
        return format == METRICS_OPENMETRICS ? "info" : "gauge";
    case METRIC_SUMMARY:
        return "summary";
    case METRIC_GAUGE:
        break;
    }
    return "gauge";
}

/* OpenMetrics calls a family by its name without what its type adds to its samples. */
static struct span family_name(const struct metric *m, enum metrics_format format)
{
    struct span name = span_of(m->name);
    const char *suffix = m->type == METRIC_COUNTER ? "_total"
        : m->type == METRIC_INFO                   ? "_info"
                                                   : "";
    if (format == METRICS_OPENMETRICS)
        name.len -= strlen(suffix);
    return name;
}

static void add_line(struct text *out, const char *keyword, struct span family, const char *words)
{
    text_add_z(out, "# ");
    text_add_z(out, keyword);
    text_add_z(out, " ");
    text_add(out, family);
    text_add_z(out, " ");
    text_add_z(out, words);
    text_add_z(out, "\n");
}

void metric_add_head(struct text *out, const struct metric *m, enum metrics_format format)
{
    struct span family = family_name(m, format);
    add_line(out, "HELP", family, m->help);
    add_line(out, "TYPE", family, type_name(m->type, format));
    if (m->unit && format == METRICS_OPENMETRICS)
        add_line(out, "UNIT", family, m->unit);
}

static void add_whole(struct text *out, int64_t value)
{
    char digits[DIGITS_MAX + 1], *end = digits;
    if (value < 0)
        *end++ = '-';
    end = digits_put(end, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 1);
    text_add(out, (struct span){ digits, (size_t)(end - digits) });
}

/* What a file that was tampered with holds stays at the end of its range. */
static int64_t nano_of_milli(int64_t milli)
{
    int64_t nano;
    return __builtin_mul_overflow(milli, NANO_PER_MILLI, &nano)
        ? (milli < 0 ? -INT64_MAX : INT64_MAX)
        : nano;
}

static void add_number(struct text *out, enum metric_scale scale, int64_t value)
{
    char decimal[MONEY_TEXT_BYTES];
    switch (scale) {
    case METRIC_WHOLE:
        add_whole(out, value);
        break;
    case METRIC_MILLI:
        text_add_z(out, money_format((struct money){ nano_of_milli(value) }, decimal));
        break;
    case METRIC_NANO:
        text_add_z(out, money_format((struct money){ value }, decimal));
        break;
    }
}

void metric_add_sample(struct text *out, const struct metric *m, const struct subject *s,
                       size_t place, int64_t value)
{
    bool informs = m->type == METRIC_INFO && s->info[0];
    if (value == METRIC_ABSENT)
        return;
    text_add_z(out, m->name);
    if (s->labels[0] || m->by || informs) {
        text_add_z(out, "{");
        text_add_z(out, s->labels);
        text_add_z(out, s->labels[0] && (m->by || informs) ? "," : "");
        text_add_z(out, informs ? s->info : "");
        if (m->by) {
            text_add_z(out, m->by->name);
            text_add_z(out, "=\"");
            text_add_z(out, m->by->value(place));
            text_add_z(out, "\"");
        }
        text_add_z(out, "}");
    }
    text_add_z(out, " ");
    add_number(out, m->scale, value);
    text_add_z(out, "\n");
}

void metric_add_end(struct text *out, enum metrics_format format)
{
    if (format == METRICS_OPENMETRICS)
        text_add_z(out, "# EOF\n");
}

const char *metrics_content_type(enum metrics_format format)
{
    return format == METRICS_OPENMETRICS
        ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
        : "text/plain; version=0.0.4; charset=utf-8";
}
