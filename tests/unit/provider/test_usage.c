/* Consumption and credits: to the nano-dollar as told, every doubt refused, and nothing but the
 * doubt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <stdio.h>
#include <unistd.h>

#include "base/own.h"
#include "core/calendar.h"
#include "provider/eden_v2.h"
#include "provider/refusal.h"

static struct text read_golden(const char *kind, const char *name)
{
    char path[512], content[8192];
    struct text t = { 0 };
    snprintf(path, sizeof path, "%s/usage-%s-%s.json", GOLDEN_DIR, kind, name);
    own_file FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("cannot open %s", path);
    text_add(&t, (struct span){ content, fread(content, 1, sizeof content, file) });
    return t;
}

static void decode_golden(const char *name, struct usage_book *b)
{
    struct text t = read_golden("good", name);
    if (!eden_v2.decode_usage((struct span){ t.at, t.len }, b) || b->refused)
        fail_msg("%s: %s", name, b->refusal.text);
    text_done(&t);
}

static const char *word(const struct usage_book *b, uint32_t number)
{
    return number == USAGE_WHOLE ? "(whole)" : b->words.at[number];
}

static void assert_line(const struct usage_book *b, size_t at, int64_t day, const char *feature,
                        const char *provider, int64_t nano, int64_t calls)
{
    assert_true(at < b->count);
    const struct usage_line *l = &b->lines[at];
    assert_int_equal(l->day, day * DAY_S);
    assert_string_equal(word(b, l->feature), feature);
    assert_string_equal(word(b, l->provider), provider);
    assert_int_equal(l->cost.nano, nano);
    assert_int_equal(l->calls, calls);
}

static void a_payer_is_read_by_day_feature_and_provider(void **state)
{
    (void)state;
    struct usage_book b = { 0 };
    int64_t day = calendar_day(2026, 11, 22);
    decode_golden("full", &b);
    assert_int_equal(b.count, 7);
    assert_string_equal(b.payers.at[b.lines[0].payer], "prod-billing");
    assert_line(&b, 0, day, "llm__chat", "(whole)", 11300000000, 381);
    assert_line(&b, 1, day, "llm__chat", "openai", 11280000000, 0);
    assert_line(&b, 2, day, "llm__chat", "anthropic", 20000000, 0);
    assert_line(&b, 3, day, "ocr__ocr", "(whole)", 30000000, 3);
    assert_line(&b, 5, day + 1, "llm__chat", "(whole)", 1, 1);
    usage_done(&b);
}

static void providers_and_their_feature_are_kept_as_told(void **state)
{
    (void)state;
    struct usage_book b = { 0 };
    int64_t day = calendar_day(2026, 11, 22);
    decode_golden("rounding", &b);
    assert_line(&b, 0, day, "a__b", "(whole)", 300000000, 3);
    assert_line(&b, 3, day, "a__b", "s", 100000002, 0);
    usage_done(&b);
}

static void the_future_may_add_members_and_leave_providers_out(void **state)
{
    (void)state;
    struct usage_book b = { 0 };
    int64_t day = calendar_day(2026, 11, 22);
    decode_golden("future", &b);
    decode_golden("main-key", &b);
    decode_golden("idle", &b);
    assert_int_equal(b.count, 3);
    assert_line(&b, 0, day, "llm__chat", "(whole)", 2500000000, 2);
    assert_line(&b, 1, day, "image__generation", "(whole)", -500000000, 1);
    assert_string_equal(b.payers.at[b.lines[2].payer], USAGE_MAIN_KEY);
    assert_int_equal(b.payers.count, 3);
    usage_done(&b);
}

static void each_broken_line_is_refused_with_its_reason(void **state)
{
    (void)state;
    static const struct {
        const char *file, *words;
    } rows[] = {
        { "array", "not an object" },
        { "calls-half", "details" },
        { "calls-list", "details" },
        { "calls-missing", "details" },
        { "calls-negative", "details" },
        { "cost-huge", "total_cost" },
        { "cost-infinite", "total_cost" },
        { "cost-missing", "total_cost" },
        { "cost-null", "total_cost" },
        { "cost-twice", "duplicate total_cost" },
        { "cost-words", "total_cost" },
        { "cut", "not JSON: truncated" },
        { "data-array", "data is missing or not an object" },
        { "data-twice", "duplicate data" },
        { "date-none", "a date" },
        { "date-time", "a date is not YYYY-MM-DD" },
        { "date-twice", "duplicate date" },
        { "date-two-spellings", "a date is not YYYY-MM-DD" },
        { "date-words", "a date" },
        { "day-array", "a day is not an object" },
        { "feature-empty", "the name of a feature" },
        { "feature-number", "a feature is not an object" },
        { "feature-twice", "duplicate feature" },
        { "no-data", "data is missing" },
        { "no-token", "token is not a name" },
        { "not-utf8", "invalid UTF-8" },
        { "nul", "U+0000" },
        { "provider-null", "a provider's cost" },
        { "provider-twice", "duplicate provider" },
        { "providers-array", "cost_per_provider" },
        { "token-empty", "token is not a name" },
        { "token-null", "token is not a name" },
        { "token-twice", "duplicate token" },
        { "trailing", "unexpected data after the end" },
    };
    char pattern[512];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/usage-bad-*.json", GOLDEN_DIR);
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    assert_int_equal(found.gl_pathc, COUNT(rows));
    globfree(&found);

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct usage_book b = { 0 };
        struct text t = read_golden("bad", rows[i].file);
        eden_v2.decode_usage((struct span){ t.at, t.len }, &b);
        if (b.refused != 1)
            fail_msg("%s: %zu lines were refused", rows[i].file, b.refused);
        assert_int_equal(b.refusal.kind, FAULT_REJECT);
        if (!strstr(b.refusal.text, rows[i].words))
            fail_msg("%s: \"%s\" does not say \"%s\"", rows[i].file, b.refusal.text, rows[i].words);
        usage_done(&b);
        text_done(&t);
    }
}

static void assert_gap(const struct usage_book *b, size_t at, const char *payer, int64_t day)
{
    assert_true(at < b->gap_count);
    const struct usage_gap *g = &b->gaps[at];
    assert_string_equal(g->payer == USAGE_NOBODY ? "(nobody)" : b->payers.at[g->payer], payer);
    assert_int_equal(g->day, day < 0 ? TIME_NONE : day * DAY_S);
}

static void decode(struct usage_book *b, const char *json)
{
    eden_v2.decode_usage(span_of(json), b);
}

#define GOOD(cost) "{\"total_cost\":" #cost ",\"details\":1}"

static void one_bad_line_takes_none_of_its_neighbours_along(void **state)
{
    (void)state;
    struct usage_book b = { 0 };
    int64_t day = calendar_day(2026, 11, 22);
    decode(&b,
           "{\"token\":\"a\",\"data\":{\"2026-11-22\":{\"x\":" GOOD(
               1) ",\"y\":{\"total_cost\":2,\"details\":null},"
                  "\"z\":" GOOD(4) "},\"2026-11-23\":{\"x\":" GOOD(8) "}}}");
    decode(&b,
           "{\"token\":\"b\",\"data\":{\"2026-11-32\":{\"x\":" GOOD(
               1) "},\"2026-11-23\":[],\"2026-11-24\":{\"x\":" GOOD(16) "}}}");
    decode(&b, "{\"token\":\"c\",\"data\":[]}");
    decode(&b, "{\"token\":7,\"data\":{\"2026-11-22\":{\"x\":" GOOD(1) "}}}");
    decode(&b, "{\"token\":\"d\",\"data\":{\"2026-11-22\":{\"x\":" GOOD(32) "}}}");
    static const int64_t kept[] = { 1, 4, 8, 16, 32 };
    assert_int_equal(b.count, COUNT(kept));
    for (size_t i = 0; i < COUNT(kept); i++)
        assert_int_equal(b.lines[i].cost.nano, kept[i] * NANO_PER_USD);
    assert_int_equal(b.refused, 5);
    assert_string_equal(b.refusal.text, "a, 2026-11-22: y: details is not a valid call count");
    assert_gap(&b, 0, "a", day);
    assert_gap(&b, 1, "b", -1); /* which day it was, nobody knows */
    assert_gap(&b, 2, "b", day + 1);
    assert_gap(&b, 3, "c", -1);
    assert_gap(&b, 4, "(nobody)", -1);
    assert_int_equal(b.gap_count, 5);
    usage_done(&b);
}

