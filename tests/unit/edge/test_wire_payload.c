/* Payloads: what docs/payloads.md shows is what is sent, byte for byte, and nothing that is sent is
 * missing there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/own.h"
#include "base/random.h"
#include "wire_scene.h"

enum {
    STATUS,
    ACCOUNT,
    CREDITS,
    TOKEN,
    EVENT,
    ALERT,
    MERGED,
    PAYLOADS
}; /* in the order of the page */

static char prod_billing[] = "prod-billing";

static void encode(const struct scene *s, struct text payloads[PAYLOADS])
{
    struct account_state account = {
        .account = "main",
        .result = "unavailable",
        .reason = "HTTP 502: Bad Gateway",
        .at = SCENE_AT,
        .last_ok = SCENE_AT - 5 * MINUTE_S,
        .tokens = 42,
        .credits_reason = "HTTP 502: Bad Gateway",
        .usage_until = SCENE_AT - HOUR_S,
        .drift = money_known((struct money){ -CENTS(3) }),
        .record = { .scores = 212,
                    .within = 172,
                    .median_off_milli = 272,
                    .median_bias_milli = -14,
                    .span_s = WEEK_S },
        .delivery = { .events = 3,
                      .bytes = 3150,
                      .oldest_at = SCENE_AT - 90,
                      .delivered_at = SCENE_AT - 120 },
    };
    const struct merged_event merged = { "5f3a9c01-merged-1207-10431",
                                         "main",
                                         SCENE_AT,
                                         SCENE_AT - 3 * DAY_S,
                                         SCENE_AT - HOUR_S,
                                         10431 };
    const struct credits_level level = { .set_at = SCENE_AT - DAY_S, .set = { USD(120) } };
    struct token credits = s->token;
    credits.series = SERIES_CREDITS;
    credits.last.balance.is.nano = USD(98);
    wire_encode_status("online", "0.1.0", SCENE_AT, &payloads[STATUS]);
    wire_encode_account(&account, &payloads[ACCOUNT]);
    wire_encode_credits(&(struct credits_state){ "main", CREDITS_ESTIMATED, &level }, &credits,
                        SCENE_AT, &payloads[CREDITS]);
    wire_encode_token("main", &s->token, SCENE_AT, &payloads[TOKEN]);
    wire_encode_event(&s->event, &payloads[EVENT]);
    wire_encode_alert(&s->event, &payloads[ALERT]);
    wire_encode_merged(&merged, &payloads[MERGED]);
}

static void release(struct text payloads[PAYLOADS])
{
    for (size_t i = 0; i < PAYLOADS; i++)
        text_done(&payloads[i]);
}

/* A token with a monthly budget that burns faster day by day. */
static void set_documented_scene(struct scene *s)
{
    scene_set(s, prod_billing);
    s->token.last.period = RESET_MONTHLY;
    s->token.seen_at = SCENE_AT;
    s->token.drift = money_known((struct money){ CENTS(4) });
    s->token.last.reset_amount = money_known((struct money){ USD(200) });
    s->token.forecast.horizon = calendar_next_reset(RESET_MONTHLY, SCENE_AT);
    scene_spend(s, 168, 24, USD(108));
    scene_spend(s, 24, 6, USD(18));
    scene_spend(s, 6, 1, USD(7));
    scene_spend(s, 1, 0, CENTS(158));
}

static char *read_page(void)
{
    static const char path[] = GOLDEN_DIR "/../../docs/payloads.md";
    own_file FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("cannot open %s", path);
    char *page = calloc(1, 65536);
    assert_in_range(fread(page, 1, 65535, file), 1, 65534);
    return page;
}

/* Cuts the next fenced example out of the page. */
static char *next_example(char **page)
{
    static const char open[] = "```json\n", close[] = "```";
    char *start = strstr(*page, open);
    if (!start)
        return NULL;
    start += strlen(open);
    char *end = strstr(start, close);
    assert_non_null(end);
    *end = '\0';
    *page = end + strlen(close);
    cJSON_Minify(start);
    return start;
}

