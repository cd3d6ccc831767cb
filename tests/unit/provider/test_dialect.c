/* What is common to all dialects asks the row and knows no member of any vendor: here it serves an
 * API that calls everything by other names and offers less. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "provider/eden_v2.h"
#include "provider/member.h"
#include "provider/refusal.h"

#define SECRET "other-secret_of.a~key"

static bool decode_key(struct span element, struct decoded *ret, struct fault *why)
{
    static const char *const members[] = { "label", "left" };
    const cJSON *found[COUNT(members)];
    own_json cJSON *root = json_parse_object(element, why);
    *ret = (struct decoded){ .reading.expires = TIME_NONE };
    return root && member_find(root, members, found, COUNT(members), why)
        && member_name(found[0], ret->name, why)
        && member_amount(found[1], "left", &ret->reading.balance, why);
}

static const char *const wrappers[] = { "problem", NULL };

static const struct provider other = {
    .list = { .what = "key list",
              .list = "keys",
              .next = "more",
              .secret = "password",
              .element_bytes = 4096 },
    .name_member = "label",
    .secret_member = "password",
    .decode_token = decode_key,
    .wrappers = wrappers,
};

static void a_list_is_cut_by_the_names_of_the_dialect(void **state)
{
    (void)state;
    struct splitter *s = splitter_new(&other.list);
    struct element e;
    struct fault why;
    struct span next;
    splitter_feed(s,
                  span_of("{\"keys\": [{\"label\": \"a\", \"password\": \"" SECRET "\", "
                          "\"token\": \"kept\"}], \"results\": 1, \"more\": \"/keys?page=2\"}"));
    assert_int_equal(splitter_next(s, &e, &why), SPLIT_ELEMENT);
    assert_true(span_is(e.json, "{\"label\": \"a\", \"password\": null, \"token\": \"kept\"}"));
    assert_int_equal(splitter_next(s, &e, &why), SPLIT_MORE);
    assert_true(splitter_end(s, &next, &why));
    assert_true(span_is(next, "/keys?page=2"));
    splitter_free(s);
}

static void a_list_that_is_none_is_told_by_the_names_of_the_dialect(void **state)
{
    (void)state;
    static const struct {
        const char *json, *why;
    } rows[] = {
        { "[]", "key list: not an object (byte 1)" },
        { "{\"results\": [], \"next\": null}",
          "key list: an object without \"keys\" and \"more\" (byte 29)" },
        { "{\"keys\": 1}", "key list: \"keys\" is not a single array (byte 10)" },
        { "{\"keys\": [], \"more\": 1}",
          "key list: \"more\" is not a single string or null (byte 22)" },
        { "{\"keys\": [], \"more\": \"a b\"}", "key list: \"more\" is not a URL (byte 27)" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct splitter *s = splitter_new(&other.list);
        struct element e;
        struct fault why = { 0 };
        struct span next;
        splitter_feed(s, span_of(rows[i].json));
        assert_false(splitter_next(s, &e, &why) == SPLIT_MORE && splitter_end(s, &next, &why));
        assert_string_equal(why.text, rows[i].why);
        splitter_free(s);
    }
}

static void an_answer_its_name_and_its_secret_are_read_by_the_row(void **state)
{
    (void)state;
    struct span answer = span_of("{\"label\": \"a\", \"left\": \"1.50\", \"password\": \"" SECRET
                                 "\", \"token\": \"no secret here\"}");
    struct decoded d;
    struct fault why;
    char secret[SECRET_ROOM], name[NAME_BYTES_MAX + 1];
    assert_true(provider_decode_answer(&other, answer, &d, &why));
    assert_string_equal(d.name, "a");
    assert_ptr_equal(d.reading.name, d.name);
    assert_int_equal(d.reading.balance.is.nano, 3 * NANO_PER_USD / 2);
    assert_true(provider_take_secret(&other, answer, secret, &why));
    assert_string_equal(secret, SECRET);
    assert_true(
        provider_name_of(&other, span_of("{\"name\": \"x\", \"label\": \"b\", \"left"), name));
    assert_string_equal(name, "b");
    assert_false(provider_decode_answer(&eden_v2, answer, &d, &why));
}

static void a_refusal_is_unwrapped_by_the_row(void **state)
{
    (void)state;
    struct span body = span_of("{\"problem\": {\"left\": [\"too much\"]}}");
    struct complaint complaints[COMPLAINTS_MAX];
    char line[256];
    assert_int_equal(refusal_complaints(&other, body, complaints), 1);
    assert_string_equal(complaints[0].field, "left");
    assert_string_equal(complaints[0].text, "too much");
    assert_true(refusal_text(&other, body, line, sizeof line));
    assert_string_equal(line, "left: too much");
    assert_int_equal(refusal_complaints(&eden_v2, body, complaints), 0);
    assert_false(refusal_text(&eden_v2, body, line, sizeof line));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_is_cut_by_the_names_of_the_dialect),
        cmocka_unit_test(a_list_that_is_none_is_told_by_the_names_of_the_dialect),
        cmocka_unit_test(an_answer_its_name_and_its_secret_are_read_by_the_row),
        cmocka_unit_test(a_refusal_is_unwrapped_by_the_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
