/* Names are data: whatever they hold, they leave as valid JSON, harmless CSV and plain terminal
 * text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/columns.h"
#include "base/own.h"
#include "base/random.h"
#include "base/text.h"

#define FFFD "\xef\xbf\xbd"
#define ELLIPSIS "\xe2\x80\xa6"

struct row {
    const char *in, *out;
};

static void check_rows(const struct row *rows, size_t count,
                       void (*add)(struct text *, struct span))
{
    for (size_t i = 0; i < count; i++) {
        struct text t = { 0 };
        add(&t, span_of(rows[i].in));
        assert_string_equal(text_z(&t), rows[i].out);
        text_done(&t);
    }
}

static void text_grows_and_stays_terminated(void **state)
{
    (void)state;
    struct text t = { 0 };
    assert_string_equal(text_z(&t), "");
    for (int i = 0; i < 1000; i++) {
        text_add(&t, span_of("ab"));
        text_addf(&t, "%c%s", 'c', "");
        assert_int_equal(t.len, 3 * (i + 1));
        assert_int_equal(strlen(text_z(&t)), t.len);
    }
    text_clear(&t);
    assert_string_equal(text_z(&t), "");
    text_add(&t, (struct span){ NULL, 0 });
    text_add(&t, (struct span){ "\0x", 2 });
    assert_memory_equal(t.at, "\0x", 3);
    text_done(&t);
    assert_string_equal(text_z(&t), "");
    text_done(&t);
}

static void json_strings_are_escaped(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { "", "\"\"" },
        { "plain / 50%", "\"plain / 50%\"" },
        { "a\"b\\c", "\"a\\\"b\\\\c\"" },
        { "\n\t\x01\x1f\x7f", "\"\\n\\u0009\\u0001\\u001f\\u007f\"" },
        { "h\xc3\xa9 \xf0\x9f\x94\xa5", "\"h\xc3\xa9 \xf0\x9f\x94\xa5\"" },
        { "\xff", "\"" FFFD "\"" },
        { "a\xc3", "\"a" FFFD "\"" },
        { "\xc3\"", "\"" FFFD "\\\"\"" },
        { "\xed\xa0\x80", "\"" FFFD FFFD FFFD "\"" },
        { "\xc0\xaf", "\"" FFFD FFFD "\"" },
    };
    check_rows(rows, COUNT(rows), text_add_json);
    struct text t = { 0 };
    text_add_json(&t, (struct span){ "a\0b", 3 });
    assert_string_equal(text_z(&t), "\"a\\u0000b\"");
    text_done(&t);
}

static void a_segment_of_a_path_is_percent_encoded(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { "aZ09-_~", "aZ09-_~" },
        { "..", "%2E%2E" },
        { "a/b?c&d=e f", "a%2Fb%3Fc%26d%3De%20f" },
        { "\xc3\xa4\x01", "%C3%A4%01" },
        { "", "" },
    };
    check_rows(rows, COUNT(rows), text_add_percent);
}

static void csv_fields_are_quoted_only_when_they_must_be(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { "", "" },
        { "plain name", "plain name" },
        { "it's", "it's" },
        { "a,b", "\"a,b\"" },
        { "a;b", "\"a;b\"" },
        { "a\tb", "\"a\tb\"" },
        { "say \"hi\"", "\"say \"\"hi\"\"\"" },
        { "\"", "\"\"\"\"" },
        { "two\nlines", "\"two\nlines\"" },
        { "two\r\nlines", "\"two\r\nlines\"" },
    };
    check_rows(rows, COUNT(rows), text_add_csv);
}

static void no_spreadsheet_runs_a_name(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { "=1+1", "'=1+1" },
        { "+1", "'+1" },
        { "-1", "'-1" },
        { "@SUM(A1)", "'@SUM(A1)" },
        { "\t=1", "\"'\t=1\"" },
        { "\r=1", "\"'\r=1\"" },
        { "\n=1", "\"'\n=1\"" },
        { "=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"" },
        { "\xef\xbc\x9d"
          "1",
          "'\xef\xbc\x9d"
          "1" },
        { "a;=cmd", "\"a;=cmd\"" },
        { "a=1", "a=1" },
    };
    check_rows(rows, COUNT(rows), text_add_csv);
}

static size_t terminal(const char *in, size_t columns, const char *expected)
{
    struct text t = { 0 };
    size_t used = text_add_terminal(&t, span_of(in), columns);
    assert_string_equal(text_z(&t), expected);
    text_done(&t);
    return used;
}

static void nothing_moves_colours_or_turns_a_terminal(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { "\x1b[2Jx", FFFD "[2Jx" }, /* ESC */
        { "a\nb\rc\td\x7f", "a" FFFD "b" FFFD "c" FFFD "d" FFFD },
        { "\xc2\x9b"
          "31m",
          FFFD "31m" },       /* C1: CSI */
        { "\xc2\x85", FFFD }, /* C1: NEL */
        { "\x9b"
          "31m",
          FFFD "31m" },                                     /* the same as a bare byte */
        { "abc\xe2\x80\xaegnp.exe", "abc" FFFD "gnp.exe" }, /* right-to-left override */
        { "\xe2\x81\xa6x\xe2\x81\xa9", FFFD "x" FFFD },     /* isolates */
        { "\xe2\x80\xa8", FFFD },                           /* line separator */
        { "\xc2\xa0ok", "\xc2\xa0ok" },
        { "\xf0\x9f\x94\xa5 prod-\xe6\x97\xa5\xe6\x9c\xac",
          "\xf0\x9f\x94\xa5 prod-\xe6\x97\xa5\xe6\x9c\xac" },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        terminal(rows[i].in, 0, rows[i].out);
}

