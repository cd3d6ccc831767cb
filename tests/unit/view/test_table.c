/* One table, four formats: what people see, what programs parse, and what a narrow terminal
 * leaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <time.h>

#include "base/money.h"
#include "base/random.h"
#include "core/forecast.h"
#include "view/bar.h"
#include "view/cell.h"
#include "view/layout.h"
#include "view/table.h"

/* ---- a table of tokens ---- */

enum { NAME, ACCOUNT, MONEY, CHANGE, RATE, AT, LEFT, FLAG, LEVEL, NOTE, COLUMNS };

static const struct column columns[] = {
    [NAME] = { "token", "TOKEN", COLUMN_TEXT, COLUMN_KEY },
    [ACCOUNT] = { "account", "ACCOUNT", COLUMN_TEXT, COLUMN_QUIET },
    [MONEY] = { "balance_usd", "BALANCE", COLUMN_MONEY, 0 },
    [CHANGE] = { "change_usd", "CHANGE", COLUMN_CHANGE, 0 },
    [RATE] = { "burn_usd_per_h", "BURN", COLUMN_PER_HOUR, 0 },
    [AT] = { "at", NULL, COLUMN_TIME, 0 },
    [LEFT] = { NULL, "LEFT", COLUMN_DURATION, 0 },
    [FLAG] = { "budgeted", NULL, COLUMN_FLAG, 0 },
    [LEVEL] = { "level", "LEVEL", COLUMN_LEVEL, 0 },
    [NOTE] = { NULL, "NOTE", COLUMN_TEXT, COLUMN_SPARE },
};

static void add_two(struct writer *w)
{
    struct cell first[COLUMNS] = {
        cell_text("prod-a"),          cell_text("main"),
        cell_integer(12345678901),    cell_integer(-500000000),
        cell_integer(420000000),      cell_integer(1785585600),
        cell_integer(3 * 3600 + 300), cell_integer(1),
        cell_text("critical"),        cell_text("note"),
    };
    struct cell second[COLUMNS] = {
        cell_text("=cmd|' /C calc'!A0"),
        cell_text("main"),
        { 0 },
        cell_integer(5000000000),
        { 0 },
        cell_integer(TIME_FAR),
        { 0 },
        cell_integer(0),
        cell_text("none"),
        cell_text("note"),
    };
    struct table *t = table_begin(w, columns, COLUMNS);
    table_row(t, first);
    table_row(t, second);
    table_end(t);
}

/* What is written into memory, for a screen or (NULL) for none; kept until the next one. */
static const char *written(enum format format, const struct screen *screen,
                           void (*add)(struct writer *w))
{
    static struct writer w;
    writer_done(&w);
    writer_init(&w, NULL, screen);
    w.format = format;
    add(&w);
    return text_z(&w.text);
}

static void people_see_aligned_columns_and_only_what_differs(void **state)
{
    (void)state;
    assert_string_equal(written(FORMAT_TEXT, NULL, add_two),
                        "TOKEN               BALANCE  CHANGE    BURN    LEFT  LEVEL     NOTE\n"
                        "prod-a                12.35   -0.50  0.42/h  3h 05m  critical  note\n"
                        "=cmd|' /C calc'!A0        -   +5.00       -       -  -         note\n");
}

static void programs_get_exact_money_and_null_for_what_is_not_known(void **state)
{
    (void)state;
    assert_string_equal(
        written(FORMAT_JSON, NULL, add_two),
        "[\n  {\"token\": \"prod-a\", \"account\": \"main\", \"balance_usd\": 12.345678901, "
        "\"change_usd\": -0.50, "
        "\"burn_usd_per_h\": 0.42, \"at\": \"2026-08-01T12:00:00Z\", \"budgeted\": true, "
        "\"level\": \"critical\"},\n"
        "  {\"token\": \"=cmd|' /C calc'!A0\", \"account\": \"main\", \"balance_usd\": null, "
        "\"change_usd\": 5.00, "
        "\"burn_usd_per_h\": null, \"at\": null, \"budgeted\": false, \"level\": \"none\"}\n]\n");
}

static void a_spreadsheet_runs_no_name_and_keeps_negative_numbers_numbers(void **state)
{
    (void)state;
    const char *csv = written(FORMAT_CSV, NULL, add_two);
    assert_non_null(
        strstr(csv, "token,account,balance_usd,change_usd,burn_usd_per_h,at,budgeted,level\n"));
    assert_non_null(
        strstr(csv, "\nprod-a,main,12.345678901,-0.50,0.42,2026-08-01T12:00:00Z,true,critical\n"));
    assert_non_null(strstr(csv, "\n'=cmd|' /C calc'!A0,main,,5.00,,,false,none\n"));
}