static void the_examples_of_the_page_are_what_is_sent(void **state)
{
    (void)state;
    struct scene s;
    struct text payloads[PAYLOADS] = { 0 };
    set_documented_scene(&s);
    encode(&s, payloads);

    own_free char *page = read_page();
    char *rest = page, *example;
    size_t count = 0;
    for (; (example = next_example(&rest)); count++) {
        assert_true(count < PAYLOADS);
        assert_string_equal(example, text_z(&payloads[count]));
    }
    assert_int_equal(count, PAYLOADS);
    release(payloads);
    scene_strike(&s);
}

/* The part of the page about one payload: a section of the second level that has an example. */
static struct span section_of(const char *page, size_t payload)
{
    const char *example = page;
    for (size_t i = 0; i <= payload; i++)
        example = strstr(example, "```json") + 1;
    const char *start = page, *next;
    while ((next = strstr(start + 1, "\n## ")) && next < example)
        start = next;
    return (struct span){ start, next ? (size_t)(next - start) : strlen(start) };
}

static bool holds(struct span section, const char *what)
{
    return memmem(section.at, section.len, what, strlen(what)) != NULL;
}

static void assert_told(const cJSON *value, struct span section)
{
    const cJSON *each;
    cJSON_ArrayForEach(each, value)
    {
        char row[80];
        snprintf(row, sizeof row, "\n| `%s` | ", each->string);
        if (!holds(section, row))
            fail_msg("the page does not tell of %s", each->string);
        assert_told(each, section);
    }
}

/* Every row of a section's table names a member that is sent. */
static void assert_sent(struct span section, const struct text *payload)
{
    static const char row[] = "\n| `";
    const char *at = section.at;
    while ((at = strstr(at, row)) && at < section.at + section.len) {
        at += strlen(row);
        char member[80];
        snprintf(member, sizeof member, "\"%.*s\":", (int)strcspn(at, "`"), at);
        if (!strstr(text_z(payload), member))
            fail_msg("the page tells of %s, which is not sent", member);
    }
}

static void every_member_is_told_in_its_section_and_no_other(void **state)
{
    (void)state;
    struct scene s;
    struct text payloads[PAYLOADS] = { 0 };
    scene_set(&s, prod_billing);
    encode(&s, payloads);
    own_free char *page = read_page();
    for (size_t i = 0; i < PAYLOADS; i++) {
        struct span section = section_of(page, i);
        cJSON *root = cJSON_Parse(text_z(&payloads[i]));
        assert_told(root, section);
        assert_sent(section, &payloads[i]);
        cJSON_Delete(root);
    }
    release(payloads);
    scene_strike(&s);
}

/* The bytes of a member's value: a number is compared as it is written, not as a double. */
static const char *raw_value(const struct text *payload, const char *member)
{
    static char value[128];
    char key[80];
    snprintf(key, sizeof key, "\"%s\":", member);
    const char *at = strstr(text_z(payload), key);
    assert_non_null(at);
    at += strlen(key);
    snprintf(value, sizeof value, "%.*s", (int)strcspn(at, ",}"), at);
    return value;
}

static void what_is_not_known_is_null_and_still_there(void **state)
{
    (void)state;
    static const char *const members[] = {
        "balance_usd",        "reset_amount_usd",  "expires_at",
        "next_reset_at",      "burn_1h_usd_per_h", "burn_6h_usd_per_h",
        "burn_24h_usd_per_h", "burn_7d_usd_per_h", "early_at",
        "likely_at",          "late_at",           "runway_s",
        "horizon_at",         "forecast_at",
    };
    struct scene s;
    struct text payload = { 0 };
    scene_set(&s, prod_billing);
    s.token.last.balance.known = false;
    s.token.forecast = (struct forecast){
        .verdict = VERDICT_LEARNING,
        .early = TIME_NONE,
        .likely = TIME_FAR,
        .late = TIME_FAR,
        .horizon = TIME_NONE,
        .made_at = TIME_NONE,
    };
    wire_encode_token("main", &s.token, SCENE_AT, &payload);
    for (size_t i = 0; i < COUNT(members); i++)
        assert_string_equal(raw_value(&payload, members[i]), "null");
    text_done(&payload);
    scene_strike(&s);
}

