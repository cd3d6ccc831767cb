/* Whatever a name holds, HTML and Markdown show it and do nothing else; and bars are as long as
 * they should be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/markup.h"
#include "base/random.h"
#include "view/bar.h"

static void names_stay_text(void **state)
{
    static const struct {
        const char *name, *html, *markdown;
    } rows[] = {
        { "prod-app", "prod-app", "prod-app" },
        { "<b>&\"'", "&lt;b&gt;&amp;&quot;&#39;", "&lt;b&gt;&amp;\"'" },
        { "a|b\\`*_", "a|b\\`*_", "a\\|b\\\\\\`\\*\\_" },
        { "[x](y)#!", "[x](y)#!", "\\[x\\](y)\\#\\!" },
        { "a\nb\xff\xe2\x80\xae",
          "a\xef\xbf\xbd"
          "b\xef\xbf\xbd\xef\xbf\xbd",
          "a\xef\xbf\xbd"
          "b\xef\xbf\xbd\xef\xbf\xbd" },
        { "\xe6\xbc\xa2", "\xe6\xbc\xa2", "\xe6\xbc\xa2" },
        { "", "", "" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct text out = { 0 };
        markup_add_html(&out, span_of(rows[i].name));
        assert_string_equal(text_z(&out), rows[i].html);
        text_clear(&out);
        markup_add_markdown(&out, span_of(rows[i].name));
        assert_string_equal(text_z(&out), rows[i].markdown);
        text_done(&out);
    }
}

static void no_random_bytes_open_a_tag_an_attribute_or_a_line(void **state)
{
    struct random random = random_seeded(11);
    (void)state;
    for (int round = 0; round < 20000; round++) {
        char name[24];
        struct text out = { 0 };
        for (size_t i = 0; i < sizeof name; i++)
            name[i] = (char)random_next(&random);
        markup_add_html(&out, (struct span){ name, sizeof name });
        assert_null(strpbrk(text_z(&out), "<>\"'\n\r"));
        text_clear(&out);
        markup_add_markdown(&out, (struct span){ name, sizeof name });
        assert_null(strpbrk(text_z(&out), "<>\n\r"));
        text_done(&out);
    }
}

static void a_bar_is_as_long_as_its_amount(void **state)
{
    static const struct {
        int64_t amount, most;
        const char *bar;
        bool ascii;
    } rows[] = {
        { 4, 4, "████", false }, { 2, 4, "██", false },
        { 1, 8, "▌", false },    { 1, 1000000, "▏", false },
        { 0, 4, "", false },     { -5, 4, "", false },
        { 3, 0, "", false },     { INT64_MAX, INT64_MAX, "████", false },
        { 9, 4, "████", false }, { 29, 32, "███▋", false },
        { 4, 4, "####", true },  { 1, 1000000, "#", true },
        { 5, 8, "###", true },   { 0, 4, "", true },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct text out = { 0 };
        bar_draw(&(struct bar){ rows[i].amount, rows[i].most, 4, rows[i].ascii }, &out);
        assert_string_equal(text_z(&out), rows[i].bar);
        text_done(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_stay_text),
        cmocka_unit_test(no_random_bytes_open_a_tag_an_attribute_or_a_line),
        cmocka_unit_test(a_bar_is_as_long_as_its_amount),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
