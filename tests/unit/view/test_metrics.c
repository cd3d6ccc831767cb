/* Rows, labels, numbers and negotiation: what all families share. Values of a real database:
 * tests/e2e/test_metrics.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/text.h"
#include "view/metrics/format.h"

static void each_row(void (*see)(const struct metric *m, void *context), void *context)
{
    for (const struct metric_rows *const *list = metric_rows; *list; list++)
        for (size_t i = 0; i < (*list)->count; i++)
            see(&(*list)->rows[i], context);
}

/* ---- rows ---- */

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), tail = strlen(end);
    return len >= tail && strcmp(text + len - tail, end) == 0;
}

static void check_name(const struct metric *m, void *context)
{
    struct text tail = { 0 };
    bool counts = m->type == METRIC_COUNTER;
    (void)context;
    if (counts != ends_with(m->name, "_total"))
        fail_msg("%s: counters, and nothing else, end in _total", m->name);
    if ((m->type == METRIC_INFO) != ends_with(m->name, "_info"))
        fail_msg("%s: infos, and nothing else, end in _info", m->name);
    text_addf(&tail, "_%s%s", m->unit ? m->unit : "", counts ? "_total" : "");
    if (m->unit && !ends_with(m->name, text_z(&tail)))
        fail_msg("%s does not end in its unit", m->name);
    if (m->help[strlen(m->help) - 1] != '.' || strpbrk(m->help, "\n\\\"|"))
        fail_msg("%s: its help is no plain sentence", m->name);
    text_done(&tail);
}

static void names_say_type_and_unit(void **state)
{
    (void)state;
    each_row(check_name, NULL);
}

struct names {
    const char *at[200];
    size_t count;
};

static void check_new(const struct metric *m, void *context)
{
    struct names *n = context;
    for (size_t i = 0; i < n->count; i++)
        if (strcmp(n->at[i], m->name) == 0)
            fail_msg("%s is there twice", m->name);
    assert_true(n->count < COUNT(n->at));
    n->at[n->count++] = m->name;
}

static void no_family_is_there_twice(void **state)
{
    struct names n = { .count = 0 };
    (void)state;
    each_row(check_new, &n);
    assert_true(n.count > 40);
}

static const char *type_of(const struct metric *m)
{
    static const char *const names[] = { [METRIC_GAUGE] = "gauge",
                                         [METRIC_COUNTER] = "counter",
                                         [METRIC_INFO] = "info",
                                         [METRIC_SUMMARY] = "summary" };
    return names[m->type];
}

static void check_line(const struct metric *m, void *context)
{
    struct text line = { 0 };
    text_addf(&line, "\n| `%s` | %s | %s%s%s | %s |\n", m->name, type_of(m), m->by ? "`" : "",
              m->by ? m->by->name : "", m->by ? "`" : "", m->help);
    if (!strstr(context, text_z(&line)))
        fail_msg("docs/metrics.md lacks this line:%s", text_z(&line));
    text_done(&line);
}

static void the_reference_has_a_line_for_every_family(void **state)
{
    static char page[1 << 16];
    (void)state;
    FILE *file = fopen(GOLDEN_DIR "/../../docs/metrics.md", "r");
    assert_non_null(file);
    page[fread(page, 1, sizeof page - 1, file)] = '\0';
    fclose(file);
    each_row(check_line, page);
}

/* ---- labels ---- */

static void expect_label(struct span value, const char *written)
{
    struct text got = { 0 };
    metric_add_label(&got, "token", value);
    assert_string_equal(text_z(&got), written);
    text_done(&got);
}

static void whatever_a_name_holds_stays_a_label(void **state)
{
    (void)state;
    expect_label(span_of("plain"), "token=\"plain\"");
    expect_label(span_of("a\"b\\c\nd"), "token=\"a\\\"b\\\\c\\nd\"");
    expect_label(span_of("\\n"), "token=\"\\\\n\"");
    expect_label(span_of("tab\there\r"), "token=\"tab\there\r\"");
    expect_label(span_of("{}=,#"), "token=\"{}=,#\"");
    expect_label(span_of("日本語 🔥"), "token=\"日本語 🔥\"");
    expect_label(span_of("caf\xE9"), "token=\"caf\xEF\xBF\xBD\"");
    expect_label((struct span){ "\xC3\"", 2 }, "token=\"\xEF\xBF\xBD\\\"\"");
    expect_label((struct span){ "", 0 }, "token=\"\"");
}

/* Reads what was written as Prometheus does; false when it does not end where the value ends. */
static bool reads_back(const char *written, struct text *ret)
{
    const char *at = strchr(written, '"') + 1;
    for (; *at && *at != '"' && *at != '\n'; at++) {
        char c = *at;
        if (c == '\\')
            c = *++at == 'n' ? '\n' : *at;
        text_add(ret, (struct span){ &c, 1 });
    }
    return at[0] == '"' && at[1] == '\0';
}

