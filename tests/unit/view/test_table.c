/* One table, three writers: what people see, what programs parse, and what a narrow terminal
 * leaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/money.h"
#include "base/random.h"
#include "core/forecast.h"
#include "view/cell.h"
#include "view/layout.h"
#include "view/table.h"
#include "view/terminal.h"

/* ---- stdout, caught in a file or by a pseudo terminal ---- */

struct capture {
    int kept, master;
    FILE *file; /* NULL: a terminal */
};

static struct capture capture_start(int slave_or_file, FILE *file, int master)
{
    struct capture c = { .file = file, .master = master };
    fflush(stdout);
    c.kept = dup(STDOUT_FILENO);
    dup2(slave_or_file, STDOUT_FILENO);
    return c;
}

static struct capture capture_file(void)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    return capture_start(fileno(file), file, -1);
}

static struct capture capture_terminal(unsigned short columns)
{
    int master, slave;
    struct winsize size = { .ws_row = 24, .ws_col = columns };
    assert_int_equal(openpty(&master, &slave, NULL, NULL, &size), 0);
    struct capture c = capture_start(slave, NULL, master);
    close(slave);
    return c;
}

static const char *capture_end(struct capture *c, char *room, size_t bytes)
{
    ssize_t got;
    fflush(stdout);
    if (c->file) {
        dup2(c->kept, STDOUT_FILENO);
        rewind(c->file);
        got = (ssize_t)fread(room, 1, bytes - 1, c->file);
        fclose(c->file);
    } else {
        got = read(c->master, room, bytes - 1);
        dup2(c->kept, STDOUT_FILENO);
        close(c->master);
    }
    close(c->kept);
    room[got > 0 ? got : 0] = '\0';
    return room;
}

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

static void print_two(enum table_format format, bool colour)
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
    struct table *t = table_begin(format, columns, COLUMNS, colour);
    table_row(t, first);
    table_row(t, second);
    table_end(t);
}

static const char *printed(enum table_format format, char *room, size_t bytes)
{
    struct capture c = capture_file();
    print_two(format, false);
    return capture_end(&c, room, bytes);
}

static void people_see_aligned_columns_and_only_what_differs(void **state)
{
    (void)state;
    char room[4096];
    assert_string_equal(printed(TABLE_TEXT, room, sizeof room),
                        "TOKEN               BALANCE  CHANGE    BURN    LEFT  LEVEL     NOTE\n"
                        "prod-a                12.35   -0.50  0.42/h  3h 05m  critical  note\n"
                        "=cmd|' /C calc'!A0        -   +5.00       -       -  -         note\n");
}

