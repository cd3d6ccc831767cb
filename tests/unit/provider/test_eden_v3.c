/* Eden AI's v3: keys with ids, what is documented and what is described of them, and whom an
 * account speaks to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "core/calendar.h"
#include "edge/config.h"
#include "provider/eden_v2.h"
#include "provider/eden_v3.h"
#include "provider/refusal.h"

#define KEY_ID "9f1c2d3e-0000-4000-8000-000000000001"
#define KEY                                                                                        \
    "{\"id\": \"" KEY_ID                                                                           \
    "\", \"name\": \"prod-billing\", \"token_type\": \"api_token\", \"member\": "                  \
    "\"ann@example.org\", \"masked\": \"sk-eden-****abcd\", \"active_balance\": true, "            \
    "\"balance\": 12.5, \"expire_time\": \"2027-01-31T22:59:59Z\", \"revoked\": false, "           \
    "\"revoked_at\": null}"

/* Elements of one page, and what the page says of itself. */
static size_t read_page(const char *page, struct decoded *ret, size_t room, int64_t *ret_count,
                        struct fault *why)
{
    struct splitter *s = splitter_new(&eden_v3.list);
    struct element e;
    struct span next;
    size_t count = 0;
    splitter_feed(s, span_of(page));
    while (splitter_next(s, &e, why) == SPLIT_ELEMENT) {
        assert_true(count < room);
        if (e.flaw || !eden_v3.decode_token(e.json, &ret[count], why))
            fail_msg("element %zu: %s", count, e.flaw ? e.flaw : why->text);
        ret[count].reading.name = ret[count].name;
        count++;
    }
    assert_true(splitter_end(s, &next, why));
    *ret_count = splitter_count(s);
    splitter_free(s);
    return count;
}

