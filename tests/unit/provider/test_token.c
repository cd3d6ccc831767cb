/* Decoding: what the API may say, what it must not, and that a refusal names the member and the
 * token. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/own.h"
#include "base/random.h"
#include "core/calendar.h"
#include "provider/eden_v2.h"
#include "provider/refusal.h"

/* The content of a file in a block of exactly its size, so that the sanitizer sees a read beyond
 * the end. */
struct block {
    char *at; /* owned */
    size_t len;
};

static struct block read_golden(const char *path)
{
    char content[8192];
    own_file FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("cannot open %s", path);
    size_t len = fread(content, 1, sizeof content, file);
    char *exact = malloc(len ? len : 1);
    memcpy(exact, content, len);
    return (struct block){ exact, len };
}

static bool decode_block(struct block b, struct decoded *ret, struct fault *why)
{
    return eden_v2.decode_token((struct span){ b.at, b.len }, ret, why);
}

static struct decoded decode_golden(const char *name)
{
    char path[512];
    struct decoded d;
    struct fault why;
    snprintf(path, sizeof path, "%s/wire-good-%s.json", GOLDEN_DIR, name);
    struct block element = read_golden(path);
    if (!decode_block(element, &d, &why))
        fail_msg("%s: %s", name, why.text);
    free(element.at);
    assert_ptr_equal(d.reading.name, d.name);
    d.reading.name = NULL; /* the caller gets a copy */
    return d;
}

static bool decodes(const char *element, struct decoded *d, struct fault *why)
{
    return eden_v2.decode_token(span_of(element), d, why);
}

static void a_token_with_everything_is_read_whole(void **state)
{
    (void)state;
    struct decoded d = decode_golden("full");
    char stamp[TIME_TEXT_BYTES];
    assert_string_equal(d.name, "prod-billing");
    assert_string_equal(d.reading.type, "api_token");
    assert_true(d.reading.balance.known && d.reading.balance.is.nano == 9800000000);
    assert_true(d.reading.budgeted);
    assert_string_equal(calendar_format(d.reading.expires, stamp), "2027-01-31T22:59:59Z");
    assert_int_equal(d.reading.period, RESET_MONTHLY);
    assert_true(d.reading.reset_amount.known
                && d.reading.reset_amount.is.nano == 50 * NANO_PER_USD);
}

static void what_the_api_left_out_is_unknown_and_not_zero(void **state)
{
    (void)state;
    struct decoded d = decode_golden("least");
    assert_string_equal(d.reading.type, "api_token");
    assert_false(d.reading.balance.known);
    assert_false(d.reading.budgeted);
    assert_true(d.reading.expires == TIME_NONE);
    assert_int_equal(d.reading.period, RESET_NONE);
    assert_false(d.reading.reset_amount.known);
}

static void a_budget_of_null_is_no_cap(void **state)
{
    (void)state;
    struct decoded d = decode_golden("no-cap");
    assert_false(d.reading.balance.known || d.reading.budgeted);
}

static void a_token_that_is_revoked_is_known_by_its_name_alone(void **state)
{
    (void)state;
    assert_true(decode_golden("revoked").revoked);
    assert_false(decode_golden("full").revoked);
}

static void money_is_read_from_decimal_strings_as_from_numbers(void **state)
{
    (void)state;
    struct decoded d = decode_golden("decimal-strings");
    assert_true(d.reading.balance.is.nano == 50000000001);
    assert_true(d.reading.reset_amount.is.nano == 2500000000);
    assert_string_equal(d.reading.type, "sandbox_api_token");
    assert_true(decode_golden("longest-name").reading.balance.is.nano == 1);
}

static void a_time_without_zone_is_utc(void **state)
{
    (void)state;
    char stamp[TIME_TEXT_BYTES];
    struct decoded d = decode_golden("no-zone");
    assert_string_equal(calendar_format(d.reading.expires, stamp), "2026-12-24T18:00:00Z");
    assert_true(d.reading.balance.is.nano == -120000000);
}

static void the_future_may_add_members_types_and_periods(void **state)
{
    (void)state;
    struct decoded d = decode_golden("future");
    assert_string_equal(d.name, "later");
    assert_true(d.reading.balance.is.nano == 10 * NANO_PER_USD);
    assert_int_equal(d.reading.period, RESET_OTHER);
    assert_true(d.reading.reset_amount.known);
    assert_int_equal(strlen(d.reading.type), 30); /* 31 bytes would end within a character */
}

static void an_amount_without_a_period_is_no_reset_amount(void **state)
{
    (void)state;
    assert_false(decode_golden("amount-without-period").reading.reset_amount.known);
}