static void an_event_says_who_says_what_is_left_where_it_rests_on_credits(void **state)
{
    (void)state;
    struct scene s;
    scene_set(&s, prod_billing);
    for (int by_credits = 0; by_credits < 2; by_credits++) {
        struct text event = { 0 }, alert = { 0 };
        s.event.credits = CREDITS_ESTIMATED;
        s.token.forecast.limit = by_credits ? LIMIT_CREDITS : LIMIT_BALANCE;
        wire_encode_event(&s.event, &event);
        wire_encode_alert(&s.event, &alert);
        const char *expected = by_credits ? "\"estimate\"" : "null";
        assert_string_equal(raw_value(&event, "credits_source"), expected);
        assert_string_equal(raw_value(&alert, "credits_source"), expected);
        text_done(&event);
        text_done(&alert);
    }
    scene_strike(&s);
}

static void values_are_written_in_the_unit_of_the_rule(void **state)
{
    (void)state;
    static const struct {
        enum rule_kind kind;
        int64_t value, threshold;
        const char *value_text, *threshold_text, *unit;
    } rows[] = {
        { RULE_BALANCE_BELOW, 1, USD(10), "0.000000001", "10.00", "\"USD\"" },
        { RULE_BALANCE_BELOW, -CENTS(5), -USD(3), "-0.05", "-3.00", "\"USD\"" },
        { RULE_EXHAUSTED, 0, 1, "0.00", "0.000000001", "\"USD\"" },
        { RULE_PERCENT_BELOW, 1825, 2000, "18.25", "20.00", "\"%\"" },
        { RULE_PERCENT_BELOW, -5, 5, "-0.05", "0.05", "\"%\"" },
        { RULE_EXHAUSTS_WITHIN, 22200, 28800, "22200", "28800", "\"s\"" },
    };
    struct scene s;
    scene_set(&s, prod_billing);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct text payload = { 0 };
        s.rule.kind = rows[i].kind;
        s.event.transition.value = rows[i].value;
        s.event.transition.threshold = rows[i].threshold;
        wire_encode_event(&s.event, &payload);
        assert_string_equal(raw_value(&payload, "value"), rows[i].value_text);
        assert_string_equal(raw_value(&payload, "threshold"), rows[i].threshold_text);
        assert_string_equal(raw_value(&payload, "unit"), rows[i].unit);
        text_done(&payload);
    }
    scene_strike(&s);
}

static void a_resolved_alert_has_level_none_and_no_since(void **state)
{
    (void)state;
    struct scene s;
    struct text payload = { 0 };
    scene_set(&s, prod_billing);
    s.alert.level = LEVEL_NONE;
    s.event.transition = (struct transition){ .kind = TRANSITION_RESOLVED, .was = LEVEL_WARNING };
    s.event.reason = "token deleted";
    wire_encode_alert(&s.event, &payload);
    assert_string_equal(raw_value(&payload, "level"), "\"none\"");
    assert_string_equal(raw_value(&payload, "since"), "null");
    assert_string_equal(raw_value(&payload, "value"), "null");
    assert_string_equal(raw_value(&payload, "threshold"), "null");
    text_clear(&payload);
    wire_encode_event(&s.event, &payload);
    assert_string_equal(raw_value(&payload, "kind"), "\"resolved\"");
    assert_string_equal(raw_value(&payload, "since"), "\"2026-11-23T09:50:00Z\"");
    assert_string_equal(raw_value(&payload, "reason"), "\"token deleted\"");
    text_done(&payload);
    scene_strike(&s);
}

static void a_runway_that_is_over_is_zero_and_not_negative(void **state)
{
    (void)state;
    struct scene s;
    struct text payload = { 0 };
    scene_set(&s, prod_billing);
    s.token.forecast.likely = SCENE_AT - 60;
    s.token.missing = 2;
    wire_encode_token("main", &s.token, SCENE_AT, &payload);
    assert_string_equal(raw_value(&payload, "runway_s"), "0");
    assert_string_equal(raw_value(&payload, "missing"), "true");
    text_done(&payload);
    scene_strike(&s);
}