static void add_none(struct writer *w)
{
    table_end(table_begin(w, columns, COLUMNS));
}

static void an_empty_table_is_nothing_for_people_and_valid_for_programs(void **state)
{
    (void)state;
    static const char *const empty[] = {
        [FORMAT_TEXT] = "",
        [FORMAT_JSON] = "[]\n",
        [FORMAT_CSV] = "token,account,balance_usd,change_usd,burn_usd_per_h,at,budgeted,level\n",
    };
    for (size_t f = 0; f < COUNT(empty); f++) {
        assert_string_equal(written((enum format)f, NULL, add_none), empty[f]);
    }
}

static void add_names(struct writer *w)
{
    static const struct column two[] = { { "n", "N", COLUMN_TEXT, 0 },
                                         { "c", "C", COLUMN_COUNT, 0 } };
    static const char *const names[] = { "ab", "日本", "e\xcc\x81", "🔥", "\x1b[31m" };
    struct table *t = table_begin(w, two, COUNT(two));
    for (size_t i = 0; i < COUNT(names); i++)
        table_row(t, (struct cell[]){ cell_text(names[i]), cell_integer(7) });
    table_end(t);
}

static void columns_line_up_under_wide_and_combining_characters(void **state)
{
    (void)state;
    assert_string_equal(
        written(FORMAT_TEXT, NULL, add_names),
        "N      C\nab     7\n日本   7\ne\xcc\x81      7\n🔥     7\n\xef\xbf\xbd[31m  7\n");
}

static void where_only_ascii_is_shown_columns_line_up_too(void **state)
{
    (void)state;
    assert_string_equal(written(FORMAT_TEXT, &(struct screen){ .ascii = true }, add_names),
                        "N                 C\nab                7\n\\u{65e5}\\u{672c}  7\n"
                        "e\\u{301}          7\n\\u{1f525}         7\n?[31m             7\n");
}

static void only_severities_are_coloured_and_only_when_asked(void **state)
{
    (void)state;
    assert_null(strchr(written(FORMAT_TEXT, NULL, add_two), '\x1b'));
    const char *text = written(FORMAT_TEXT, &(struct screen){ .colour = true }, add_two);
    const char *first = strchr(text, '\x1b');
    assert_non_null(first);
    assert_non_null(strstr(text, "\x1b[31mcritical\x1b[0m  note\n"));
    assert_ptr_equal(strrchr(text, '\x1b'), strstr(text, "\x1b[0m"));
}

static void every_severity_has_a_colour_or_means_to_have_none(void **state)
{
    (void)state;
    static const char *const plain[] = { "none", "missed", "exhaustedly", "" };
    for (size_t i = 0; i < COUNT(plain); i++)
        assert_null(screen_tone(span_of(plain[i])));
    for (enum verdict v = 0; v < VERDICTS; v++)
        assert_non_null(screen_tone(span_of(forecast_verdict_name(v))));
    assert_non_null(screen_tone(span_of("missing 2/3")));
}

/* ---- narrow terminals ---- */

static void add_alerts(struct writer *w)
{
    static const struct column alerts[] = {
        { "level", "LEVEL", COLUMN_LEVEL, COLUMN_KEY },
        { "token", "TOKEN", COLUMN_TEXT, COLUMN_KEY },
        { "rule", "RULE", COLUMN_TEXT, COLUMN_KEY },
        { "since", "AGE", COLUMN_DURATION, 0 },
        { NULL, "EXTRA", COLUMN_TEXT, COLUMN_SPARE },
        { "summary", "NOW", COLUMN_TEXT, COLUMN_PROSE },
    };
    struct table *t = table_begin(w, alerts, COUNT(alerts));
    struct cell long_one[] = {
        cell_text("critical"),    cell_text("home-voice-assistant"),
        cell_text("low-balance"), cell_integer(7260),
        cell_text("extra"),       cell_text("has 0.95 USD left (below 2.00 USD), empty in about 6h")
    };
    struct cell empty[] = { cell_text("info"), cell_text("a"), cell_text("r"), { 0 },
                            cell_text(""),     cell_text("") };
    table_row(t, long_one);
    table_row(t, empty);
    table_end(t);
}

static void expect_at(size_t width, const char *expected)
{
    const char *text = written(FORMAT_TEXT, &(struct screen){ .columns = width }, add_alerts);
    if (strcmp(text, expected) != 0)
        fail_msg("width %zu, expected:\n%swritten:\n%s", width, expected, text);
}

