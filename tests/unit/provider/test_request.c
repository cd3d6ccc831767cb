/* Paths and bodies as they go out, and what comes back: a token, a secret, complaints about fields.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "provider/eden_v2.h"
#include "provider/refusal.h"

#define SECRET "canary-secret_of.a~token+1/2="

static void a_name_is_one_segment_of_the_path(void **state)
{
    (void)state;
    static const struct {
        const char *name, *path;
    } rows[] = {
        { "prod-billing_api~1", "/v2/user/custom_token/prod-billing_api~1/" },
        { "a/b", "/v2/user/custom_token/a%2Fb/" },
        { "..", "/v2/user/custom_token/%2E%2E/" },
        { "a b?c#d%e", "/v2/user/custom_token/a%20b%3Fc%23d%25e/" },
        { "w\xc3\xa4hrung", "/v2/user/custom_token/w%C3%A4hrung/" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct text path = { 0 };
        eden_v2.add_token_path(&path, span_of(rows[i].name));
        assert_string_equal(text_z(&path), rows[i].path);
        text_done(&path);
    }
}

static void assert_body(const char *name, const struct token_spec *w, const char *expected)
{
    struct text body = { 0 };
    const struct token_request r = { .makes = name, .name = name, .wish = w };
    eden_v2.add_request(&body, &r);
    assert_string_equal(text_z(&body), expected);
    text_done(&body);
}

static void a_body_says_what_was_given_and_nothing_else(void **state)
{
    (void)state;
    struct token_spec w = { .wanted = { .type = "sandbox_api_token",
                                        .balance = { true, { -1500000001 } },
                                        .budgeted = true,
                                        .expires = 0,
                                        .period = RESET_MONTHLY,
                                        .reset_amount = { true, { 20 * NANO_PER_USD } } } };
    assert_body(NULL, &w, "{}");
    assert_body("say \"hi\"", &w, "{\"name\": \"say \\\"hi\\\"\"}");
    for (size_t i = 0; i < SPEC_FIELDS; i++)
        w.given[i] = true;
    assert_body(
        "a", &w,
        "{\"name\": \"a\", \"token_type\": \"sandbox_api_token\", \"active_balance\": true, "
        "\"balance\": \"-1.500000001\", \"expire_time\": \"1970-01-01T00:00:00Z\", "
        "\"balance_reset_period\": \"monthly\", \"balance_reset_amount\": \"20.00\"}");
    struct token_spec balance = { .wanted.balance = { .known = true, .is.nano = 1500000000 } };
    balance.given[SPEC_BALANCE] = true;
    assert_body("a", &balance, "{\"name\": \"a\", \"balance\": \"1.50\"}");
    assert_body(NULL, &balance, "{\"balance\": 1.50}"); /* a change wants a number */
    struct token_spec never = { .wanted = { .expires = TIME_NONE } };
    never.given[SPEC_EXPIRES] = true;
    assert_body(NULL, &never, "{\"expire_time\": null}");
}

static void the_use_of_one_token_is_asked_for_by_day_and_name(void **state)
{
    (void)state;
    struct text path = { 0 };
    eden_v2.add_usage_path(&path, span_of("a&b=\xc3\xa4"), 1795305600, 1795392000);
    assert_string_equal(text_z(&path),
                        "/v2/cost_management/?begin=2026-11-22&end=2026-11-24&step=1"
                        "&token=a%26b%3D%C3%A4");
    text_done(&path);
}

static void an_answer_is_one_token_whatever_its_secret(void **state)
{
    (void)state;
    static const char body[] = " {\"name\": \"a\", \"token\": \"" SECRET "\", \"balance\": 1.5,"
                               " \"active_balance\": true}\n";
    static const char *const bad[] = {
        "",
        "[]",
        "{}",
        "null",
        "{\"name\":\"a\",\"balance\":1,\"active_balance\":true}, {}",
        "<html>",
        ("{\"name\":\"a\",\"token\":\"" SECRET "\",\"balance\":\"x\",\"active_balance\":true}"),
        ("{\"name\":\"a\",\"token\":\"" SECRET),
        "{\"name\":\"a\",\"balance\":1,\"active_balance\":true},{\"name\":\"b\",\"balance\":1,"
        "\"active_balance\":true}",
    };
    struct decoded d = { 0 };
    struct fault why;
    assert_true(provider_decode_answer(&eden_v2, span_of(body), &d, &why));
    assert_string_equal(d.reading.name, "a");
    assert_int_equal(d.reading.balance.is.nano, 1500000000);
    for (size_t i = 0; i < COUNT(bad); i++) {
        why = (struct fault){ 0 };
        if (provider_decode_answer(&eden_v2, span_of(bad[i]), &d, &why))
            fail_msg("taken: %s", bad[i]);
        assert_int_equal(why.kind, FAULT_REJECT);
        assert_null(strstr(why.text, "canary"));
    }
}