#define SPLIT(cost)                                                                                \
    "{\"total_cost\":" #cost ",\"details\":1,\"cost_per_provider\":{\"p\":" #cost "}}"

static void several_elements_of_one_name_add_up(void **state)
{
    (void)state;
    struct usage_book b = { 0 };
    int64_t day = calendar_day(2026, 11, 22);
    decode(&b,
           "{\"token\":\"a\",\"data\":{\"2026-11-23\":{\"y\":" SPLIT(
               1) "},\"2026-11-22\":{\"x\":" SPLIT(2) "}}}");
    decode(&b, "{\"token\":\"b\",\"data\":{\"2026-11-22\":{\"x\":" SPLIT(4) "}}}");
    decode(&b,
           "{\"token\":\"a\",\"data\":{\"2026-11-22\":{\"x\":" SPLIT(8) ",\"z\":" GOOD(
               16) "},\"2026-11-23\":{\"x\":[]}}}");
    usage_merge(&b);
    assert_int_equal(b.count, 7);
    assert_line(&b, 0, day, "x", "(whole)", 10 * NANO_PER_USD, 2);
    assert_line(&b, 1, day, "x", "p", 10 * NANO_PER_USD, 0);
    assert_line(&b, 2, day, "z", "(whole)", 16 * NANO_PER_USD, 1);
    assert_line(&b, 3, day + 1, "y", "(whole)", NANO_PER_USD, 1);
    assert_line(&b, 5, day, "x", "(whole)", 4 * NANO_PER_USD, 1);
    assert_int_equal(b.refused, 1);
    assert_gap(&b, 0, "a", day + 1); /* half of that day is not known */

    /* a date that cannot be read may be any of those that the other element tells */
    decode(&b, "{\"token\":\"a\",\"data\":{\"2026-11-32\":{\"x\":" SPLIT(1) "}}}");
    usage_merge(&b);
    assert_int_equal(b.count, 2);
    assert_string_equal(b.payers.at[b.lines[0].payer], "b");
    usage_done(&b);
}

