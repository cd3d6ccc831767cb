/* Two tokens never share a topic, and a glob means what a shell says and never stalls. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/random.h"
#include "core/naming.h"

#define TEN "abcdefghij"
#define SIXTY_NINE TEN TEN TEN TEN TEN TEN "abcdefghi"

static void assert_is_slug(const char *slug)
{
    assert_in_range(strlen(slug), 1, SLUG_BYTES - 1);
    assert_int_equal(
        strspn(slug, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"),
        strlen(slug));
}

static void plain_names_are_their_own_slugs(void **state)
{
    (void)state;
    static const char *const rows[] = { "a",
                                        "prod-billing-api",
                                        "CI_2",
                                        "-",
                                        "--",
                                        "_",
                                        SIXTY_NINE,
                                        "prod-0123456",
                                        "prod-0123456G",
                                        "prod-0123ABCD",
                                        "prod_01234567" };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char slug[SLUG_BYTES];
        naming_slug(span_of(rows[i]), slug);
        assert_string_equal(slug, rows[i]);
    }
}

static void other_names_keep_what_people_recognise(void **state)
{
    (void)state;
    static const struct {
        const char *name, *start;
    } rows[] = {
        { "prod billing", "prod-billing-" },
        { "a/+#$b", "a-b-" },
        { "prod-\xe6\x97\xa5\xe6\x9c\xac", "prod-" },
        { "\xf0\x9f\x94\xa5", "-" },
        { "", "-" },
        { "prod-01234567", "prod-01234567-" },
        { SIXTY_NINE "j", SIXTY_NINE "j-" },
        { SIXTY_NINE "jk", SIXTY_NINE "j-" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char slug[SLUG_BYTES];
        naming_slug(span_of(rows[i].name), slug);
        assert_is_slug(slug);
        assert_int_equal(strlen(slug), strlen(rows[i].start) + 8);
        assert_memory_equal(slug, rows[i].start, strlen(rows[i].start));
    }
}

enum { CROWD = 20000, NASTY_BYTES = 24 };

struct named {
    char name[NASTY_BYTES];
    size_t len;
    char slug[SLUG_BYTES];
};

static int by_slug(const void *a, const void *b)
{
    return strcmp(((const struct named *)a)->slug, ((const struct named *)b)->slug);
}

/* Names that look alike: few letters, many characters that a slug cannot hold. */
static void make_nasty(struct random *r, struct named *n)
{
    static const char letters[] = "aab-/+#$ \"'\n\xc3\xa9\xf0\x9f\x94\xa5.";
    n->len = random_next(r) % NASTY_BYTES;
    for (size_t i = 0; i < n->len; i++)
        n->name[i] = letters[random_next(r) % (sizeof letters - 1)];
    naming_slug((struct span){ n->name, n->len }, n->slug);
}

static void different_nasty_names_never_share_a_slug(void **state)
{
    (void)state;
    struct random r = random_seeded(1);
    struct named *crowd = calloc(CROWD, sizeof *crowd);
    assert_non_null(crowd);
    for (size_t i = 0; i < CROWD; i++) {
        make_nasty(&r, &crowd[i]);
        assert_is_slug(crowd[i].slug);
    }
    qsort(crowd, CROWD, sizeof *crowd, by_slug);
    for (size_t i = 1; i < CROWD; i++) {
        const struct named *a = &crowd[i - 1], *b = &crowd[i];
        bool same_name = a->len == b->len && memcmp(a->name, b->name, a->len) == 0;
        assert_true(same_name || strcmp(a->slug, b->slug) != 0);
    }
    free(crowd);
}

static void naming_a_token_like_the_slug_of_another_does_not_take_its_topic(void **state)
{
    (void)state;
    char slug[SLUG_BYTES], again[SLUG_BYTES];
    naming_slug(span_of("prod billing"), slug);
    naming_slug(span_of(slug), again);
    assert_string_not_equal(slug, again);
    assert_is_slug(again);
}

static void names_of_any_length_fit(void **state)
{
    (void)state;
    char name[900], slug[SLUG_BYTES];
    memset(name, 'x', sizeof name);
    for (size_t len = 0; len < sizeof name; len++) {
        naming_slug((struct span){ name, len }, slug);
        assert_is_slug(slug);
    }
}