static void what_identifies_a_row_stays_whole_and_prose_goes_on_below_itself(void **state)
{
    (void)state;
    expect_at(112,
              "LEVEL     TOKEN                 RULE            AGE  EXTRA  NOW\n"
              "critical  home-voice-assistant  low-balance  2h 01m  extra  has 0.95 USD "
              "left (below 2.00 USD), empty in "
              "about\n"
              "                                                            6h\n"
              "info      a                     r                 -\n");
    expect_at(80,
              "LEVEL     TOKEN                 RULE            AGE  NOW\n"
              "critical  home-voice-assistant  low-balance  2h 01m  has 0.95 USD left (below\n"
              "                                                     2.00 USD), empty in about\n"
              "                                                     6h\n"
              "info      a                     r                 -\n");
    expect_at(60,
              "LEVEL     TOKEN                 RULE\n"
              "     AGE  EXTRA  NOW\n"
              "critical  home-voice-assistant  low-balance\n"
              "  2h 01m  extra  has 0.95 USD left (below 2.00 USD), empty\n"
              "                 in about 6h\n"
              "info      a                     r\n"
              "       -\n");
}

/* Any columns and cells: each cell of a column that is not spare is there, piece by piece, and no
 * line is too long. */
static void no_terminal_is_so_narrow_that_a_text_is_cut(void **state)
{
    (void)state;
    struct random random = random_seeded(15);
    for (int round = 0; round < 4000; round++) {
        struct column some[8];
        size_t widths[8], count = 1 + random_next(&random) % 8,
                          room = 2 + random_next(&random) % 120;
        for (size_t i = 0; i < count; i++) {
            some[i] =
                (struct column){ "n", "N", COLUMN_TEXT, (unsigned)random_next(&random) & 11U };
            widths[i] = random_next(&random) % 70;
        }
        struct layout l = layout_make(some, widths, count, room);
        size_t used[16] = { 0 };
        bool begun[16] = { false };
        for (size_t i = 0; i < count; i++) {
            assert_true(l.at[i].line < l.lines || !l.at[i].width);
            if (!l.at[i].width) {
                assert_true(!widths[i] || (some[i].fit & COLUMN_SPARE));
                continue;
            }
            size_t line = l.at[i].line;
            used[line] += l.at[i].width + (begun[line] ? LAYOUT_GAP : line ? LAYOUT_INDENT : 0);
            begun[line] = true;
            assert_true(used[line] <= (room > 2 ? room : 3));
            if (!(some[i].fit & COLUMN_PROSE))
                assert_true(l.at[i].width == widths[i] || l.at[i].width + LAYOUT_INDENT >= room);
        }
    }
}

static void a_text_is_taken_piece_by_piece_at_its_blanks(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t width;
        const char *pieces;
    } rows[] = {
        { "one two three", 20, "one two three|" },
        { "one two three", 7, "one two|three|" },
        { "one two three", 6, "one|two|three|" },
        { "unbreakable-name", 5, "unbre|akabl|e-nam|e|" },
        { "日本語", 4, "日本|語|" },
        { "日本語", 1, "日|本|語|" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct text all = { 0 };
        struct span left = span_of(rows[i].text);
        size_t taken;
        while (left.len) {
            text_add(&all, layout_take(&left, rows[i].width, &taken));
            text_add(&all, span_of("|"));
        }
        assert_string_equal(text_z(&all), rows[i].pieces);
        text_done(&all);
    }
}

/* ---- cells ---- */

static const struct screen no_screen;