static void that_nothing_was_spent_may_be_a_refusal(void **state)
{
    (void)state;
    assert_true(eden_v2.says_unspent(404, span_of("{\"details\": \"Not Found\"}")));
    assert_false(eden_v2.says_unspent(404, span_of("{\"detail\": \"Not found.\"}")));
    assert_false(eden_v2.says_unspent(404, span_of("<html>404</html>")));
    assert_false(eden_v2.says_unspent(404, span_of("{\"details\": \"Not")));
    assert_false(eden_v2.says_unspent(403, span_of("{\"details\": \"Not Found\"}")));
}

static void a_provider_that_cannot_be_read_leaves_the_day_known(void **state)
{
    (void)state;
    struct usage_book b = { 0 };
    decode(&b,
           "{\"token\":\"a\",\"data\":{\"2026-11-22\":{\"x\":{\"total_cost\":3,\"details\":1,"
           "\"cost_per_provider\":{\"p\":null,\"q\":1}}}}}");
    assert_int_equal(b.count, 2);
    assert_int_equal(b.lines[0].cost.nano, 3 * NANO_PER_USD);
    assert_int_equal(b.refused, 1);
    assert_int_equal(b.gap_count, 0);
    usage_done(&b);
}

/* Each name compared with each would take minutes, in which the agent neither polls nor stops. */
static void very_many_names_are_read_in_no_time(void **state)
{
    (void)state;
    enum { NAMES = 150000 };
    struct usage_book b = { 0 };
    struct text t = { 0 };
    text_addf(&t,
              "{\"token\":\"t\",\"data\":{\"2026-11-22\":{\"f\":{\"total_cost\":0,\"details\":0,"
              "\"cost_per_provider\":{\"p\":0");
    for (int i = 1; i < NAMES; i++)
        text_addf(&t, ",\"%d\":0", i);
    text_addf(&t, "}}}}}");
    alarm(60);
    assert_true(eden_v2.decode_usage((struct span){ t.at, t.len }, &b));
    alarm(0);
    assert_int_equal(b.count, 1 + NAMES);
    usage_done(&b);
    text_done(&t);
}

