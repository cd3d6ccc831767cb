/* Where a page of tokens ended: what is written is read again, and nothing else is taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"
#include "view/status/cursor.h"

static void what_is_written_is_read_again(void **state)
{
    (void)state;
    const unix_s ends[] = { TIME_NONE, 0, INT64_C(1785985500) };
    for (int s = 0; s < STATES; s++)
        for (int l = 0; l < LEVELS; l++)
            for (size_t e = 0; e < COUNT(ends); e++) {
                const struct cursor c = { { (enum state)s, ends[e], (enum level)l }, 42 + s };
                struct cursor read;
                struct text text = { 0 };
                struct fault why;
                cursor_add(&c, &text);
                assert_true(cursor_parse(span_of(text_z(&text)), &read, &why));
                assert_int_equal(urgency_compare(&read.urgency, &c.urgency), 0);
                assert_int_equal(read.id, c.id);
                text_done(&text);
            }
}

static void anything_else_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",         "1",         "1.1",       "1.1.-",    "1.1.-.",
        "99.1.-.1", "1.99.-.1",  "1.1.-.1.",  "1.1.-.1 ", " 1.1.-.1",
        "-1.1.-.1", "1.1.-1.1",  "+1.1.-.1",  "1..-.1",   "1.1.-.99999999999999999999",
        "1.1.x.1",  "1.1.1e3.1", "0x1.1.-.1", "1,1,-,1",
    };
    struct cursor read;
    struct fault why;
    for (size_t i = 0; i < COUNT(bad); i++) {
        if (cursor_parse(span_of(bad[i]), &read, &why))
            fail_msg("%s was accepted", bad[i]);
        assert_int_equal(why.kind, FAULT_REJECT);
    }
}

/* Whatever comes; the sanitizers watch the bounds. */
static void any_bytes_are_read_or_refused(void **state)
{
    (void)state;
    static const char letters[] = "0123456789.-x";
    struct random random = random_seeded(11);
    for (int round = 0; round < 200000; round++) {
        char text[24];
        size_t len = random_next(&random) % sizeof text;
        struct cursor read;
        struct fault why;
        for (size_t i = 0; i < len; i++)
            text[i] = letters[random_next(&random) % (sizeof letters - 1)];
        if (cursor_parse((struct span){ text, len }, &read, &why))
            assert_true(read.urgency.state < STATES && read.urgency.level < LEVELS);
    }
}

/* The words by which tokens are asked for are in the order of what they name. */
static void the_lists_of_words_are_those_of_the_names(void **state)
{
    (void)state;
    struct text slugs = { 0 }, names = { 0 };
    for (int s = 0; s < STATES; s++)
        text_addf(&slugs, "%s%s", s ? "|" : "", state_slug((enum state)s));
    for (int l = 0; l < LEVELS; l++)
        text_addf(&names, "%s%s", l ? "|" : "", level_name((enum level)l));
    assert_string_equal(text_z(&slugs), STATE_SLUGS);
    assert_string_equal(text_z(&names), LEVEL_NAMES);
    text_done(&slugs);
    text_done(&names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(anything_else_is_refused),
        cmocka_unit_test(any_bytes_are_read_or_refused),
        cmocka_unit_test(the_lists_of_words_are_those_of_the_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
