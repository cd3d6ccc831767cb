/* Any bytes as what is asked of the API: parameters and cursors; and as foreign text on its way out
 * through every escaper. No crash; what was accepted keeps the contract of its row, and what comes
 * out holds no character that its format could take for its own. Seeds: tests/golden/query-*.txt,
 * a target in the first line. */
#include <stdint.h>
#include <stdlib.h>

#include "base/markup.h"
#include "base/own.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "view/metrics/format.h"
#include "view/report/question.h"
#include "view/status/cursor.h"
#include "web/api.h"
#include "web/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NOW = 1795805366, LIMIT = REPORT_OPTIONS, CURSOR, AGE, LATER, ROWS };

static const struct option_row rows[ROWS] = {
    REPORT_OPTION_ROWS,
    [LIMIT] = API_ROW_LIMIT(1000),
    [CURSOR] = API_ROW_CURSOR,
    [AGE] = { .name = "age", .type = OPTION_DURATION, .min = 1, .max = 1000, .help = "" },
    [LATER] = { .name = "later", .type = OPTION_LATER, .value = "TIME", .help = "" },
};

static void require(bool promise)
{
    if (!promise)
        abort();
}

static struct span span_of_text(const struct text *t)
{
    return (struct span){ text_z(t), t->len };
}

/* ---- parameters ---- */

static void check_cursor(const char *text)
{
    struct cursor c, again;
    struct fault why;
    struct text written = { 0 };
    if (!cursor_parse(span_of(text), &c, &why))
        return;
    cursor_add(&c, &written);
    require(cursor_parse(span_of_text(&written), &again, &why));
    require(again.id == c.id && urgency_compare(&again.urgency, &c.urgency) == 0);
    text_done(&written);
}

static void check_report(const struct option_value *given)
{
    const struct option_reading how = { .lead = "", .now = NOW };
    struct report_query q;
    struct fault why;
    if (!report_question(given, &how, &q, &why)) {
        require(why.kind == FAULT_REJECT && why.text[0]);
        return;
    }
    require(q.during.since < q.during.until && q.during.until <= NOW + 1);
    require(q.before.since < q.before.until && q.before.until <= q.during.until);
    require(q.by < REPORT_BYS && q.per <= PER_TOTAL);
}

static void check_parameters(const struct target *t)
{
    struct asked q = { .now = NOW, .parameter_count = t->parameter_count };
    struct option_value given[ROWS] = { 0 };
    struct answer a = { .status = 200, .is_api = true };
    memcpy(q.parameters, t->parameters, sizeof q.parameters);
    writer_init(&a.body, NULL, NULL);
    if (api_options(&q, &a, rows, ROWS, given)) {
        require(!given[LIMIT].given || (given[LIMIT].number >= 1 && given[LIMIT].number <= 1000));
        require(!given[AGE].given || (given[AGE].number >= 1 && given[AGE].number <= 1000));
        if (given[CURSOR].given)
            check_cursor(given[CURSOR].text);
        check_report(given);
        api_link_next(&q, &a, "/api/v1/tokens", "1.2.-.3");
        require(!memchr(text_z(&a.link), '\n', a.link.len) && strchr(text_z(&a.link), '>'));
    } else {
        require(a.status == 400 && a.body.text.len > 0);
    }
    text_done(&a.link);
    writer_done(&a.body);
}

/* ---- escapers ---- */

static bool holds(const struct text *t, const char *characters)
{
    return strpbrk(text_z(t), characters) != NULL || strlen(text_z(t)) != t->len;
}

static void check_html(struct span value)
{
    struct text out = { 0 };
    markup_add_html(&out, value);
    require(!holds(&out, "<>\"'") && utf8_characters(span_of_text(&out)) >= 0);
    for (size_t i = 0; i < out.len; i++)
        require(out.at[i] != '&' || memchr(out.at + i, ';', out.len - i));
    text_done(&out);
}

static void check_json(struct span value)
{
    struct text out = { 0 };
    text_add_json(&out, value);
    require(out.len >= 2 && out.at[0] == '"' && out.at[out.len - 1] == '"');
    require(utf8_characters(span_of_text(&out)) >= 0);
    for (size_t i = 1; i + 1 < out.len; i++) {
        require((unsigned char)out.at[i] >= 0x20 && out.at[i] != '"');
        i += out.at[i] == '\\';
    }
    text_done(&out);
}

static void check_csv(struct span value)
{
    struct text out = { 0 };
    text_add_csv(&out, value);
    bool quoted = out.len && out.at[0] == '"';
    size_t start = quoted ? 1 : 0, end = out.len - (quoted ? 1 : 0);
    require(!quoted || (out.len >= 2 && out.at[end] == '"'));
    for (size_t i = start; i < end; i++) {
        require(quoted || !strchr(",\r\n\"", out.at[i]) || !out.at[i]);
        if (out.at[i] == '"')
            require(i + 1 < end && out.at[++i] == '"');
    }
    require(start == end || !strchr("=+-@\t\r\n", out.at[start]) || !out.at[start]);
    text_done(&out);
}

static void check_label(struct span value)
{
    struct text out = { 0 };
    metric_add_label(&out, "x", value);
    require(out.len >= 4 && memcmp(out.at, "x=\"", 3) == 0 && out.at[out.len - 1] == '"');
    require(utf8_characters(span_of_text(&out)) >= 0);
    for (size_t i = 3; i + 1 < out.len; i++) {
        require(out.at[i] != '\n' && out.at[i] != '"');
        i += out.at[i] == '\\';
    }
    text_done(&out);
}

/* What is encoded is read as it was, if it may be a name. */
static void check_percent(struct span value)
{
    struct text out = { 0 };
    struct target t;
    struct fault why;
    text_add(&out, span_of("/"));
    text_add_percent(&out, value);
    require(!holds(&out, " .?#&\"<>\n\r"));
    if (target_parse(span_of_text(&out), &t, &why)) {
        if (value.len)
            require(t.segment_count == 1 && strlen(t.segments[0]) == value.len
                    && memcmp(t.segments[0], value.at, value.len) == 0);
        target_done(&t);
    }
    text_done(&out);
}

static void check_escapers(struct span value)
{
    struct text out = { 0 };
    check_html(value);
    check_json(value);
    check_csv(value);
    check_label(value);
    check_percent(value);
    markup_add_markdown(&out, value);
    require(!holds(&out, "\n\r<"));
    text_clear(&out);
    text_add_terminal(&out, value, 0);
    require(!holds(&out, "\x1b\n\r\a\b"));
    text_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t none;
    struct target t;
    struct fault why;
    const struct span all = { (const char *)(size ? data : &none), size };
    const char *end = size ? memchr(all.at, '\n', size) : NULL;
    const struct span line = { all.at, end ? (size_t)(end - all.at) : size };
    own_free char *text = xstrndup(line.at, line.len);
    if (target_parse(line, &t, &why)) {
        check_parameters(&t);
        target_done(&t);
    }
    check_cursor(text);
    check_escapers(all);
    return 0;
}
