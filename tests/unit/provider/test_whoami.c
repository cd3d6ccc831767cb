/* What an API says of the key that asks: taken where it is clear, and refused where it is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "provider/eden_v3.h"

static void scopes_and_end_are_read_and_what_lacks_is_said(void **state)
{
    (void)state;
    static const struct {
        const char *body, *scopes;
        unix_s ends_at;
        const char *reason;
    } rows[] = {
        { "{\"scopes\": [\"manage:read\"], \"expire_time\": null}", "manage:read", TIME_NONE, "" },
        { "{\"scopes\": [\"a\", \"manage:write\"], \"expire_time\": \"2026-01-01T00:00:00Z\"}",
          "a manage:write", 1767225600, "" },
        { "{\"scopes\": \"manage:read manage:mint\"}", "manage:read manage:mint", TIME_NONE, "" },
        { "{\"scopes\": [\"manage:mint\"]}", "manage:mint", TIME_NONE,
          "it lacks the scope manage:read" },
        { "{\"scopes\": [\"manage:readers\"]}", "manage:readers", TIME_NONE,
          "it lacks the scope manage:read" },
        { "{\"scopes\": [], \"key\": \"mgmt-eden-secret\"}", "", TIME_NONE,
          "it lacks the scope manage:read" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct own_key k;
        struct fault why;
        if (!eden_v3.decode_whoami(span_of(rows[i].body), &k, &why))
            fail_msg("row %zu: %s", i, why.text);
        assert_string_equal(k.scopes, rows[i].scopes);
        assert_string_equal(k.reason, rows[i].reason);
        assert_true(k.ends_at == rows[i].ends_at && k.described);
    }
}

static void an_answer_that_describes_no_key_is_refused(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "",
        "[]",
        "{}",
        "{\"scopes\": null}",
        "{\"scopes\": [7]}",
        "{\"scopes\": [\"\"]}",
        "{\"scopes\": [\"a\"], \"scopes\": []}",
        "{\"scopes\": [\"a\"], \"expire_time\": 5}",
    };
    for (size_t i = 0; i < COUNT(bodies); i++) {
        struct own_key k = { .scopes = "untouched" };
        struct fault why;
        if (eden_v3.decode_whoami(span_of(bodies[i]), &k, &why))
            fail_msg("row %zu is taken", i);
        assert_int_equal(why.kind, FAULT_REJECT);
        assert_string_equal(k.scopes, "untouched");
    }
}

static void a_long_list_of_scopes_is_cut(void **state)
{
    (void)state;
    struct text body = { 0 };
    struct own_key k;
    struct fault why;
    text_addf(&body, "{\"scopes\": [\"manage:read\"");
    for (int i = 0; i < 100; i++)
        text_addf(&body, ", \"manage:%d\"", i);
    text_addf(&body, "]}");
    assert_true(eden_v3.decode_whoami((struct span){ text_z(&body), body.len }, &k, &why));
    assert_in_range(strlen(k.scopes), 200, sizeof k.scopes - 1);
    assert_string_equal(k.reason, "");
    text_done(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scopes_and_end_are_read_and_what_lacks_is_said),
        cmocka_unit_test(an_answer_that_describes_no_key_is_refused),
        cmocka_unit_test(a_long_list_of_scopes_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