static void money_below_a_cent_still_says_something(void **state)
{
    (void)state;
    static const struct {
        int64_t nano;
        const char *shown;
    } rows[] = {
        { 0, "0.00" },
        { 1, "0.000000001" },
        { 12, "0.000000012" },
        { 123, "0.00000012" },
        { 420000, "0.00042" },
        { 9999999, "0.0100" },
        { 10000000, "0.01" },
        { 14999999, "0.01" },
        { 15000000, "0.02" },
        { -420000, "-0.00042" },
        { -1, "-0.000000001" },
        { 999999999999, "1000.00" },
        { -12345000000, "-12.35" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct text out = { 0 };
        struct cell cell = cell_integer(rows[i].nano);
        assert_int_equal(cell_show(COLUMN_MONEY, &cell, &no_screen, &out), strlen(rows[i].shown));
        assert_string_equal(text_z(&out), rows[i].shown);
        text_done(&out);
    }
}

static void money_for_programs_is_exact_for_any_amount(void **state)
{
    (void)state;
    struct random random = random_seeded(11);
    for (int i = 0; i < 20000; i++) {
        struct text out = { 0 };
        struct money back;
        struct fault why;
        struct cell cell = cell_integer((int64_t)(random_next(&random) % (2 * MONEY_LIMIT_NANO))
                                        - MONEY_LIMIT_NANO);
        cell_add_csv(COLUMN_MONEY, &cell, &out);
        assert_true(money_parse(span_of(text_z(&out)), &back, &why));
        assert_int_equal(back.nano, cell.integer);
        text_done(&out);
    }
}

static void people_see_local_time_with_its_zone(void **state)
{
    (void)state;
    struct text out = { 0 };
    struct cell at = cell_integer(1785585600), never = cell_integer(TIME_FAR);
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    tzset();
    cell_show(COLUMN_TIME, &at, &no_screen, &out);
    assert_string_equal(text_z(&out), "2026-08-01 14:00:00 CEST");
    text_clear(&out);
    cell_show(COLUMN_TIME, &never, &no_screen, &out);
    assert_string_equal(text_z(&out), "never");
    text_done(&out);
}

static void a_sparkline_is_scaled_to_its_largest_amount(void **state)
{
    (void)state;
    static const struct {
        int64_t amounts[6];
        const char *line;
    } rows[] = {
        { { 0, 0, 0, 0, 0, 0 }, "......" },
        { { 0, 1, 2, 4, 8, 0 }, ".▂▃▅█." },
        { { 5, 5, 5, 5, 5, 5 }, "██████" },
        { { 1, INT64_MAX, 0, 0, 0, INT64_MAX / 2 }, "▁█...▅" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct text out = { 0 };
        spark_draw(rows[i].amounts, COUNT(rows[i].amounts), false, &out);
        assert_string_equal(text_z(&out), rows[i].line);
        text_done(&out);
    }
}

static void markdown_is_a_table_in_which_names_stay_names(void **state)
{
    static const struct column shown[] = {
        { "account", "ACCOUNT", COLUMN_TEXT, COLUMN_QUIET },
        { "token", "TOKEN", COLUMN_TEXT, 0 },
        { "share_percent", "SHARE", COLUMN_PERCENT, 0 },
        { "change_percent", "CHANGE", COLUMN_GROWTH, 0 },
        { NULL, "", COLUMN_BAR, 0 },
    };
    struct writer w;
    (void)state;
    writer_init(&w, NULL, &(struct screen){ .colour = true });
    w.format = FORMAT_MARKDOWN;
    struct table *t = table_begin(&w, shown, COUNT(shown));
    struct cell nasty[] = { cell_text("main"), cell_text("a|b\n<script>[x](y)`*_"),
                            cell_integer(1234), cell_integer(-1999), cell_text("###") };
    struct cell plain[] = {
        cell_text("main"), cell_text("prod"), cell_integer(0), { .kind = CELL_NONE }, cell_text("")
    };
    table_row(t, nasty);
    table_row(t, plain);
    table_end(t);
    assert_string_equal(
        text_z(&w.text),
        "| TOKEN | SHARE | CHANGE |\n|:--|--:|--:|\n"
        "| a\\|b\xef\xbf\xbd&lt;script&gt;\\[x\\](y)\\`\\*\\_ | 12.3 % | -20.0 % |\n"
        "| prod | 0.0 % | - |\n");
    writer_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(people_see_aligned_columns_and_only_what_differs),
        cmocka_unit_test(programs_get_exact_money_and_null_for_what_is_not_known),
        cmocka_unit_test(a_spreadsheet_runs_no_name_and_keeps_negative_numbers_numbers),
        cmocka_unit_test(an_empty_table_is_nothing_for_people_and_valid_for_programs),
        cmocka_unit_test(columns_line_up_under_wide_and_combining_characters),
        cmocka_unit_test(only_severities_are_coloured_and_only_when_asked),
        cmocka_unit_test(every_severity_has_a_colour_or_means_to_have_none),
        cmocka_unit_test(what_identifies_a_row_stays_whole_and_prose_goes_on_below_itself),
        cmocka_unit_test(no_terminal_is_so_narrow_that_a_text_is_cut),
        cmocka_unit_test(a_text_is_taken_piece_by_piece_at_its_blanks),
        cmocka_unit_test(where_only_ascii_is_shown_columns_line_up_too),
        cmocka_unit_test(money_below_a_cent_still_says_something),
        cmocka_unit_test(money_for_programs_is_exact_for_any_amount),
        cmocka_unit_test(people_see_local_time_with_its_zone),
        cmocka_unit_test(markdown_is_a_table_in_which_names_stay_names),
        cmocka_unit_test(a_sparkline_is_scaled_to_its_largest_amount),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