static void random_names_are_read_back_as_they_are(void **state)
{
    static const char alphabet[] = "ab\"\\\n{},= n";
    struct random r = random_seeded(7);
    (void)state;
    for (int i = 0; i < 20000; i++) {
        char name[24];
        struct text written = { 0 }, got = { 0 };
        size_t len = random_next(&r) % sizeof name;
        for (size_t k = 0; k < len; k++)
            name[k] = alphabet[random_next(&r) % (sizeof alphabet - 1)];
        metric_add_label(&written, "token", (struct span){ name, len });
        assert_true(reads_back(text_z(&written), &got));
        assert_true(got.len == len && memcmp(text_z(&got), name, len) == 0);
        text_done(&written);
        text_done(&got);
    }
}

/* ---- samples ---- */

static int64_t zero(const struct subject *s, size_t place)
{
    (void)s, (void)place;
    return 0;
}

static void expect_number(enum metric_scale scale, int64_t value, const char *line)
{
    const struct metric m = { "x", "Help.", NULL, METRIC_GAUGE, scale, NULL, zero };
    char labels[] = "a=\"b\"";
    const struct metric_line one = metric_line_of(&m, 0);
    const struct subject s = { .labels = labels, .label_bytes = sizeof labels - 1 };
    struct text got = { 0 };
    metric_add_sample(&got, &one, &s, value);
    assert_string_equal(text_z(&got), line);
    text_done(&got);
}

static void numbers_are_exact_decimals(void **state)
{
    (void)state;
    expect_number(METRIC_NANO, 47123456789, "x{a=\"b\"} 47.123456789\n");
    expect_number(METRIC_NANO, -1, "x{a=\"b\"} -0.000000001\n");
    expect_number(METRIC_NANO, 0, "x{a=\"b\"} 0.00\n");
    expect_number(METRIC_NANO, INT64_MAX, "x{a=\"b\"} 9223372036.854775807\n");
    expect_number(METRIC_MILLI, 1234, "x{a=\"b\"} 1.234\n");
    expect_number(METRIC_MILLI, INT64_MAX, "x{a=\"b\"} 9223372036.854775807\n");
    expect_number(METRIC_WHOLE, -42, "x{a=\"b\"} -42\n");
    expect_number(METRIC_WHOLE, INT64_MAX, "x{a=\"b\"} 9223372036854775807\n");
}

static void what_is_not_known_has_no_line(void **state)
{
    (void)state;
    expect_number(METRIC_NANO, METRIC_ABSENT, "");
    expect_number(METRIC_WHOLE, METRIC_ABSENT, "");
}

/* ---- negotiation ---- */

static void the_format_is_the_one_the_client_likes_better(void **state)
{
    static const struct {
        const char *accept;
        enum metrics_format is;
    } rows[] = {
        { NULL, METRICS_TEXT },
        { "", METRICS_TEXT },
        { "*/*", METRICS_TEXT },
        { "text/html,application/xhtml+xml,*/*;q=0.8", METRICS_TEXT },
        { "application/openmetrics-text", METRICS_OPENMETRICS },
        { "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;"
          "q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
          METRICS_OPENMETRICS },
        { "Application/OpenMetrics-Text; Version=\"1.0.0\"", METRICS_OPENMETRICS },
        { "application/openmetrics-text;version=0.0.1", METRICS_TEXT },
        { "application/openmetrics-text;version=2.0.0,text/plain;q=0.1", METRICS_TEXT },
        { "application/openmetrics-text;q=0", METRICS_TEXT },
        { "application/openmetrics-text;q=0.4,text/plain;q=0.5", METRICS_TEXT },
        { "application/openmetrics-text;q=0.501,text/plain;q=0.5", METRICS_OPENMETRICS },
        { "application/openmetrics-text;q=x", METRICS_TEXT },
        { ";;,,=;q", METRICS_TEXT },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (metrics_format_accepted(rows[i].accept) != rows[i].is)
            fail_msg("%s", rows[i].accept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_say_type_and_unit),
        cmocka_unit_test(no_family_is_there_twice),
        cmocka_unit_test(the_reference_has_a_line_for_every_family),
        cmocka_unit_test(whatever_a_name_holds_stays_a_label),
        cmocka_unit_test(random_names_are_read_back_as_they_are),
        cmocka_unit_test(numbers_are_exact_decimals),
        cmocka_unit_test(what_is_not_known_has_no_line),
        cmocka_unit_test(the_format_is_the_one_the_client_likes_better),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