static void names_are_data(void **state)
{
    (void)state;
    assert_string_equal(decode_golden("nasty-name").name,
                        "\xf0\x9f\x94\xa5 /+#$ \"q\" \\u0000 \n\xc3\xbc");
    assert_int_equal(strlen(decode_golden("longest-name").name), NAME_BYTES_MAX);
}

static void each_broken_element_is_refused_with_its_reason(void **state)
{
    (void)state;
    static const struct {
        const char *file, *words;
    } rows[] = {
        { "active-null", "active_balance is missing" },
        { "active-missing", "active_balance" },
        { "active-two", "active_balance" },
        { "active-text", "active_balance" },
        { "amount-words", "balance_reset_amount: \"lots\"" },
        { "array", "not an object" },
        { "balance-boolean", "balance is neither" },
        { "balance-huge", "outside" },
        { "balance-infinite", "balance: " },
        { "balance-member-nul", "U+0000" },
        { "balance-missing", "balance is missing" },
        { "balance-object", "balance is neither" },
        { "balance-other-case", "balance is missing" },
        { "balance-padded", "not a decimal amount" },
        { "balance-twice", "duplicate balance" },
        { "balance-words", "balance: \"ten\"" },
        { "cut", "not JSON: truncated" },
        { "empty", "not JSON" },
        { "expiry-no-such-day", "expire_time: " },
        { "expiry-number", "expire_time" },
        { "expiry-words", "expire_time: " },
        { "name-empty", "name has 0 characters" },
        { "name-lone-surrogate", "an unpaired surrogate" },
        { "name-missing", "name is missing" },
        { "name-not-utf8", "invalid UTF-8" },
        { "name-nul", "U+0000" },
        { "name-null", "name is missing" },
        { "name-number", "name is missing or no text" },
        { "name-raw-nul", "an unescaped control character" },
        { "name-too-long", "name has 201 characters" },
        { "name-twice", "duplicate name" },
        { "null", "not an object" },
        { "period-number", "balance_reset_period" },
        { "revoked-text", "revoked is no boolean" },
        { "trailing-text", "unexpected data after the end" },
        { "two-objects", "unexpected data after the end" },
        { "type-not-utf8", "invalid UTF-8" },
        { "type-number", "token_type" },
    };
    static const char pattern[] = GOLDEN_DIR "/wire-bad-*.json";
    glob_t files;
    assert_int_equal(glob(pattern, 0, NULL, &files), 0);
    assert_int_equal(files.gl_pathc, COUNT(rows));
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct decoded d = { .reading.expires = 42 };
        struct fault why = { .kind = FAULT_FATAL };
        char path[512];
        snprintf(path, sizeof path, "%s/wire-bad-%s.json", GOLDEN_DIR, rows[i].file);
        struct block element = read_golden(path);
        if (decode_block(element, &d, &why))
            fail_msg("%s was accepted", rows[i].file);
        if (why.kind != FAULT_REJECT || !strstr(why.text, rows[i].words))
            fail_msg("%s: \"%s\" does not say \"%s\"", rows[i].file, why.text, rows[i].words);
        assert_true(d.reading.expires == 42 && !d.name[0]);
        free(element.at);
    }
    globfree(&files);
}

static void what_can_mean_one_thing_only_is_read_however_it_is_spelt(void **state)
{
    (void)state;
    static const struct {
        const char *members;
        int64_t nano;
        bool budgeted;
        unix_s expires;
    } rows[] = {
        { "\"balance\":1,\"active_balance\":1", NANO_PER_USD, true, TIME_NONE },
        { "\"balance\":1,\"active_balance\":0", NANO_PER_USD, false, TIME_NONE },
        { "\"balance\":1.0,\"active_balance\":1.0", NANO_PER_USD, true, TIME_NONE },
        { "\"balance\":\".5\",\"active_balance\":true", NANO_PER_USD / 2, true, TIME_NONE },
        { "\"balance\":\"-.5\",\"active_balance\":true", -NANO_PER_USD / 2, true, TIME_NONE },
        { "\"balance\":\"5.\",\"active_balance\":true", 5 * NANO_PER_USD, true, TIME_NONE },
        { "\"balance\":\"+5.00\",\"active_balance\":true", 5 * NANO_PER_USD, true, TIME_NONE },
        { "\"balance\":\"0E-9\",\"active_balance\":true", 0, true, TIME_NONE },
        { "\"balance\":0,\"active_balance\":true,\"expire_time\":\"\"", 0, true, TIME_NONE },
        { "\"balance\":0,\"active_balance\":true,\"expire_time\":\"1970-01-02T02:00+0200\"", 0,
          true, DAY_S },
        { "\"balance\":0,\"active_balance\":true,\"token_type\":\"\",\"balance_reset_period\":\"\"",
          0, true, TIME_NONE },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char element[256];
        struct decoded d;
        struct fault why;
        snprintf(element, sizeof element, "{\"name\":\"a\",%s}", rows[i].members);
        if (!decodes(element, &d, &why))
            fail_msg("%s: %s", rows[i].members, why.text);
        assert_true(d.reading.balance.known && d.reading.balance.is.nano == rows[i].nano);
        assert_int_equal(d.reading.budgeted, rows[i].budgeted);
        assert_true(d.reading.expires == rows[i].expires && d.reading.period == RESET_NONE);
        assert_string_equal(d.reading.type, "api_token");
    }
}