static void the_secret_is_found_where_it_belongs_and_nowhere_else(void **state)
{
    (void)state;
    static const struct {
        const char *body, *secret; /* NULL: refused */
    } rows[] = {
        { "{\"name\":\"a\",\"token\":\"" SECRET "\",\"x\":{\"token\":\"no\"}}", SECRET },
        { "{\"t\\u006fken\": \"canary\\u002d1\\/2\"}", "canary-1/2" },
        { "{\"name\":\"a\"}", NULL },
        { "{\"token\":null}", NULL },
        { "{\"token\":\"\"}", NULL },
        { "{\"token\":17}", NULL },
        { "{\"x\":{\"token\":\"canary\"}}", NULL },
        { "{\"token\":\"canary\",\"token\":\"canary\"}", NULL },
        { "{\"token\":\"canary\\u000a\"}", NULL },
        { "{\"token\":\"canary blank\"}", NULL },
        { "{\"token\":\"canary", NULL },
        { "[{\"token\":\"canary\"}]", NULL },
        { "", NULL },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char secret[SECRET_ROOM];
        struct fault why = { 0 };
        memset(secret, 'x', sizeof secret);
        bool ok = provider_take_secret(&eden_v2, span_of(rows[i].body), secret, &why);
        if (ok != (rows[i].secret != NULL) || (ok && strcmp(secret, rows[i].secret) != 0))
            fail_msg("row %zu: %s", i, ok ? secret : why.text);
        assert_null(strstr(why.text, "canary"));
        assert_true(ok
                    || (!memmem(secret, sizeof secret, "canary", 6)
                        && !memchr(secret, 'x', sizeof secret)));
    }
}

static void a_secret_that_does_not_fit_is_refused(void **state)
{
    (void)state;
    for (int len = SECRET_ROOM - 1; len <= SECRET_ROOM; len++) {
        struct text body = { 0 };
        char secret[SECRET_ROOM];
        struct fault why;
        text_addf(&body, "{\"token\":\"%0*d\"}", len, 7);
        assert_int_equal(
            provider_take_secret(&eden_v2, (struct span){ body.at, body.len }, secret, &why),
            len < SECRET_ROOM);
        text_done(&body);
    }
}

static void complaints_come_field_by_field(void **state)
{
    (void)state;
    struct complaint c[COMPLAINTS_MAX];
    size_t count =
        refusal_complaints(&eden_v2,
                           span_of("{\"error\":{\"type\":\"validation_error\",\"message\":{"
                                   "\"balance\":[\"A valid number is required.\",\"Too large.\"],"
                                   "\"name\":\"taken\\u001b[31m\"}}}"),
                           c);
    assert_int_equal(count, 2);
    assert_string_equal(c[0].field, "balance");
    assert_string_equal(c[0].text, "A valid number is required., Too large.");
    assert_string_equal(c[1].field, "name");
    assert_null(strchr(c[1].text, '\x1b'));
}

static void other_errors_have_no_fields(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "",
        "[]",
        "{}",
        "{\"error\":\"Insufficient credits\"}",
        "{\"details\":\"Not Found\"}",
        "<html></html>",
        "{\"error\":{\"type\":\"permission_error\",\"message\":\"no\"}}",
        "{\"name\":\"a\",\"token\":\"" SECRET "\"}",
    };
    struct complaint c[COMPLAINTS_MAX];
    for (size_t i = 0; i < COUNT(bodies); i++)
        assert_int_equal(refusal_complaints(&eden_v2, span_of(bodies[i]), c), 0);
}

static void a_name_is_taken_when_it_alone_is_refused(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *fields;
        bool taken;
    } rows[] = {
        { 400, "\"name\": [\"already exists\"]", true },
        { 400, "\"name\": [\"already exists\"], \"balance\": [\"too much\"]", false },
        { 400, "\"balance\": [\"too much\"]", false },
        { 400, "", false },
        { 403, "\"name\": [\"not yours\"]", false },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct complaint c[COMPLAINTS_MAX];
        struct text body = { 0 };
        text_addf(&body, "{\"error\": {\"message\": {%s}}}", rows[i].fields);
        size_t count = refusal_complaints(&eden_v2, (struct span){ body.at, body.len }, c);
        assert_int_equal(eden_v2.says_taken(rows[i].status, c, count), rows[i].taken);
        text_done(&body);
    }
}

static void deletion_is_confirmed_by_silence_or_by_the_token_that_is_gone(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *body;
        bool gone;
    } rows[] = {
        { 204, "", true },
        { 200, "", true },
        { 200, "{\"name\": \"a\", \"balance\": 1, \"active_balance\": true}", true },
        { 200, "{\"name\": \"b\", \"balance\": 1, \"active_balance\": true}", false },
        { 200, "{\"detail\": \"later\"}", false },
        { 202, "", false },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(
            eden_v2.confirms_deletion(rows[i].status, span_of(rows[i].body), span_of("a")),
            rows[i].gone);
}

static void complaints_are_bounded_and_show_no_key(void **state)
{
    (void)state;
    struct complaint c[COMPLAINTS_MAX];
    struct text body = { 0 };
    text_addf(&body, "{\"error\":{\"message\":{");
    for (int i = 0; i < 100; i++)
        text_addf(&body, "%s\"f%d\":[\"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9 is bad\"]",
                  i ? "," : "", i);
    text_addf(&body, "}}}");
    assert_int_equal(refusal_complaints(&eden_v2, (struct span){ body.at, body.len }, c),
                     COMPLAINTS_MAX);
    assert_string_equal(c[3].text, "[...] is bad");
    text_done(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_one_segment_of_the_path),
        cmocka_unit_test(a_body_says_what_was_given_and_nothing_else),
        cmocka_unit_test(the_use_of_one_token_is_asked_for_by_day_and_name),
        cmocka_unit_test(an_answer_is_one_token_whatever_its_secret),
        cmocka_unit_test(the_secret_is_found_where_it_belongs_and_nowhere_else),
        cmocka_unit_test(a_secret_that_does_not_fit_is_refused),
        cmocka_unit_test(complaints_come_field_by_field),
        cmocka_unit_test(other_errors_have_no_fields),
        cmocka_unit_test(a_name_is_taken_when_it_alone_is_refused),
        cmocka_unit_test(deletion_is_confirmed_by_silence_or_by_the_token_that_is_gone),
        cmocka_unit_test(complaints_are_bounded_and_show_no_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