static void what_is_cut_ends_in_an_ellipsis_within_its_columns(void **state)
{
    (void)state;
    assert_int_equal(terminal("abcdef", 6, "abcdef"), 6);
    assert_int_equal(terminal("abcdefg", 6, "abcde" ELLIPSIS), 6);
    assert_int_equal(terminal("abc", 1, ELLIPSIS), 1);
    assert_int_equal(terminal("a", 1, "a"), 1);
    assert_int_equal(terminal("", 1, ""), 0);
    assert_int_equal(
        terminal("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", 6, "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e"),
        6);
    assert_int_equal(
        terminal("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", 5, "\xe6\x97\xa5\xe6\x9c\xac" ELLIPSIS),
        5);
    assert_int_equal(terminal("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", 4, "\xe6\x97\xa5" ELLIPSIS),
                     3);
    assert_int_equal(terminal("\xe6\x97\xa5", 1, ELLIPSIS), 1);
    assert_int_equal(terminal("e\xcc\x81"
                              "fg",
                              2, "e\xcc\x81" ELLIPSIS),
                     2);
    assert_int_equal(terminal("ef\xcc\x81", 2, "ef\xcc\x81"), 2);
}

static void characters_have_their_columns_in_any_locale(void **state)
{
    (void)state;
    static const struct {
        unsigned c;
        size_t columns;
    } rows[] = {
        { 'a', 1 },     { 0xe9, 1 },    { 0x301, 0 },    { 0x5b0, 0 },  { 0x200b, 0 },
        { 0x200d, 0 },  { 0xfe0f, 0 },  { 0x65e5, 2 },   { 0xac00, 2 }, { 0xff21, 2 },
        { 0xff71, 1 },  { 0x1f525, 2 }, { 0x2588, 1 },   { 0xfffd, 1 }, { 0x2026, 1 },
        { 0x20000, 2 }, { 0x1f1eb, 1 }, { 0x10ffff, 1 },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(columns_of(rows[i].c), rows[i].columns);
}

static void utf8_is_read_strictly(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
        unsigned c;
    } rows[] = {
        { "a", 1, 'a' },
        { "\xc2\x80", 2, 0x80 },
        { "\xdf\xbf", 2, 0x7ff },
        { "\xe0\xa0\x80", 3, 0x800 },
        { "\xed\x9f\xbf", 3, 0xd7ff },
        { "\xef\xbf\xbf", 3, 0xffff },
        { "\xf0\x90\x80\x80", 4, 0x10000 },
        { "\xf4\x8f\xbf\xbf", 4, 0x10ffff },
        { "\x80", 0, 0 },
        { "\xbf", 0, 0 },
        { "\xc1\xbf", 0, 0 },
        { "\xe0\x9f\xbf", 0, 0 },
        { "\xed\xa0\x80", 0, 0 },
        { "\xed\xbf\xbf", 0, 0 },
        { "\xf0\x8f\xbf\xbf", 0, 0 },
        { "\xf4\x90\x80\x80", 0, 0 },
        { "\xf5\x80\x80\x80", 0, 0 },
        { "\xff", 0, 0 },
        { "\xc2", 0, 0 },
        { "\xe2\x82", 0, 0 },
        { "\xc2"
          "a",
          0, 0 },
        { "\xf0\x9f\x94", 0, 0 },
        { "", 0, 0 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        unsigned c = 0;
        assert_int_equal(utf8_step(span_of(rows[i].bytes), &c), rows[i].len);
        assert_int_equal(c, rows[i].c);
    }
}

static void characters_are_counted_unless_it_is_no_utf8(void **state)
{
    (void)state;
    assert_int_equal(utf8_characters(span_of("")), 0);
    assert_int_equal(utf8_characters(span_of("a\xc3\xa4\xf0\x9f\x92\xb6")), 3);
    assert_int_equal(utf8_characters((struct span){ "\0a", 2 }), 2);
    assert_int_equal(utf8_characters(span_of("a\xc3")), -1);
}

static bool is_utf8(struct span s)
{
    unsigned c;
    for (size_t step; s.len; s = (struct span){ s.at + step, s.len - step })
        if (!(step = utf8_step(s, &c)) || (c < 0x20 && c != 0))
            return false;
    return true;
}

static void random_bytes_leave_as_utf8_within_their_columns(void **state)
{
    (void)state;
    struct random r = random_seeded(1);
    for (int i = 0; i < 20000; i++) {
        size_t len = random_next(&r) % 24, columns = random_next(&r) % 12;
        own_free char *bytes =
            malloc(len + 1); /* of exactly that size, so that the sanitizer guards its end */
        assert_non_null(bytes);
        for (size_t k = 0; k < len; k++)
            bytes[k] = "\xe2\xf0\xc2\x80\x9f"
                       "az\x01"[random_next(&r) % 8];
        struct span s = { bytes, len };
        struct text t = { 0 };
        size_t used = text_add_terminal(&t, s, columns);
        assert_true(is_utf8((struct span){ text_z(&t), t.len }));
        assert_true(!columns || used <= columns);
        text_clear(&t);
        text_add_json(&t, s);
        assert_true(is_utf8((struct span){ t.at, t.len }));
        text_done(&t);
    }
}

static void durations_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t s;
    } rows[] = { { "90s", 90 },           { "5m", 300 },
                 { "6h", 21600 },         { "7d", 604800 },
                 { "2w", 1209600 },       { "0s", 0 },
                 { "007m", 420 },         { "36525d", DURATION_LIMIT_S },
                 { "2d 9h 36m", 207360 }, { "1w 1s", 604801 } };
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t s = -1;
        struct fault why;
        assert_true(duration_parse(span_of(rows[i].text), &s, &why));
        assert_int_equal(s, rows[i].s);
    }
}

