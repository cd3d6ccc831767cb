/* https://prometheus.io/docs/instrumenting/exposition_formats/ and
 * https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
 *
 * A sample is written a hundred thousand times in a row: its parts are ready, and copied. */
#include "view/metrics/format.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/digits.h"
#include "base/money.h"

enum { NANO_PER_MILLI = 1000000 };

static const char replacement[] = "\xEF\xBF\xBD";

static char *put(char *at, struct span bytes)
{
    memcpy(at, bytes.at, bytes.len);
    return at + bytes.len;
}

static bool is_escaped(char c)
{
    return c == '\\' || c == '"' || c == '\n';
}

/* The bytes from `value` on that stay as they are. */
static size_t plain_bytes(struct span value)
{
    size_t len = 0, step;
    unsigned code_point;
    while (len < value.len && !is_escaped(value.at[len])) {
        step = (unsigned char)value.at[len] < 0x80
            ? 1
            : utf8_step((struct span){ value.at + len, value.len - len }, &code_point);
        if (!step)
            break;
        len += step;
    }
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
    const struct span is = span_of(name);
    char *begin = text_room(labels, is.len + sizeof ",=\""), *at = begin;
    if (labels->len)
        *at++ = ',';
    at = put(at, is);
    *at++ = '=';
    *at++ = '"';
    text_filled(labels, (size_t)(at - begin));
    add_value(labels, value);
    text_add(labels, (struct span){ "\"", 1 });
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

static char *put_whole(char *at, int64_t value)
{
    if (value < 0)
        *at++ = '-';
    return digits_put(at, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 1);
}

/* What a file that was tampered with holds stays at the end of its range. */
static int64_t nano_of_milli(int64_t milli)
{
    int64_t nano;
    return __builtin_mul_overflow(milli, NANO_PER_MILLI, &nano)
        ? (milli < 0 ? -INT64_MAX : INT64_MAX)
        : nano;
}

static char *put_number(char *at, enum metric_scale scale, int64_t value)
{
    switch (scale) {
    case METRIC_MILLI:
        return money_put((struct money){ nano_of_milli(value) }, at);
    case METRIC_NANO:
        return money_put((struct money){ value }, at);
    case METRIC_WHOLE:
        break;
    }
    return put_whole(at, value);
}

struct metric_line metric_line_of(const struct metric *m, size_t place)
{
    struct metric_line line = { .name = span_of(m->name),
                                .scale = m->scale,
                                .informs = m->type == METRIC_INFO };
    int len = m->by
        ? snprintf(line.further, sizeof line.further, "%s=\"%s\"", m->by->name, m->by->value(place))
        : 0;
    assert(len >= 0 && (size_t)len < sizeof line.further);
    line.further_bytes = (size_t)len;
    return line;
}

/* A list of labels, after a comma if one is there already. */
static char *put_labels(char *at, const char *first, struct span labels)
{
    if (labels.len && at != first)
        *at++ = ',';
    return put(at, labels);
}

void metric_add_sample(struct text *out, const struct metric_line *line, const struct subject *s,
                       int64_t value)
{
    enum { BESIDE = sizeof "{,,} \n" + MONEY_TEXT_BYTES };
    const struct span further = { line->further, line->further_bytes };
    const struct span info = { s->labels + s->label_bytes, line->informs ? s->info_bytes : 0 };
    if (value == METRIC_ABSENT)
        return;
    char *begin = text_room(out, line->name.len + s->label_bytes + info.len + further.len + BESIDE);
    char *at = put(begin, line->name);
    if (s->label_bytes || info.len || further.len) {
        *at++ = '{';
        const char *first = at;
        at = put(at, (struct span){ s->labels, s->label_bytes });
        at = put_labels(at, first, info);
        at = put_labels(at, first, further);
        *at++ = '}';
    }
    *at++ = ' ';
    at = put_number(at, line->scale, value);
    *at++ = '\n';
    text_filled(out, (size_t)(at - begin));
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