static void globs_mean_what_a_shell_says(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *name;
        bool matches;
    } rows[] = {
        { "", "", true },
        { "", "a", false },
        { "a", "", false },
        { "*", "", true },
        { "*", "anything", true },
        { "**", "x", true },
        { "prod-*", "prod-api", true },
        { "prod-*", "prod-", true },
        { "prod-*", "xprod-api", false },
        { "*-api", "prod-api", true },
        { "*-api", "prod-api2", false },
        { "a*b*c", "aXbYc", true },
        { "a*b*c", "aXcYb", false },
        { "*a*", "bab", true },
        { "*ab", "aab", true },
        { "?", "", false },
        { "?", "a", true },
        { "?", "ab", false },
        { "?", "\xc3\xa9", true },
        { "?", "\xf0\x9f\x94\xa5", true },
        { "??", "\xc3\xa9", false },
        { "?", "\xff", true },
        { "*\x94*", "\xf0\x9f\x94\xa5", false },
        { "Prod", "prod", false },
        { "[abc]", "b", true },
        { "[abc]", "d", false },
        { "[a-c]x", "bx", true },
        { "[a-c]", "d", false },
        { "[!a-c]", "d", true },
        { "[!a-c]", "b", false },
        { "[!a]", "", false },
        { "[]a]", "]", true },
        { "[!]]", "]", false },
        { "[a-]", "-", true },
        { "[-a]", "-", true },
        { "[\\]]", "]", true },
        { "[\\!a]", "!", true },
        { "[a\\-c]", "b", false },
        { "[\xc3\xa0-\xc3\xbf]", "\xc3\xa9", true },
        { "[^a]", "^", true },
        { "[", "[", true },
        { "[abc", "[abc", true },
        { "[abc", "a", false },
        { "[]", "[]", true },
        { "\\*", "*", true },
        { "\\*", "a", false },
        { "\\\\", "\\", true },
        { "\\", "\\", true },
        { "\\a", "a", true },
        { "a\\", "a\\", true },
        { "[z-a]", "m", false },
        { "*[0-9]", "run-7", true },
        { "*?", "", false },
        { "*?", "ab", true },
        { "a**b", "ab", true },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        if (naming_matches(rows[i].pattern, span_of(rows[i].name)) != rows[i].matches)
            fail_msg("\"%s\" on \"%s\" is wrong", rows[i].pattern, rows[i].name);
}

static void names_may_hold_any_byte(void **state)
{
    (void)state;
    assert_true(naming_matches("a?b", (struct span){ "a\0b", 3 }));
    assert_true(naming_matches("*", (struct span){ NULL, 0 }));
    assert_false(naming_matches("a", (struct span){ "a\0", 2 }));
}

/* Matched by going back to every star, each of these takes longer than the universe has. */
static void no_pattern_stalls(void **state)
{
    (void)state;
    char name[800], pattern[256];
    memset(name, 'a', sizeof name);
    for (size_t i = 0; i + 2 < sizeof pattern; i += 2)
        memcpy(pattern + i, "*a", 2);
    pattern[254] = 'b';
    pattern[255] = '\0';
    assert_false(naming_matches(pattern, (struct span){ name, sizeof name }));
    memset(pattern, '[', 254);
    pattern[0] = '*';
    memset(name, '[', sizeof name);
    assert_false(naming_matches(pattern, (struct span){ name, sizeof name }));
}

static bool matches_plainly(const char *pattern, const char *name)
{
    if (*pattern == '*')
        return matches_plainly(pattern + 1, name) || (*name && matches_plainly(pattern, name + 1));
    if (!*pattern || !*name)
        return !*pattern && !*name;
    return (*pattern == '?' || *pattern == *name) && matches_plainly(pattern + 1, name + 1);
}

static void random_globs_agree_with_the_definition(void **state)
{
    (void)state;
    struct random r = random_seeded(2);
    for (int i = 0; i < 50000; i++) {
        char pattern[8] = "", name[10] = "";
        for (size_t k = random_next(&r) % 8; k; k--)
            pattern[k - 1] = "ab?**"[random_next(&r) % 5];
        for (size_t k = random_next(&r) % 10; k; k--)
            name[k - 1] = "ab"[random_next(&r) % 2];
        if (naming_matches(pattern, span_of(name)) != matches_plainly(pattern, name))
            fail_msg("\"%s\" on \"%s\" is wrong", pattern, name);
    }
}

