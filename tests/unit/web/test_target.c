/* Taking a request's target apart: names stay whole, and what is no text is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/own.h"
#include "base/random.h"
#include "web/target.h"

static void a_name_is_one_segment_whatever_is_in_it(void **state)
{
    (void)state;
    struct target t;
    struct fault why;
    const char *found[ASKED_SEGMENTS_MAX];
    size_t count = 0;
    assert_true(target_parse(span_of("/token/main/a%2Fb%3f%26+%C3%A9?x=1"), &t, &why));
    assert_true(target_fits(&t, "/token/{account}/{token}", found, &count));
    assert_int_equal(count, 2);
    assert_string_equal(found[0], "main");
    assert_string_equal(found[1], "a/b?&+é");
    assert_false(target_fits(&t, "/token/{account}", found, &count));
    assert_false(target_fits(&t, "/token/{account}/{token}/{more}", found, &count));
    assert_false(target_fits(&t, "/tokens/{account}/{token}", found, &count));
    target_done(&t);
}

static void parameters_are_decoded_as_forms_write_them(void **state)
{
    (void)state;
    struct target t;
    struct fault why;
    assert_true(target_parse(span_of("/?a=1+2&b&&c=%3D%26&d=x=y&%C3%A9="), &t, &why));
    const char *const wanted[][2] = {
        { "a", "1 2" }, { "b", "" }, { "c", "=&" }, { "d", "x=y" }, { "é", "" }
    };
    assert_int_equal(t.parameter_count, COUNT(wanted));
    for (size_t i = 0; i < COUNT(wanted); i++) {
        assert_string_equal(t.parameters[i].name, wanted[i][0]);
        assert_string_equal(t.parameters[i].value, wanted[i][1]);
    }
    target_done(&t);
}

static void the_root_is_a_path_of_its_own(void **state)
{
    (void)state;
    struct target t;
    struct fault why;
    const char *found[ASKED_SEGMENTS_MAX];
    size_t count = 1;
    assert_true(target_parse(span_of("/"), &t, &why));
    assert_true(target_fits(&t, "/", found, &count));
    assert_int_equal(count, 0);
    assert_false(target_fits(&t, "/{any}", found, &count));
    target_done(&t);
}

static void what_is_no_text_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",        "x",      "http://a/",  "/%",    "/%4",
        "/%zz",    "/%00",   "/a\nb",      "/\x7f", "/\x01",
        "/%ff",    "/%c3",   "/%ed%a0%80", "/?a=%", "/?a=\r",
        "/?a=%00", "/?%ff=", "/?a=%c3",    "/?\t",  "/a/b/c/d/e/f/g/h/i",
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct target t;
        struct fault why;
        if (target_parse(span_of(bad[i]), &t, &why))
            fail_msg("%s was accepted", bad[i]);
        assert_int_equal(why.kind, FAULT_REJECT);
    }
}

/* Whatever comes, it is refused or becomes text; the sanitizers watch the bounds. */
static void random_targets_do_no_harm(void **state)
{
    (void)state;
    static const char pieces[] = "/?&=%+20aFfz\xc3\xa9\x01;#";
    struct random random = random_seeded(20261127);
    for (int round = 0; round < 20000; round++) {
        char raw[200] = "/";
        size_t len = 1 + random_next(&random) % (sizeof raw - 1);
        for (size_t i = 1; i < len; i++)
            raw[i] = pieces[random_next(&random) % (sizeof pieces - 1)];
        struct target t;
        struct fault why;
        own_free char *exact = malloc(len);
        memcpy(exact, raw, len);
        if (!target_parse((struct span){ exact, len }, &t, &why))
            continue;
        for (size_t i = 0; i < t.parameter_count; i++)
            assert_true(strlen(t.parameters[i].name) + strlen(t.parameters[i].value) < len);
        target_done(&t);
    }
}

static void every_route_is_in_the_documentation(void **state)
{
    (void)state;
    static char page[65536];
    own_file FILE *file = fopen(GOLDEN_DIR "/../../docs/http.md", "r");
    assert_non_null(file);
    page[fread(page, 1, sizeof page - 1, file)] = '\0';
    for (const struct route *r = routes; r->path; r++) {
        char line[512];
        snprintf(line, sizeof line, "\n| `%s` | %s |\n", r->path, r->help);
        if (!strstr(page, line))
            fail_msg("docs/http.md lacks this line:%s", line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_one_segment_whatever_is_in_it),
        cmocka_unit_test(parameters_are_decoded_as_forms_write_them),
        cmocka_unit_test(the_root_is_a_path_of_its_own),
        cmocka_unit_test(what_is_no_text_is_refused),
        cmocka_unit_test(random_targets_do_no_harm),
        cmocka_unit_test(every_route_is_in_the_documentation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