static void the_whole_answer_is_cut_into_payers_with_their_names(void **state)
{
    (void)state;
    static const char answer[] =
        "{\"took\":3,\"response\":[{\"token\":\"a\",\"data\":{}},{\"token\":\"b\","
        "\"data\":{}}]}";
    for (size_t cut = 0; cut < strlen(answer); cut++) {
        struct splitter *s = splitter_new(&eden_v2.usage);
        struct usage_book b = { 0 };
        struct element e;
        struct fault why;
        struct span none;
        splitter_feed(s, (struct span){ answer, cut });
        while (splitter_next(s, &e, &why) == SPLIT_ELEMENT)
            assert_true(eden_v2.decode_usage(e.json, &b));
        assert_false(splitter_end(s, &none, &why));
        splitter_feed(s, span_of(answer + cut));
        while (splitter_next(s, &e, &why) == SPLIT_ELEMENT)
            assert_true(eden_v2.decode_usage(e.json, &b));
        assert_true(splitter_end(s, &none, &why));
        assert_int_equal(b.payers.count, 2);
        assert_string_equal(b.payers.at[1], "b");
        usage_done(&b);
        splitter_free(s);
    }
}

static void what_is_no_consumption_is_refused(void **state)
{
    (void)state;
    static const char *const answers[] = {
        "[]",
        "{\"results\":[],\"next\":null}",
        "{\"response\":{}}",
        "{\"response\":[1]}",
        "{}",
        "<html>",
        "{\"response\":[],\"response\":[]}",
    };
    for (size_t i = 0; i < COUNT(answers); i++) {
        struct splitter *s = splitter_new(&eden_v2.usage);
        struct element e;
        struct fault why;
        struct span none;
        splitter_feed(s, span_of(answers[i]));
        if (splitter_next(s, &e, &why) != SPLIT_FAULT)
            assert_false(splitter_end(s, &none, &why));
        assert_non_null(strstr(why.text, "consumption: "));
        splitter_free(s);
    }
}

static void credits_are_an_amount_or_refused(void **state)
{
    (void)state;
    struct money m;
    struct fault why;
    assert_true(eden_v2.decode_credits(span_of("{\"credits\": 42.50, \"more\": 1}\n"), &m, &why));
    assert_int_equal(m.nano, 42500000000);
    assert_true(eden_v2.decode_credits(span_of("{\"credits\":\"-0.000000001\"}"), &m, &why));
    assert_int_equal(m.nano, -1);
    static const char *const bad[] = { "",
                                       "{}",
                                       "[42]",
                                       "{\"credits\":null}",
                                       "{\"credits\":\"all\"}",
                                       "{\"credits\":1,\"credits\":2}",
                                       "{\"credits\":1e99}",
                                       "<html>" };
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_false(eden_v2.decode_credits(span_of(bad[i]), &m, &why));
        assert_int_equal(m.nano, -1);
        assert_non_null(strstr(why.text, "credits"));
    }
}

/* What a payer spent on a feature on a day; of the whole feature. */
static int64_t cents_of(const struct usage_book *b, const char *payer, int day, int64_t *ret_calls)
{
    int64_t cents = 0;
    *ret_calls = 0;
    for (size_t i = 0; i < b->count; i++) {
        const struct usage_line *l = &b->lines[i];
        if (strcmp(b->payers.at[l->payer], payer) != 0 || l->provider != USAGE_WHOLE
            || l->day != 1795132800 + day * DAY_S)
            continue;
        assert_int_equal(*ret_calls, 0); /* once */
        cents += l->cost.nano / (NANO_PER_USD / 100);
        *ret_calls = l->calls;
    }
    return cents;
}

static void add_day(struct usage_book *b, const char *payer, int day, int cents)
{
    char element[512];
    snprintf(element, sizeof element,
             "{\"token\": \"%s\", \"data\": {\"2026-11-2%d\": {\"chat\": {\"total_cost\": %d.%02d, "
             "\"details\": %d, \"cost_per_provider\": {\"openai\": %d.%02d}}}}}",
             payer, day, cents / 100, cents % 100, cents, cents / 100, cents % 100);
    assert_true(eden_v2.decode_usage(span_of(element), b));
    usage_merge(b);
}

/* 500 cents of the name on the 20th, of which two keys know 200 and 290; on the 21st, which is not
 * over, the keys are ahead. Another name is left alone. */