static void the_name_is_found_in_an_element_that_cannot_be_read(void **state)
{
    (void)state;
    static const struct {
        const char *element, *name; /* NULL: none */
    } rows[] = {
        { "{\"name\":\"a\",\"balance\":\"x\"}", "a" },
        { "{\"balance\":01,\"name\":\"a\"}", "a" },
        { "{\"balance\":\"\\u12g4\",\"n\\u0061me\":\"\\u00e4\"}", "\xc3\xa4" },
        { "{\"more\":{\"name\":\"inner\"},\"name\":\"outer\"}", "outer" },
        { "{\"name\":\"a\",\"description\":\"cut", "a" },
        { "{\"name\":\"a\",,}", "a" },
        { "{\"name\":\"a\",\"name\":\"b\"}", NULL },
        { "{\"name\":\"a\",\"name\":\"a\"}", NULL },
        { "{\"name\":\"a\\u12g4\"}", NULL },
        { "{\"name\":\"a\\u0000\"}", NULL },
        { "{\"name\":\"\"}", NULL },
        { "{\"name\":null}", NULL },
        { "{\"name\":[\"a\"]}", NULL },
        { "{\"name\":\"cut", NULL },
        { "{}", NULL },
        { "", NULL },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char name[NAME_BYTES_MAX + 1] = "";
        if (provider_name_of(&eden_v2, span_of(rows[i].element), name) != (rows[i].name != NULL))
            fail_msg("%s: \"%s\"", rows[i].element, name);
        assert_string_equal(name, rows[i].name ? rows[i].name : "");
    }
}

static void a_name_that_is_too_long_has_a_short_form_of_its_own(void **state)
{
    (void)state;
    char names[2][NAME_BYTES_MAX + 1], element[2048];
    for (int i = 0; i < 2; i++) {
        snprintf(element, sizeof element, "{\"name\":\"%0300d%d\"}", 0, i);
        assert_true(provider_name_of(&eden_v2, span_of(element), names[i]));
        assert_true(strlen(names[i]) <= NAME_CHARACTERS_MAX);
    }
    assert_string_not_equal(names[0], names[1]);
}

static void an_element_that_is_cut_anywhere_is_refused(void **state)
{
    (void)state;
    struct block whole = read_golden(GOLDEN_DIR "/wire-good-full.json");
    for (size_t len = 0; len + 1 < whole.len; len++) {
        char *part = malloc(len ? len : 1);
        memcpy(part, whole.at, len);
        struct decoded d;
        struct fault why;
        bool complete = len == whole.len - 1; /* the file ends in a newline */
        assert_int_equal(decode_block((struct block){ part, len }, &d, &why), complete);
        free(part);
    }
    free(whole.at);
}

static void a_secret_never_reaches_a_struct_or_a_fault(void **state)
{
    (void)state;
    static const char secret[] = "canary-5f3a9c01-canary";
    char element[256];
    struct decoded d;
    struct fault why;
    memset(&d, 0, sizeof d);
    memset(&why, 0, sizeof why);
    static const char form[] =
        "{\"token\":\"%s\",\"name\":\"a\",\"balance\":%s,\"active_balance\":true}";
    snprintf(element, sizeof element, form, secret, "1");
    assert_true(decodes(element, &d, &why));
    snprintf(element, sizeof element, form, secret, "\"x\"");
    assert_false(decodes(element, &d, &why));
    assert_null(memmem(&d, sizeof d, secret, strlen(secret)));
    assert_null(memmem(&why, sizeof why, secret, strlen(secret)));
}

static void every_amount_that_the_api_can_name_is_read_exactly(void **state)
{
    (void)state;
    struct random random = random_seeded(20261123);
    for (int i = 0; i < 20000; i++) {
        int64_t nano = (int64_t)(random_next(&random) % 200000000000000) - 100000000000000;
        const char *quote = i % 2 ? "\"" : "";
        char decimal[MONEY_TEXT_BYTES], element[160];
        struct decoded d;
        struct fault why;
        snprintf(element, sizeof element,
                 "{\"name\":\"a\",\"balance\":%s%s%s,\"active_balance\":true}", quote,
                 money_format((struct money){ nano }, decimal), quote);
        assert_true(decodes(element, &d, &why));
        if (d.reading.balance.is.nano != nano)
            fail_msg("%s was read as %" PRId64, decimal, d.reading.balance.is.nano);
    }
}