static void random_patterns_never_crash(void **state)
{
    (void)state;
    static const char letters[] = "[]!-\\*?a\xc3\xa9\xf0";
    struct random r = random_seeded(3);
    for (int i = 0; i < 50000; i++) {
        char pattern[12] = "", name[12];
        for (size_t k = random_next(&r) % sizeof pattern; k; k--)
            pattern[k - 1] = letters[random_next(&r) % (sizeof letters - 1)];
        size_t len = random_next(&r) % sizeof name;
        for (size_t k = 0; k < len; k++)
            name[k] = letters[random_next(&r) % (sizeof letters - 1)];
        naming_matches(pattern, (struct span){ name, len });
    }
}

static void a_successor_has_the_next_number_and_a_name_that_does_not_grow(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        { "foo", "foo-r2" },
        { "foo-r2", "foo-r3" },
        { "foo-r9", "foo-r10" },
        { "foo-r999998", "foo-r999999" },
        { "foo-r1", "foo-r2" },
        { "foo-r", "foo-r-r2" },
        { "r7", "r7-r2" },
        { "-r7", "-r7-r2" },
        { "gpt-4", "gpt-4-r2" },
        { "foo-r1234567", "foo-r1234567-r2" },
        { "prod-r2-d2", "prod-r2-d2-r2" },
        { "\xf0\x9f\x92\xb6", "\xf0\x9f\x92\xb6-r2" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char out[NAMING_NAME_BYTES];
        assert_true(naming_successor(span_of(rows[i][0]), 200, out));
        assert_string_equal(out, rows[i][1]);
    }
}

static void a_successor_fits_into_so_many_characters_or_there_is_none(void **state)
{
    (void)state;
    char name[2000], out[NAMING_NAME_BYTES];
    memset(name, 'x', sizeof name);
    assert_true(naming_successor((struct span){ name, 197 }, 200, out));
    assert_false(naming_successor((struct span){ name, 198 }, 200, out));
    assert_false(naming_successor((struct span){ name, sizeof name }, 200, out));
    memcpy(name + 190, "-r99", 4);
    assert_true(naming_successor((struct span){ name, 194 }, 200, out));
    assert_int_equal(strlen(out), 195);
}

static void the_environment_is_the_first_part(void **state)
{
    (void)state;
    assert_true(span_is(naming_environment(span_of("prod-billing-api")), "prod"));
    assert_true(span_is(naming_environment(span_of("prod")), ""));
    assert_true(span_is(naming_environment(span_of("-x")), ""));
    assert_true(span_is(naming_environment(span_of("")), ""));
}

static void the_convention_has_three_parts_and_a_name_may_end_early(void **state)
{
    static const struct {
        const char *name, *project, *purpose;
    } rows[] = {
        { "prod-billing-api", "billing", "api" },
        { "prod-billing-api-v2", "billing", "api-v2" },
        { "dev-prototype", "prototype", "" },
        { "prod", "", "" },
        { "prod-", "", "" },
        { "", "", "" },
        { "prod-a-b-r12", "a", "b" },
        { "dev-prototype-r2", "prototype", "" },
        { "a--b", "", "b" },
        { "-x-y", "x", "y" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_true(span_is(naming_project(span_of(rows[i].name)), rows[i].project));
        assert_true(span_is(naming_purpose(span_of(rows[i].name)), rows[i].purpose));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_names_are_their_own_slugs),
        cmocka_unit_test(other_names_keep_what_people_recognise),
        cmocka_unit_test(different_nasty_names_never_share_a_slug),
        cmocka_unit_test(naming_a_token_like_the_slug_of_another_does_not_take_its_topic),
        cmocka_unit_test(names_of_any_length_fit),
        cmocka_unit_test(globs_mean_what_a_shell_says),
        cmocka_unit_test(names_may_hold_any_byte),
        cmocka_unit_test(no_pattern_stalls),
        cmocka_unit_test(random_globs_agree_with_the_definition),
        cmocka_unit_test(random_patterns_never_crash),
        cmocka_unit_test(a_successor_has_the_next_number_and_a_name_that_does_not_grow),
        cmocka_unit_test(a_successor_fits_into_so_many_characters_or_there_is_none),
        cmocka_unit_test(the_environment_is_the_first_part),
        cmocka_unit_test(the_convention_has_three_parts_and_a_name_may_end_early),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