static void a_name_that_several_bear_is_divided_among_them_and_nothing_is_lost(void **state)
{
    (void)state;
    struct usage_share shares[] = { { (char[]){ "a" }, (char[]){ "id-1" } },
                                    { (char[]){ "a" }, (char[]){ "id-2" } } };
    static const struct {
        const char *payer;
        int day;
        int64_t cents;
    } rows[] = {
        { "\xffid-1", 0, 210 }, { "\xffid-2", 0, 290 }, { "\xffid-1", 1, 60 },
        { "\xffid-2", 1, 41 },  { "a", 0, 0 },          { "a", 1, 0 },
        { "b", 0, 700 },
    };
    struct usage_book whole = { 0 }, parts = { 0 }, one = { 0 };
    int64_t calls;
    add_day(&whole, "a", 0, 500);
    add_day(&whole, "a", 1, 100);
    add_day(&whole, "b", 0, 700);
    add_day(&one, "a", 0, 200);
    add_day(&one, "a", 1, 60);
    usage_assign(&one, "id-1");
    usage_join(&parts, &one);
    add_day(&one, "a", 0, 290);
    add_day(&one, "renamed", 1, 41);
    usage_assign(&one, "id-2");
    usage_join(&parts, &one);
    usage_divide(&whole, shares, COUNT(shares), &parts);
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(cents_of(&whole, rows[i].payer, rows[i].day, &calls), rows[i].cents);
        assert_int_equal(calls, rows[i].cents);
    }
    assert_int_equal(parts.count, 0);
    usage_done(&whole);
}

static void an_answer_is_joined_to_another_with_its_own_names(void **state)
{
    (void)state;
    struct usage_book all = { 0 }, more = { 0 };
    static const char form[] = "{\"token\": \"%s\", \"data\": {\"2026-11-2%d\": {\"%s\": "
                               "{\"total_cost\": 1, \"details\": 1, \"cost_per_provider\": "
                               "{\"%s\": 1}}}, \"odd\": {}}}";
    char element[512];
    snprintf(element, sizeof element, form, "a", 1, "chat", "openai");
    assert_true(eden_v2.decode_usage(span_of(element), &all));
    snprintf(element, sizeof element, form, "b", 2, "ocr", "chat");
    assert_true(eden_v2.decode_usage(span_of(element), &more));
    snprintf(element, sizeof element, form, "a", 2, "ocr", "chat");
    assert_true(eden_v2.decode_usage(span_of(element), &more));
    usage_refuse_element(&more, "odd");
    usage_join(&all, &more);
    assert_int_equal(more.count, 0);
    assert_int_equal(all.count, 6);
    assert_int_equal(all.refused, 4);
    assert_int_equal(all.gap_count, 4);
    assert_string_equal(all.payers.at[all.lines[2].payer], "b");
    assert_string_equal(all.words.at[all.lines[3].feature], "ocr");
    assert_string_equal(all.words.at[all.lines[3].provider], "chat");
    assert_int_equal(all.lines[5].payer, all.lines[0].payer);
    assert_int_equal(all.lines[4].provider, USAGE_WHOLE);
    assert_int_equal(all.gaps[3].payer, USAGE_NOBODY);
    usage_done(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_that_several_bear_is_divided_among_them_and_nothing_is_lost),
        cmocka_unit_test(an_answer_is_joined_to_another_with_its_own_names),
        cmocka_unit_test(a_payer_is_read_by_day_feature_and_provider),
        cmocka_unit_test(providers_and_their_feature_are_kept_as_told),
        cmocka_unit_test(the_future_may_add_members_and_leave_providers_out),
        cmocka_unit_test(each_broken_line_is_refused_with_its_reason),
        cmocka_unit_test(one_bad_line_takes_none_of_its_neighbours_along),
        cmocka_unit_test(several_elements_of_one_name_add_up),
        cmocka_unit_test(that_nothing_was_spent_may_be_a_refusal),
        cmocka_unit_test(a_provider_that_cannot_be_read_leaves_the_day_known),
        cmocka_unit_test(very_many_names_are_read_in_no_time),
        cmocka_unit_test(the_whole_answer_is_cut_into_payers_with_their_names),
        cmocka_unit_test(what_is_no_consumption_is_refused),
        cmocka_unit_test(credits_are_an_amount_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