static void an_error_body_of_any_shape_becomes_a_short_line(void **state)
{
    (void)state;
    static const struct {
        const char *body, *line;
    } rows[] = {
        { "{\"error\": \"Insufficient credits\"}", "Insufficient credits" },
        { "{\"error\": {\"type\": \"permission_error\", \"message\": \"no\\n way\"}}", "no way" },
        { "{\"error\": {\"type\": \"validation_error\","
          " \"message\": {\"name\": [\"taken\", \"ugly\"], \"balance\": \"low\"}}}",
          "name: taken, ugly; balance: low" },
        { "{\"detail\": \"Invalid token.\"}", "Invalid token." },
        { "{\"details\": \"Not Found\"}", "Not Found" },
        { "\"just text\"", "just text" },
        { " plain\r\n\twords ", "plain words" },
        { "<html><HEAD><Title>\n502 Bad Gateway</TITLE></head><body>long story</body>",
          "502 Bad Gateway" },
        { "key eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyIjoiMSJ9.x-_y was refused", "key [...] was refused" },
        { "token sk-Ab3dEf9hXy is gone", "token [...] is gone" },
        { "nor is qwertyuiopasdfghjklzxcvbnm one", "nor is [...] one" },
        { "prod-billing-2026 and PROD-EAST-2 are names",
          "prod-billing-2026 and PROD-EAST-2 are names" },
        { "\x1b[31mred\xe2\x80\xae", "[31mred\xef\xbf\xbd" },
        { "bad \xff byte", "bad \xef\xbf\xbd byte" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char line[256];
        assert_true(refusal_text(&eden_v2, span_of(rows[i].body), line, sizeof line));
        assert_string_equal(line, rows[i].line);
    }
}

static void a_body_that_is_not_for_people_says_nothing(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "",
        " \r\n",
        "[]",
        "{\"name\": \"a\", \"token\": \"secret\"}",
        "[{\"name\": \"a\", \"token\": \"secret\"}]",
        "{\"error\": \"cut",
        "{\"error\": null}",
        "<html><body>no title",
        "<title>no end",
    };
    for (size_t i = 0; i < COUNT(bodies); i++) {
        char line[256];
        if (refusal_text(&eden_v2, span_of(bodies[i]), line, sizeof line))
            fail_msg("\"%s\" says \"%s\"", bodies[i], line);
        assert_string_equal(line, "");
    }
    char line[8];
    assert_false(refusal_text(&eden_v2, (struct span){ NULL, 0 }, line, sizeof line));
}

static void a_long_error_is_cut_between_two_characters(void **state)
{
    (void)state;
    struct text body = { 0 };
    for (int i = 0; i < 30000; i++)
        text_add(&body, span_of("\xe2\x82\xac "));
    char line[512], small[6];
    assert_true(refusal_text(&eden_v2, (struct span){ body.at, body.len }, line, sizeof line));
    assert_int_equal(strlen(line), 200);
    assert_true(refusal_text(&eden_v2, (struct span){ body.at, body.len }, small, sizeof small));
    assert_string_equal(small, "\xe2\x82\xac ");
    text_done(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_with_everything_is_read_whole),
        cmocka_unit_test(what_the_api_left_out_is_unknown_and_not_zero),
        cmocka_unit_test(a_budget_of_null_is_no_cap),
        cmocka_unit_test(a_token_that_is_revoked_is_known_by_its_name_alone),
        cmocka_unit_test(money_is_read_from_decimal_strings_as_from_numbers),
        cmocka_unit_test(a_time_without_zone_is_utc),
        cmocka_unit_test(the_future_may_add_members_types_and_periods),
        cmocka_unit_test(an_amount_without_a_period_is_no_reset_amount),
        cmocka_unit_test(names_are_data),
        cmocka_unit_test(each_broken_element_is_refused_with_its_reason),
        cmocka_unit_test(what_can_mean_one_thing_only_is_read_however_it_is_spelt),
        cmocka_unit_test(the_name_is_found_in_an_element_that_cannot_be_read),
        cmocka_unit_test(a_name_that_is_too_long_has_a_short_form_of_its_own),
        cmocka_unit_test(an_element_that_is_cut_anywhere_is_refused),
        cmocka_unit_test(a_secret_never_reaches_a_struct_or_a_fault),
        cmocka_unit_test(every_amount_that_the_api_can_name_is_read_exactly),
        cmocka_unit_test(an_error_body_of_any_shape_becomes_a_short_line),
        cmocka_unit_test(a_body_that_is_not_for_people_says_nothing),
        cmocka_unit_test(a_long_error_is_cut_between_two_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