static void programs_get_exact_money_and_null_for_what_is_not_known(void **state)
{
    (void)state;
    char room[4096];
    assert_string_equal(
        printed(TABLE_JSON, room, sizeof room),
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
    char room[4096];
    const char *csv = printed(TABLE_CSV, room, sizeof room);
    assert_non_null(
        strstr(csv, "token,account,balance_usd,change_usd,burn_usd_per_h,at,budgeted,level\n"));
    assert_non_null(
        strstr(csv, "\nprod-a,main,12.345678901,-0.50,0.42,2026-08-01T12:00:00Z,true,critical\n"));
    assert_non_null(strstr(csv, "\n'=cmd|' /C calc'!A0,main,,5.00,,,false,none\n"));
}

static void an_empty_table_is_nothing_for_people_and_valid_for_programs(void **state)
{
    (void)state;
    static const char *const empty[] = {
        [TABLE_TEXT] = "",
        [TABLE_JSON] = "[]\n",
        [TABLE_CSV] = "token,account,balance_usd,change_usd,burn_usd_per_h,at,budgeted,level\n",
    };
    for (size_t f = 0; f < COUNT(empty); f++) {
        char room[512];
        struct capture c = capture_file();
        table_end(table_begin((enum table_format)f, columns, COLUMNS, false));
        assert_string_equal(capture_end(&c, room, sizeof room), empty[f]);
    }
}

static void columns_line_up_under_wide_and_combining_characters(void **state)
{
    (void)state;
    static const struct column two[] = { { "n", "N", COLUMN_TEXT, 0 },
                                         { "c", "C", COLUMN_COUNT, 0 } };
    static const char *const names[] = { "ab", "日本", "e\xcc\x81", "🔥", "\x1b[31m" };
    char room[512];
    struct capture c = capture_file();
    struct table *t = table_begin(TABLE_TEXT, two, COUNT(two), false);
    for (size_t i = 0; i < COUNT(names); i++)
        table_row(t, (struct cell[]){ cell_text(names[i]), cell_integer(7) });
    table_end(t);
    assert_string_equal(
        capture_end(&c, room, sizeof room),
        "N      C\nab     7\n日本   7\ne\xcc\x81      7\n🔥     7\n\xef\xbf\xbd[31m  7\n");
}

static void only_severities_are_coloured_and_only_when_asked(void **state)
{
    (void)state;
    char room[4096];
    struct capture c = capture_file();
    print_two(TABLE_TEXT, true);
    const char *text = capture_end(&c, room, sizeof room);
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
        assert_null(terminal_tone(span_of(plain[i])));
    for (enum verdict v = 0; v < VERDICTS; v++)
        assert_non_null(terminal_tone(span_of(forecast_verdict_name(v))));
    assert_non_null(terminal_tone(span_of("missing 2/3")));
}

/* ---- narrow terminals ---- */

static void expect_on_terminal(unsigned short width, void (*print)(void), const char *expected)
{
    char room[8192];
    struct capture c = capture_terminal(width);
    print();
    const char *text = capture_end(&c, room, sizeof room);
    if (strcmp(text, expected) != 0)
        fail_msg("width %d, expected:\n%sprinted:\n%s", width, expected, text);
}

static void print_alerts(void)
{
    static const struct column alerts[] = {
        { "level", "LEVEL", COLUMN_LEVEL, COLUMN_KEY },
        { "token", "TOKEN", COLUMN_TEXT, COLUMN_KEY },
        { "rule", "RULE", COLUMN_TEXT, COLUMN_KEY },
        { "since", "AGE", COLUMN_DURATION, 0 },
        { NULL, "EXTRA", COLUMN_TEXT, COLUMN_SPARE },
        { "summary", "NOW", COLUMN_TEXT, COLUMN_PROSE },
    };
    struct table *t = table_begin(TABLE_TEXT, alerts, COUNT(alerts), false);
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

static void what_identifies_a_row_stays_whole_and_prose_goes_on_below_itself(void **state)
{
    (void)state;
    expect_on_terminal(112, print_alerts,
                       "LEVEL     TOKEN                 RULE            AGE  EXTRA  NOW\r\n"
                       "critical  home-voice-assistant  low-balance  2h 01m  extra  has 0.95 USD "
                       "left (below 2.00 USD), empty in "
                       "about\r\n"
                       "                                                            6h\r\n"
                       "info      a                     r                 -\r\n");
    expect_on_terminal(
        80, print_alerts,
        "LEVEL     TOKEN                 RULE            AGE  NOW\r\n"
        "critical  home-voice-assistant  low-balance  2h 01m  has 0.95 USD left (below\r\n"
        "                                                     2.00 USD), empty in about\r\n"
        "                                                     6h\r\n"
        "info      a                     r                 -\r\n");
    expect_on_terminal(60, print_alerts,
                       "LEVEL     TOKEN                 RULE\r\n"
                       "     AGE  EXTRA  NOW\r\n"
                       "critical  home-voice-assistant  low-balance\r\n"
                       "  2h 01m  extra  has 0.95 USD left (below 2.00 USD), empty\r\n"
                       "                 in about 6h\r\n"
                       "info      a                     r\r\n"
                       "       -\r\n");
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

static void a_locale_without_utf8_gets_ascii_everywhere(void **state)
{
    (void)state;
    static const struct {
        const char *all, *ctype, *lang;
        bool ascii;
    } rows[] = {
        { NULL, NULL, NULL, false },        { "C", NULL, NULL, true },
        { "POSIX", "C.UTF-8", NULL, true }, { "C.UTF-8", NULL, "C", false },
        { "", "en_US.utf8", "C", false },   { NULL, NULL, "de_DE", true },
        { NULL, "C", "en_US.UTF-8", true }, { NULL, NULL, "de_DE.UTF-8@euro", false },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        rows[i].all ? setenv("LC_ALL", rows[i].all, 1) : unsetenv("LC_ALL");
        rows[i].ctype ? setenv("LC_CTYPE", rows[i].ctype, 1) : unsetenv("LC_CTYPE");
        rows[i].lang ? setenv("LANG", rows[i].lang, 1) : unsetenv("LANG");
        if (terminal_ascii() != rows[i].ascii)
            fail_msg("row %zu", i);
    }
    static const struct column two[] = { { "n", "N", COLUMN_TEXT, 0 },
                                         { "c", "C", COLUMN_COUNT, 0 } };
    char room[512];
    setenv("LC_ALL", "C", 1);
    struct capture c = capture_file();
    struct table *t = table_begin(TABLE_TEXT, two, COUNT(two), false);
    table_row(t, (struct cell[]){ cell_text("caf\xc3\xa9"), cell_integer(7) });
    table_row(t, (struct cell[]){ cell_text("a\x1b"), cell_integer(7) });
    table_end(t);
    const char *text = capture_end(&c, room, sizeof room);
    unsetenv("LC_ALL");
    assert_string_equal(text, "N          C\ncaf\\u{e9}  7\na?         7\n");
}

/* ---- cells ---- */

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
        assert_int_equal(cell_show(COLUMN_MONEY, &cell, &out), strlen(rows[i].shown));
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
    cell_show(COLUMN_TIME, &at, &out);
    assert_string_equal(text_z(&out), "2026-08-01 14:00:00 CEST");
    text_clear(&out);
    cell_show(COLUMN_TIME, &never, &out);
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
        table_sparkline(rows[i].amounts, COUNT(rows[i].amounts), false, &out);
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
    char room[1024];
    (void)state;
    struct capture c = capture_file();
    struct table *t = table_begin(TABLE_MARKDOWN, shown, COUNT(shown), true);
    struct cell nasty[] = { cell_text("main"), cell_text("a|b\n<script>[x](y)`*_"),
                            cell_integer(1234), cell_integer(-1999), cell_text("###") };
    struct cell plain[] = {
        cell_text("main"), cell_text("prod"), cell_integer(0), { .kind = CELL_NONE }, cell_text("")
    };
    table_row(t, nasty);
    table_row(t, plain);
    table_end(t);
    assert_string_equal(
        capture_end(&c, room, sizeof room),
        "| TOKEN | SHARE | CHANGE |\n|:--|--:|--:|\n"
        "| a\\|b\xef\xbf\xbd&lt;script&gt;\\[x\\](y)\\`\\*\\_ | 12.3 % | -20.0 % |\n"
        "| prod | 0.0 % | - |\n");
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
        cmocka_unit_test(a_locale_without_utf8_gets_ascii_everywhere),
        cmocka_unit_test(money_below_a_cent_still_says_something),
        cmocka_unit_test(money_for_programs_is_exact_for_any_amount),
        cmocka_unit_test(people_see_local_time_with_its_zone),
        cmocka_unit_test(markdown_is_a_table_in_which_names_stay_names),
        cmocka_unit_test(a_sparkline_is_scaled_to_its_largest_amount),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