static void money_goes_out_exactly(void **state)
{
    (void)state;
    struct random random = random_seeded(7);
    struct scene s;
    scene_set(&s, prod_billing);
    for (int i = 0; i < 5000; i++) {
        struct text payload = { 0 };
        struct money read;
        struct fault why;
        s.token.last.balance.is.nano =
            (int64_t)(random_next(&random) % (2 * MONEY_LIMIT_NANO)) - MONEY_LIMIT_NANO;
        wire_encode_token("main", &s.token, SCENE_AT, &payload);
        assert_true(money_parse(span_of(raw_value(&payload, "balance_usd")), &read, &why));
        assert_true(read.nano == s.token.last.balance.is.nano);
        text_done(&payload);
    }
    scene_strike(&s);
}

static void assert_utf8(const struct text *payload)
{
    for (size_t i = 0, step; i < payload->len; i += step) {
        unsigned code_point;
        step = utf8_step((struct span){ payload->at + i, payload->len - i }, &code_point);
        assert_true(step > 0 && code_point >= 0x20);
    }
}

static void whatever_a_token_is_called_every_payload_is_json_in_utf8(void **state)
{
    (void)state;
    struct random random = random_seeded(11);
    for (int i = 0; i < 500; i++) {
        char name[NAME_BYTES_MAX + 1] = { 0 };
        size_t len = 1 + random_next(&random) % 60;
        for (size_t c = 0; c < len; c++)
            name[c] = (char)(1 + random_next(&random) % 255);
        struct scene s;
        struct text payloads[PAYLOADS] = { 0 };
        scene_set(&s, name);
        s.event.reason = name;
        encode(&s, payloads);
        for (size_t p = 0; p < PAYLOADS; p++) {
            const char *end;
            cJSON *root = cJSON_ParseWithOpts(text_z(&payloads[p]), &end, true);
            assert_true(cJSON_IsObject(root));
            assert_int_equal(cJSON_GetObjectItem(root, "schema")->valueint, WIRE_SCHEMA);
            assert_true(cJSON_IsString(cJSON_GetObjectItem(root, "at")));
            assert_utf8(&payloads[p]);
            cJSON_Delete(root);
        }
        release(payloads);
        scene_strike(&s);
    }
}

static void a_name_comes_back_as_it_was(void **state)
{
    (void)state;
    char name[] = "\xf0\x9f\x94\xa5 /+#$ \"q\" \\ \n\xc3\xbc";
    struct scene s;
    struct text payload = { 0 };
    scene_set(&s, name);
    wire_encode_event(&s.event, &payload);
    cJSON *root = cJSON_Parse(text_z(&payload));
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(root, "token")), name);
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(root, "environment")));
    cJSON_Delete(root);
    text_done(&payload);
    scene_strike(&s);
}

static void credits_that_are_not_offered_have_a_state_and_no_figures(void **state)
{
    (void)state;
    struct text payload = { 0 };
    wire_encode_no_credits("main", SCENE_AT, &payload);
    cJSON *root = cJSON_Parse(text_z(&payload));
    static const char *const figures[] = { "balance_usd", "seen_at", "burn_24h_usd_per_h",
                                           "set_usd", "runway_s" };
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(root, "state")), "not_offered");
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(root, "source")), "none");
    for (size_t i = 0; i < COUNT(figures); i++)
        assert_true(cJSON_IsNull(cJSON_GetObjectItem(root, figures[i])));
    cJSON_Delete(root);
    text_done(&payload);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_the_page_are_what_is_sent),
        cmocka_unit_test(every_member_is_told_in_its_section_and_no_other),
        cmocka_unit_test(what_is_not_known_is_null_and_still_there),
        cmocka_unit_test(an_event_says_who_says_what_is_left_where_it_rests_on_credits),
        cmocka_unit_test(values_are_written_in_the_unit_of_the_rule),
        cmocka_unit_test(a_resolved_alert_has_level_none_and_no_since),
        cmocka_unit_test(a_runway_that_is_over_is_zero_and_not_negative),
        cmocka_unit_test(money_goes_out_exactly),
        cmocka_unit_test(whatever_a_token_is_called_every_payload_is_json_in_utf8),
        cmocka_unit_test(a_name_comes_back_as_it_was),
        cmocka_unit_test(credits_that_are_not_offered_have_a_state_and_no_figures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