static void a_page_of_keys_is_read_whatever_it_calls_their_number(void **state)
{
    (void)state;
    static const struct {
        const char *rest;
        int64_t count;
    } rows[] = {
        { "\"limit\": 100, \"offset\": 0, \"total_count\": 7, \"next\": null", 7 },
        { "\"count\": 8, \"next\": null, \"previous\": null", 8 },
        { "\"count\": 1, \"total_count\": 9, \"next\": null", 9 },
        { "\"total_count\": 9, \"next\": null, \"count\": 1", 9 },
        { "\"next\": null", -1 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char page[1024];
        struct decoded d[2];
        struct fault why;
        int64_t count;
        snprintf(page, sizeof page, "{\"results\": [" KEY "], %s}", rows[i].rest);
        assert_int_equal(read_page(page, d, COUNT(d), &count, &why), 1);
        assert_int_equal(count, rows[i].count);
        assert_string_equal(d[0].id, KEY_ID);
    }
}

static struct decoded decode(const char *element)
{
    struct decoded d;
    struct fault why;
    if (!eden_v3.decode_token(span_of(element), &d, &why))
        fail_msg("%s: %s", element, why.text);
    d.reading.name = NULL;
    return d;
}

static void a_key_is_read_whole(void **state)
{
    (void)state;
    char stamp[TIME_TEXT_BYTES];
    struct decoded d = decode(KEY);
    assert_string_equal(d.name, "prod-billing");
    assert_string_equal(d.id, KEY_ID);
    assert_string_equal(d.member, "ann@example.org");
    assert_string_equal(d.masked, "sk-eden-****abcd");
    assert_string_equal(d.reading.type, TYPE_ORDINARY);
    assert_true(d.reading.budgeted && d.reading.balance.is.nano == 25 * NANO_PER_USD / 2);
    assert_string_equal(calendar_format(d.reading.expires, stamp), "2027-01-31T22:59:59Z");
    assert_false(d.revoked);
    assert_true(d.revoked_at == TIME_NONE);
    assert_int_equal(d.reading.period, RESET_NONE);
}

static void what_was_never_regenerated_has_no_id_and_no_call_reaches_it(void **state)
{
    (void)state;
    struct decoded with = decode(KEY),
                   without = decode("{\"id\": null, \"name\": \"old\", \"balance\": null, "
                                    "\"active_balance\": false, \"member\": null}");
    assert_string_equal(without.id, "");
    assert_string_equal(without.member, "");
    assert_int_equal(provider_address(&eden_v3, &without).len, 0);
    assert_true(span_is(provider_address(&eden_v3, &with), KEY_ID));
    assert_true(span_is(provider_address(&eden_v2, &without), "old"));
}

static void a_balance_is_a_number_a_text_or_no_cap(void **state)
{
    (void)state;
    static const struct {
        const char *balance;
        bool budgeted;
        int64_t nano;
    } rows[] = {
        { "2.5", true, 5 * NANO_PER_USD / 2 },
        { "\"2.500000000\"", true, 5 * NANO_PER_USD / 2 },
        { "-0.01", true, -NANO_PER_USD / 100 },
        { "null", false, 0 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char element[256];
        snprintf(element, sizeof element,
                 "{\"id\": \"x\", \"name\": \"a\", \"active_balance\": true, \"balance\": %s}",
                 rows[i].balance);
        struct decoded d = decode(element);
        assert_int_equal(d.reading.budgeted, rows[i].budgeted);
        assert_int_equal(d.reading.balance.known, rows[i].budgeted);
        assert_true(!rows[i].budgeted || d.reading.balance.is.nano == rows[i].nano);
    }
}

static void a_reset_is_read_where_it_is_told(void **state)
{
    (void)state;
    struct decoded d = decode("{\"id\": \"x\", \"name\": \"a\", \"active_balance\": true, "
                              "\"balance\": 1, \"balance_reset_period\": \"weekly\", "
                              "\"balance_reset_amount\": \"5.00\"}");
    assert_int_equal(d.reading.period, RESET_WEEKLY);
    assert_true(d.reading.reset_amount.known && d.reading.reset_amount.is.nano == 5 * NANO_PER_USD);
}

/* However it left. */
static void a_key_that_is_revoked_is_over_and_needs_no_more_than_its_name(void **state)
{
    (void)state;
    char stamp[TIME_TEXT_BYTES];
    struct decoded d = decode("{\"id\": \"x\", \"name\": \"a\", \"active_balance\": true, "
                              "\"balance\": 1, \"revoked\": true, \"revoked_at\": "
                              "\"2026-09-01T08:00:00Z\", \"member\": \"ann@example.org\"}");
    assert_true(d.revoked && d.reading.balance.is.nano == NANO_PER_USD);
    assert_string_equal(calendar_format(d.revoked_at, stamp), "2026-09-01T08:00:00Z");
    assert_string_equal(d.member, "ann@example.org");
    d = decode("{\"id\": \"x\", \"name\": \"a\", \"revoked\": true, \"revoked_at\": \"once\", "
               "\"balance\": \"ten\"}");
    assert_true(d.revoked && d.revoked_at == TIME_NONE && d.reading.expires == TIME_NONE);
    assert_false(d.reading.balance.known || d.reading.budgeted);
    assert_string_equal(d.reading.type, TYPE_ORDINARY);
}

/* A watcher must not be blind for a mere description; what a token is known by must be sure. */
static void an_odd_description_is_none_and_an_odd_id_is_refused(void **state)
{
    (void)state;
    static const char form[] = "{\"name\": \"a\", \"balance\": 1, \"active_balance\": true, %s}";
    static const char *const odd_ids[] = { "\"id\": 7", "\"id\": \"a b\"", "\"id\": \"\\u00e4\"",
                                           "\"id\": [\"x\"]", "\"id\": \"x\", \"id\": \"x\"" };
    char element[1024], bytes[ID_BYTES + 1];
    struct decoded d;
    struct fault why;
    snprintf(element, sizeof element, form, "\"id\": \"x\", \"member\": 7, \"masked\": {}");
    d = decode(element);
    assert_string_equal(d.member, "");
    assert_string_equal(d.masked, "");
    for (size_t i = 0; i < COUNT(odd_ids); i++) {
        snprintf(element, sizeof element, form, odd_ids[i]);
        if (eden_v3.decode_token(span_of(element), &d, &why) || !strstr(why.text, "id"))
            fail_msg("%s: %s", odd_ids[i], why.text);
        /* v2 knows of no ids, except that no member may come twice */
        assert_int_equal(eden_v2.decode_token(span_of(element), &d, &why), i + 1 < COUNT(odd_ids));
    }
    memset(bytes, 'x', ID_BYTES);
    bytes[ID_BYTES] = '\0';
    snprintf(element, sizeof element,
             "{\"id\": \"%s\", \"name\": \"a\", \"balance\": 1, \"active_balance\": true}", bytes);
    assert_false(eden_v3.decode_token(span_of(element), &d, &why));
}

static void what_hides_nothing_of_a_secret_is_not_kept_as_its_mask(void **state)
{
    (void)state;
    static const struct {
        const char *masked;
        bool kept;
    } rows[] = {
        { "sk-...abcd", true },
        { "sk-eden-\xe2\x80\xa6"
          "abcd",
          true },
        { "\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2"
          "abcd",
          true },
        { "****", true },
        { "sk-eden-0123456789abcdef0123456789abcdef", false },
        { "", false },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char element[256];
        snprintf(element, sizeof element,
                 "{\"id\": \"x\", \"name\": \"a\", \"balance\": 1, \"active_balance\": true, "
                 "\"masked\": \"%s\"}",
                 rows[i].masked);
        assert_string_equal(decode(element).masked, rows[i].kept ? rows[i].masked : "");
    }
}

static void the_id_is_found_in_an_element_that_cannot_be_read(void **state)
{
    (void)state;
    char id[ID_BYTES] = "", name[NAME_BYTES_MAX + 1];
    struct span odd = span_of("{\"id\": \"x\", \"name\": \"a\", \"balance\": \"ten\"}");
    assert_true(provider_id_of(&eden_v3, odd, id));
    assert_string_equal(id, "x");
    assert_true(provider_name_of(&eden_v3, odd, name));
    assert_false(provider_id_of(&eden_v3, span_of("{\"id\": null, \"name\": \"a\"}"), id));
    assert_false(provider_id_of(&eden_v2, odd, id));
}

static void an_id_is_the_same_whether_its_element_can_be_read_or_not(void **state)
{
    (void)state;
    static const char *const ids[] = {
        "\"x\"",
        "\"\"",
        "null",
        "7",
        "\"a b\"",
        "\"\\u00e4\"",
        "\"a\\nb\"",
        "[\"x\"]",
        "\"01234567890123456789012345678901234567890123456789012345678901234567\""
    };
    for (size_t i = 0; i < COUNT(ids); i++) {
        char element[256], id[ID_BYTES] = "";
        struct decoded d = { 0 };
        struct fault why;
        snprintf(element, sizeof element,
                 "{\"id\": %s, \"name\": \"a\", \"balance\": 1, \"active_balance\": true}", ids[i]);
        bool read = eden_v3.decode_token(span_of(element), &d, &why);
        assert_int_equal(provider_id_of(&eden_v3, span_of(element), id), read && d.id[0]);
        assert_string_equal(id, d.id);
    }
}

static void a_secret_of_a_new_key_is_taken_and_never_decoded(void **state)
{
    (void)state;
    static const char body[] = "{\"id\": \"x\", \"name\": \"a\", \"balance\": 1, "
                               "\"active_balance\": true, \"secret\": \"sk-eden-canary\"}";
    char secret[SECRET_ROOM];
    struct decoded d;
    struct fault why;
    assert_true(provider_take_secret(&eden_v3, span_of(body), secret, &why));
    assert_string_equal(secret, "sk-eden-canary");
    memset(&d, 0, sizeof d);
    assert_true(provider_decode_answer(&eden_v3, span_of(body), &d, &why));
    assert_null(memmem(&d, sizeof d, "canary", strlen("canary")));
}

static void calls_are_addressed_by_id(void **state)
{
    (void)state;
    struct text path = { 0 };
    eden_v3.add_token_path(&path, span_of(KEY_ID));
    assert_string_equal(text_z(&path), "/v3/manage/keys/" KEY_ID "/");
    text_done(&path);
    eden_v3.add_token_path(&path, span_of("a/b?"));
    assert_string_equal(text_z(&path), "/v3/manage/keys/a%2Fb%3F/");
    text_done(&path);
}

static void a_request_says_who_and_what_and_nothing_else(void **state)
{
    (void)state;
    struct token_spec w = { .given = { [SPEC_BALANCE] = true },
                            .wanted.balance = money_known((struct money){ 5 * NANO_PER_USD }) };
    const struct {
        struct token_request request;
        const char *body;
    } rows[] = {
        { { true, "a", "ann@example.org", &w },
          "{\"name\": \"a\", \"member\": \"ann@example.org\", \"balance\": \"5.00\"}" },
        { { false, "b", NULL, NULL }, "{\"name\": \"b\"}" },
        { { false, NULL, NULL, &w }, "{\"balance\": 5.00}" },
        { { false, NULL, NULL, NULL }, "{}" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct text body = { 0 };
        eden_v3.add_request(&body, &rows[i].request);
        assert_string_equal(text_z(&body), rows[i].body);
        text_done(&body);
    }
}

static void a_rotation_shows_the_new_secret_under_either_name(void **state)
{
    (void)state;
    static const char answer[] =
        "{\"secret\": \"sk-new\", \"masked\": \"sk-...\", \"name\": \"a\"}",
                      older[] = "{\"name\": \"a\", \"token\": \"sk-new\"}";
    struct text path = { 0 };
    char secret[SECRET_ROOM];
    struct fault why;
    eden_v3.add_rotation_path(&path, span_of("x"));
    assert_string_equal(text_z(&path), "/v3/manage/keys/x/rotate/");
    text_done(&path);
    eden_v2.add_rotation_path(&path, span_of("a b"));
    assert_string_equal(text_z(&path), "/v2/user/custom_token/a%20b/rotate/");
    text_done(&path);
    assert_true(provider_take_secret(&eden_v3, span_of(answer), secret, &why));
    assert_string_equal(secret, "sk-new");
    assert_true(provider_take_secret(&eden_v2, span_of(answer), secret, &why));
    assert_true(provider_take_secret(&eden_v2, span_of(older), secret, &why));
    assert_false(provider_take_secret(&eden_v3, span_of(older), secret, &why));
}

/* The first day and the one behind the last; no filter that is empty. */
static void usage_is_asked_for_to_the_day_behind(void **state)
{
    (void)state;
    struct text path = { 0 };
    eden_v3.add_usage_path(&path, span_of(""), 1795305600, 1795392000);
    assert_string_equal(text_z(&path), "/v3/manage/usage/?begin=2026-11-22&end=2026-11-24&step=1");
    text_done(&path);
    eden_v3.add_usage_path(&path, span_of("x"), 1795305600, 1795392000);
    assert_string_equal(text_z(&path),
                        "/v3/manage/keys/x/usage/?begin=2026-11-22&end=2026-11-24&step=1");
    text_done(&path);
    assert_int_equal(eden_v3.usage_days_max, 366);
}

static void usage_is_told_as_by_v2_under_another_name(void **state)
{
    (void)state;
    struct splitter *s = splitter_new(&eden_v3.usage);
    struct usage_book book = { 0 };
    struct element e;
    struct span next;
    struct fault why;
    splitter_feed(s,
                  span_of("{\"usage\": [{\"token\": \"a\", \"data\": {\"2026-11-22\": "
                          "{\"text__chat\": {\"total_cost\": 1.5, \"details\": 3, "
                          "\"cost_per_provider\": {\"openai\": 1.5}}}}}]}"));
    assert_int_equal(splitter_next(s, &e, &why), SPLIT_ELEMENT);
    assert_true(eden_v3.decode_usage(e.json, &book));
    assert_int_equal(splitter_next(s, &e, &why), SPLIT_MORE);
    assert_true(splitter_end(s, &next, &why));
    assert_int_equal(book.count, 2);
    assert_int_equal(book.refused, 0);
    assert_true(book.lines[0].cost.nano == 3 * NANO_PER_USD / 2 && book.lines[0].calls == 3);
    usage_done(&book);
    splitter_free(s);
}

static void deletion_is_confirmed_by_the_key_that_is_revoked(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *body;
        bool gone;
    } rows[] = {
        { 204, "", true },
        { 200, "", true },
        { 200, "{\"id\": \"x\", \"name\": \"a\", \"revoked\": true}", true },
        { 200, "{\"id\": \"y\", \"name\": \"a\", \"revoked\": true}", false },
        { 200,
          "{\"id\": \"x\", \"name\": \"a\", \"revoked\": false, \"balance\": 1, "
          "\"active_balance\": true}",
          false },
        { 200, "{\"detail\": \"later\"}", false },
        { 202, "", false },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(
            eden_v3.confirms_deletion(rows[i].status, span_of(rows[i].body), span_of("x")),
            rows[i].gone);
}

static void a_name_is_taken_with_409(void **state)
{
    (void)state;
    const struct complaint c = { .field = "name" };
    assert_true(eden_v3.says_taken(409, NULL, 0));
    assert_false(eden_v3.says_taken(400, &c, 1));
    assert_false(eden_v3.says_taken(403, NULL, 0));
}

static void what_is_not_offered_is_not_in_the_row(void **state)
{
    (void)state;
    assert_null(eden_v3.credits_path);
    assert_null(eden_v3.decode_credits);
}

static void an_account_speaks_the_version_it_names_or_that_of_its_key(void **state)
{
    (void)state;
    char management[] = "mgmt-eden-abc", inference[] = "sk-eden-abc", old[] = "eyJhbGciOi";
    static const struct provider *const by_v[] = { &eden_v2, &eden_v3 };
    struct {
        enum api_version api;
        char *key;
        int v;
    } rows[] = {
        { API_AUTO, management, 1 }, { API_AUTO, inference, 0 }, { API_AUTO, old, 0 },
        { API_AUTO, NULL, 0 },       { API_V2, management, 0 },  { API_V3, old, 1 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct account_settings s = { .api = rows[i].api, .key = rows[i].key };
        assert_ptr_equal(provider_of(&s), by_v[rows[i].v]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_of_keys_is_read_whatever_it_calls_their_number),
        cmocka_unit_test(a_key_is_read_whole),
        cmocka_unit_test(what_was_never_regenerated_has_no_id_and_no_call_reaches_it),
        cmocka_unit_test(a_balance_is_a_number_a_text_or_no_cap),
        cmocka_unit_test(a_reset_is_read_where_it_is_told),
        cmocka_unit_test(a_key_that_is_revoked_is_over_and_needs_no_more_than_its_name),
        cmocka_unit_test(an_odd_description_is_none_and_an_odd_id_is_refused),
        cmocka_unit_test(what_hides_nothing_of_a_secret_is_not_kept_as_its_mask),
        cmocka_unit_test(the_id_is_found_in_an_element_that_cannot_be_read),
        cmocka_unit_test(an_id_is_the_same_whether_its_element_can_be_read_or_not),
        cmocka_unit_test(a_secret_of_a_new_key_is_taken_and_never_decoded),
        cmocka_unit_test(calls_are_addressed_by_id),
        cmocka_unit_test(a_request_says_who_and_what_and_nothing_else),
        cmocka_unit_test(a_rotation_shows_the_new_secret_under_either_name),
        cmocka_unit_test(usage_is_asked_for_to_the_day_behind),
        cmocka_unit_test(usage_is_told_as_by_v2_under_another_name),
        cmocka_unit_test(deletion_is_confirmed_by_the_key_that_is_revoked),
        cmocka_unit_test(a_name_is_taken_with_409),
        cmocka_unit_test(what_is_not_offered_is_not_in_the_row),
        cmocka_unit_test(an_account_speaks_the_version_it_names_or_that_of_its_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
