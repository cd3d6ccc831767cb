/* Whatever is added in whatever nesting, what comes out is one JSON text: judged by a reader of our
 * own that decoders rely on, too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json_walk.h"
#include "base/json_write.h"
#include "base/random.h"

static void commas_stand_between_values_and_nowhere_else(void **state)
{
    (void)state;
    struct text out = { 0 };
    struct json_out j = json_out_to(&out);
    json_open_object(&j, NULL);
    json_open_array(&j, "none");
    json_close(&j);
    json_open_object(&j, "empty");
    json_close(&j);
    json_open_array(&j, "some");
    json_add_integer(&j, NULL, -1);
    json_add_null(&j, NULL);
    json_add_bool(&j, NULL, true);
    json_close(&j);
    json_add_money(&j, "usd", money_known((struct money){ 12345678901 }));
    json_add_money(&j, "unknown", (struct maybe_money){ .known = false });
    json_add_z(&j, "text", NULL);
    text_add(json_begin(&j, "raw"), span_of("1.50"));
    json_close(&j);
    assert_string_equal(text_z(&out),
                        "{\"none\": [], \"empty\": {}, \"some\": [-1, null, true], "
                        "\"usd\": 12.345678901, \"unknown\": null, \"text\": null, "
                        "\"raw\": 1.50}");
    text_done(&out);
}

static void a_compact_document_has_no_blanks(void **state)
{
    (void)state;
    struct text out = { 0 };
    struct json_out j = json_out_compact(&out);
    json_open_object(&j, NULL);
    json_add_integer(&j, "a", 1);
    json_open_array(&j, "b");
    json_add_integer(&j, NULL, 2);
    json_add_integer(&j, NULL, 3);
    json_close(&j);
    json_close(&j);
    assert_string_equal(text_z(&out), "{\"a\":1,\"b\":[2,3]}");
    text_done(&out);
}

static void lines_are_broken_where_it_was_asked(void **state)
{
    (void)state;
    struct text out = { 0 };
    struct json_out j = json_out_to(&out);
    json_open_array(&j, NULL);
    for (int i = 1; i <= 2; i++) {
        json_line(&j, 2);
        json_open_object(&j, NULL);
        json_add_integer(&j, "a", i);
        json_add_integer(&j, "b", i);
        json_close(&j);
    }
    json_line(&j, 0);
    json_close(&j);
    assert_string_equal(text_z(&out), "[\n  {\"a\": 1, \"b\": 1},\n  {\"a\": 2, \"b\": 2}\n]");
    text_done(&out);
}

/* A part of a document need not know where it stands. */
static void a_value_takes_the_name_that_was_given_before(void **state)
{
    (void)state;
    struct text out = { 0 };
    struct json_out j = json_out_to(&out);
    json_open_object(&j, NULL);
    json_name(&j, "first");
    json_open_array(&j, NULL);
    json_add_integer(&j, NULL, 1);
    json_close(&j);
    json_name(&j, "second");
    json_add_null(&j, NULL);
    json_close(&j);
    assert_string_equal(text_z(&out), "{\"first\": [1], \"second\": null}");
    text_done(&out);
}

/* A value, and what it contains; texts are any bytes. */
static void add_any(struct json_out *j, const char *name, struct random *random)
{
    char bytes[6];
    switch (random_next(random) % (j->depth < JSON_DEPTH_MAX ? 5 : 3)) {
    case 0:
        json_add_integer(j, name, (int64_t)random_next(random));
        return;
    case 1:
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (char)random_next(random);
        json_add_text(j, name, (struct span){ bytes, sizeof bytes });
        return;
    case 2:
        json_line(j, (int)(random_next(random) % 4));
        json_add_null(j, name);
        return;
    case 3:
        json_open_array(j, name);
        for (size_t n = random_next(random) % 4; n > 0; n--)
            add_any(j, NULL, random);
        break;
    default:
        json_open_object(j, name);
        for (size_t n = random_next(random) % 4; n > 0; n--)
            add_any(j, n == 1 ? "a" : n == 2 ? "b" : "c", random);
    }
    json_close(j);
}

static void any_document_is_valid(void **state)
{
    (void)state;
    struct random random = random_seeded(3);
    for (int round = 0; round < 5000; round++) {
        struct text out = { 0 };
        struct json_out j = round % 2 ? json_out_to(&out) : json_out_compact(&out);
        struct fault why;
        add_any(&j, NULL, &random);
        assert_int_equal(j.depth, 0);
        struct span whole = { text_z(&out), out.len };
        while (whole.len && (*whole.at == '\n' || *whole.at == ' '))
            whole = (struct span){ whole.at + 1, whole.len - 1 };
        if (!walk_whole(whole, &why))
            fail_msg("%s: %s", why.text, text_z(&out));
        text_done(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commas_stand_between_values_and_nowhere_else),
        cmocka_unit_test(a_compact_document_has_no_blanks),
        cmocka_unit_test(lines_are_broken_where_it_was_asked),
        cmocka_unit_test(a_value_takes_the_name_that_was_given_before),
        cmocka_unit_test(any_document_is_valid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
