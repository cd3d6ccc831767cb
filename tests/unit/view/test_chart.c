/* Charts, as they are seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/money.h"
#include "view/chart.h"

enum { FROM = 1000000, UNTIL = FROM + 24 * 3600, NOW = FROM + 12 * 3600 };

#define USD(amount) ((int64_t)(amount)*NANO_PER_USD)

/* Falls, is topped up to 10, falls again; then two straight ways down. */
static const struct chart_point past[] = {
    { FROM, USD(6) },
    { FROM + 3 * 3600, USD(3) },
    { FROM + 6 * 3600, USD(10) },
    { NOW, USD(8) },
};
static const struct chart_point early[] = { { NOW, USD(8) }, { NOW + 6 * 3600, 0 } };
static const struct chart_point late[] = { { NOW, USD(8) }, { UNTIL, USD(2) } };
static const struct chart_line lines[] = {
    { past, 4, true, '*', NULL },
    { late, 2, false, 'L', NULL },
    { early, 2, false, 'e', NULL },
};
static const int64_t levels[] = { USD(1), USD(40) };
static const unix_s marks[] = { NOW, FROM - 5, UNTIL };

static struct chart scene(bool ascii)
{
    return (struct chart){ .columns = 24,
                           .rows = 6,
                           .from = FROM,
                           .until = UNTIL,
                           .top_nano = USD(10),
                           .lines = lines,
                           .line_count = 3,
                           .levels = levels,
                           .level_count = 2,
                           .marks = marks,
                           .mark_count = 3,
                           .ascii = ascii };
}

static void assert_draws(const struct chart *c, const char *expected)
{
    struct text out = { 0 };
    chart_draw(c, &out);
    assert_string_equal(text_z(&out), expected);
    text_done(&out);
}

static void ascii_shows_lines_thresholds_and_moments(void **state)
{
    (void)state;
    struct chart c = scene(true);
    assert_draws(&c,
                 "     10.00 |      *******\n"
                 "           |      *     eeL\n"
                 "           |****  *     :eeLLLL\n"
                 "      4.00 |   ****     : eee LLLLL\n"
                 "           |----------------ee----LL\n"
                 "      0.00 |            :    ee\n"
                 "           +------------------------\n");
}

static void braille_shows_the_same(void **state)
{
    (void)state;
    struct chart c = scene(false);
    assert_draws(&c,
                 "     10.00 ┤      ⡏⠉⠉⠉⠉⠉⡇\n"
                 "           │      ⡇     ⢳⣦⣀\n"
                 "           │⠒⠒⠒⡆  ⡇     ┊⠹⣌⠙⠲⣄⡀\n"
                 "      4.00 ┤   ⡇  ⡇     ┊ ⠘⣆  ⠉⠳⢤⣀\n"
                 "           │   ⠉⠉⠉⠁     ┊  ⠈⢧⡀   ⠈⠙⠦\n"
                 "      0.00 ┤╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌⠳⡄╌╌╌╌╌\n"
                 "           └────────────────────────\n");
}

static void nothing_to_draw_is_an_empty_frame(void **state)
{
    (void)state;
    struct chart c = {
        .columns = 3, .rows = 2, .from = 0, .until = 1, .top_nano = USD(1), .ascii = true
    };
    assert_draws(&c, "      1.00 |\n      0.00 |\n           +---\n");
}

static void each_line_has_its_colour_where_colour_is_wanted(void **state)
{
    (void)state;
    static const struct chart_point falls[] = { { 0, USD(1) }, { 4, 0 } };
    const struct chart_line line = { falls, 2, false, 'e', "<early>" };
    struct chart c = { .columns = 4,
                       .rows = 2,
                       .from = 0,
                       .until = 4,
                       .top_nano = USD(1),
                       .lines = &line,
                       .line_count = 1,
                       .ascii = true };
    assert_draws(
        &c, "      1.00 |<early>eee\x1b[0m\n      0.00 |  <early>ee\x1b[0m\n           +----\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ascii_shows_lines_thresholds_and_moments),
        cmocka_unit_test(braille_shows_the_same),
        cmocka_unit_test(nothing_to_draw_is_an_empty_frame),
        cmocka_unit_test(each_line_has_its_colour_where_colour_is_wanted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