static void durations_that_are_refused(void **state)
{
    (void)state;
    static const char *const rows[] = { "",
                                        "s",
                                        "5",
                                        "5 m",
                                        " 5m",
                                        "5m ",
                                        "-5m",
                                        "+5m",
                                        "1.5h",
                                        "5M",
                                        "5min",
                                        "1h30m",
                                        "5ms",
                                        "m5",
                                        "36526d",
                                        "99999999999999999999s",
                                        "9223372036854775807w",
                                        "9h 2d",
                                        "1d 1d",
                                        "2d  9h",
                                        "2d 9h ",
                                        "36525d 1s" };
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t s = -1;
        struct fault why;
        if (duration_parse(span_of(rows[i]), &s, &why))
            fail_msg("%s was read", rows[i]);
        assert_int_equal(s, -1);
    }
}

static void durations_are_written_for_people(void **state)
{
    (void)state;
    static const struct {
        int64_t s;
        const char *text;
    } rows[] = {
        { -5, "0s" },         { 0, "0s" },         { 45, "45s" },
        { 59, "59s" },        { 60, "1m" },        { 3599, "59m" },
        { 3600, "1h 00m" },   { 11100, "3h 05m" }, { 86399, "23h 59m" },
        { 86400, "1d 0h" },   { 532800, "6d 4h" }, { 604800, "1w 0d" },
        { 3196800, "5w 2d" }, { INT64_MIN, "0s" }, { INT64_MAX, "15250284452471w 3d" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char out[DURATION_TEXT_BYTES];
        assert_string_equal(duration_format(rows[i].s, out), rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_grows_and_stays_terminated),
        cmocka_unit_test(json_strings_are_escaped),
        cmocka_unit_test(a_segment_of_a_path_is_percent_encoded),
        cmocka_unit_test(csv_fields_are_quoted_only_when_they_must_be),
        cmocka_unit_test(no_spreadsheet_runs_a_name),
        cmocka_unit_test(nothing_moves_colours_or_turns_a_terminal),
        cmocka_unit_test(what_is_cut_ends_in_an_ellipsis_within_its_columns),
        cmocka_unit_test(characters_have_their_columns_in_any_locale),
        cmocka_unit_test(utf8_is_read_strictly),
        cmocka_unit_test(characters_are_counted_unless_it_is_no_utf8),
        cmocka_unit_test(random_bytes_leave_as_utf8_within_their_columns),
        cmocka_unit_test(durations_are_read),
        cmocka_unit_test(durations_that_are_refused),
        cmocka_unit_test(durations_are_written_for_people),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
