/* The questions, asked of a database whose rows are written here: what each answers, and in which
 * order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "edge/store.h"
#include "edge/store/store_private.h"
#include "store_scene.h"

enum { NOW = 1785585600 /* 2026-08-01T12:00:00Z */, CELLS_MAX = 32 };

static void run_sql(struct place *s, const char *sql)
{
    struct fault why;
    if (!sqlite_run(store_sqlite(s->store), sql, &why))
        fail_msg("%s", why.text);
}

static int open_scene(void **state)
{
    struct place *s = calloc(1, sizeof *s);
    struct fault why;
    make_place(s);
    assert_true(store_open(s->path, STORE_WRITE, &s->store, &why));
    run_sql(s,
            "INSERT INTO account (id, name, interval_s, last_ok_at) VALUES "
            "(1, 'main', 300, 1785585500), (2, 'other', 300, 1785585500);");
    *state = s;
    return 0;
}

static int close_scene(void **state)
{
    struct place *s = *state;
    remove_place(s);
    free(s);
    return 0;
}

/* The answer as lines of "cell|cell|...", "-" for what is not known. */
static void put_question(struct place *s, enum query query, const struct query_filter *scope,
                         size_t count, struct text *ret)
{
    struct cell cells[CELLS_MAX];
    struct query_result *a;
    struct fault why;
    bool more;
    text_clear(ret);
    if (!query_open(s->store, query, scope, &a, &why))
        fail_msg("%s", why.text);
    for (;;) {
        assert_true(query_next(a, cells, count, &more, &why));
        if (!more)
            break;
        for (size_t i = 0; i < count; i++) {
            text_add(ret, span_of(i ? "|" : ""));
            if (cells[i].kind == CELL_NONE)
                text_add(ret, span_of("-"));
            else if (cells[i].kind == CELL_INTEGER)
                text_addf(ret, "%" PRId64, cells[i].integer);
            else
                text_add(ret, cells[i].text);
        }
        text_add(ret, span_of("\n"));
    }
    query_close(a);
}

static struct query_filter everything(void)
{
    return (struct query_filter){ .now = NOW, .since = TIME_NONE, .until = TIME_NONE };
}

static void expect(struct place *s, enum query query, const struct query_filter *scope,
                   size_t count, const char *lines)
{
    struct text got = { 0 };
    put_question(s, query, scope, count, &got);
    assert_string_equal(text_z(&got), lines);
    text_done(&got);
}

static void add_token(struct place *s, int id, const char *name, const char *state)
{
    struct text sql = { 0 };
    text_addf(
        &sql,
        "INSERT INTO token (id, account, name, generation, slug, first_seen) "
        "VALUES (%d, 1, '%s', 1, '%s', 0);"
        "INSERT INTO token_state (token, seen_at, missing, type, budgeted, reset_period, verdict,"
        " likely_at, expires_at) VALUES (%d, %s);",
        id, name, name, id, state);
    run_sql(s, text_z(&sql));
    text_done(&sql);
}

static void every_question_can_be_asked_of_an_empty_store(void **state)
{
    struct query_filter scope = everything();
    scope.token = "nothing";
    for (int q = 0; q < QUERIES; q++)
        if (q != QUERY_ACCOUNTS && q != QUERY_READY && q != QUERY_AUDIT && q != QUERY_SIZE
            && q != QUERY_LAST_RUN && q != QUERY_BROKER && q != QUERY_VOLUME)
            expect(*state, (enum query)q, &scope, 1, "");
    expect(*state, QUERY_ACCOUNTS, &scope, 4, "main|-|-|-\nother|-|-|-\n");
    expect(*state, QUERY_BROKER, &scope, 10, "-|-|-|-|-|-|0|0|-|0\n");
    expect(*state, QUERY_AUDIT, &scope, 4, "main|1785585500|-|-\nother|1785585500|-|-\n");
    expect(*state, QUERY_LAST_RUN, &scope, 6, "-|-|0|0|0|0\n");
}

/* An empty store has a size, and no past. */
static void a_size_is_told_of_an_empty_store_and_no_time(void **state)
{
    struct place *s = *state;
    const struct query_filter scope = everything();
    struct cell cells[5];
    struct query_result *a;
    struct fault why;
    bool more;
    assert_true(query_open(s->store, QUERY_SIZE, &scope, &a, &why));
    assert_true(query_next(a, cells, COUNT(cells), &more, &why) && more);
    assert_true(cells[0].integer > 0 && cells[1].kind == CELL_INTEGER);
    for (size_t i = 2; i < COUNT(cells); i++)
        assert_int_equal(cells[i].kind, CELL_NONE);
    query_close(a);
}

static void add_readings(struct place *s)
{
    struct text sql = { 0 };
    add_token(s, 1, "tok", "1785585000, 0, 'api_token', 1, 'none', 'idle', NULL, NULL");
    add_token(s, 2, "young", "1785585000, 0, 'api_token', 1, 'none', 'idle', NULL, NULL");
    for (int poll = 1; poll <= 9; poll++)
        text_addf(
            &sql,
            "INSERT INTO poll"
            " (id, account, at, result, http_status, tokens, changed, missing, bytes, took_ms)"
            " VALUES (%d, 1, %d, 'ok', 200, 1, 1, 0, 0, 0);",
            poll, poll * 1000);
    text_addf(&sql,
              "INSERT INTO terms VALUES (1, 'api_token', 1, NULL, 'none', NULL);"
              "INSERT INTO reading (poll, token, balance_nano, terms) VALUES (1, 1, 90, 1), (3, 1, "
              "70, 1), (6, 1, 95, 1), (7, 2, 5, 1);"
              "INSERT INTO booking VALUES (3, 1, 0, 0, 20, 2000), (6, 1, 0, 2, 30, 5000),"
              " (6, 1, 1, 0, 5, 5000);");
    run_sql(s, text_z(&sql));
    text_done(&sql);
}

static void history_begins_with_the_reading_that_held_at_its_start(void **state)
{
    struct place *s = *state;
    struct query_filter scope = everything();
    add_readings(s);
    scope.token = "tok";
    expect(s, QUERY_HISTORY, &scope, 8,
           "1000|main|tok|1|90|-|reading|-\n3000|main|tok|1|70|-20|consumption|2000\n"
           "6000|main|tok|1|95|30|reset|5000\n"
           "6000|main|tok|1|95|-5|consumption|5000\n");
    scope.since = 5500;
    expect(s, QUERY_HISTORY, &scope, 5,
           "3000|main|tok|1|70\n6000|main|tok|1|95\n6000|main|tok|1|95\n");
    scope.since = 8000;
    expect(s, QUERY_HISTORY, &scope, 5, "6000|main|tok|1|95\n6000|main|tok|1|95\n");
    scope.since = 1000;
    scope.until = 6000;
    expect(s, QUERY_HISTORY, &scope, 5, "1000|main|tok|1|90\n3000|main|tok|1|70\n");
    scope.token = "young";
    scope.until = TIME_NONE;
    expect(s, QUERY_HISTORY, &scope, 5, "7000|main|young|1|5\n");
    scope.account = "other";
    expect(s, QUERY_HISTORY, &scope, 5, "");
}

static void a_report_gets_sums_by_hour_and_by_utc_day_and_what_the_endpoint_told(void **state)
{
    struct place *s = *state;
    struct query_filter scope = everything();
    add_readings(s);
    run_sql(
        s,
        "INSERT INTO hourly (token, hour, spent_nano, usage_nano, topup_nano, reset_nano) VALUES "
        "(1, 0, 3, 0, 0, 30), (1, 82800, 4, 4, 0, 0), (1, 86400, 5, 0, 0, 0), (2, 86400, 1, 0, 11, "
        "0);"
        "INSERT INTO daily (token, day, spent_nano, usage_nano, topup_nano, reset_nano) VALUES "
        "(1, 0, 7, 4, 0, 30), (1, 86400, 5, 0, 0, 0), (2, 86400, 1, 0, 11, 0);"
        "INSERT INTO word VALUES (1, 'llm__chat'), (2, 'openai'), (3, 'ocr__ocr');"
        "INSERT INTO usage VALUES (1, 0, 1, 5, 2), (1, 86400, 3, 6, 1), (2, 0, 1, 7, 3);"
        "INSERT INTO usage_provider VALUES (1, 0, 1, 2, 5), (1, 86400, 1, 2, 1), (1, 86400, 3, 2, "
        "5);"
        "INSERT INTO usage VALUES (2, 86400, 1, 8, 1), (2, 86400, 3, 9, 1), (1, 86400, 1, 1, 1);"
        "INSERT INTO usage_provider VALUES (2, 86400, 3, 2, 9);");
    scope.ids = "[1,2]";
    scope.since = 0;
    scope.until = 86400;
    expect(s, QUERY_REPORT_HOURS, &scope, 6, "1|0|3|0|0|30\n1|82800|4|4|0|0\n");
    expect(s, QUERY_REPORT_DAYS, &scope, 6, "1|0|7|4|0|30\n");
    expect(s, QUERY_REPORT_USAGE, &scope, 5, "1|0|llm__chat|5|2\n2|0|llm__chat|7|3\n");
    scope.since = 86400;
    scope.until = 2 * 86400;
    expect(s, QUERY_REPORT_DAYS, &scope, 6, "1|86400|5|0|0|0\n2|86400|1|0|11|0\n");
    expect(s, QUERY_REPORT_PROVIDERS, &scope, 4,
           "1|86400|openai|6\n2|86400|(unknown provider)|8\n2|86400|openai|9\n");
}

static void alerts_come_with_the_words_of_their_last_transition(void **state)
{
    struct place *s = *state;
    struct query_filter scope = everything();
    add_readings(s);
    run_sql(
        s,
        "INSERT INTO alert (token, rule, level, pending, pending_since, since, episode, step)"
        " VALUES (1, 'low', 'warning', 'warning', 0, 50, 1, 2),"
        " (2, 'low', 'critical', 'critical', 0, 60, 1, 1), (2, 'dry', 'none', 'none', 0, 0, 1, 2);"
        "INSERT INTO event (seq, id, at, token, rule, kind, level, was, value, threshold, unit, "
        "since, summary)"
        " VALUES"
        " (1, 'a', 50, 1, 'low', 'raised', 'info', 'none', 1500000000, 2, 'USD', 50, 'first'),"
        " (2, 'b', 55, 1, 'low', 'worsened', 'warning', 'info', 1250, 1000, '%', 50, 'second'),"
        " (3, 'c', 60, 2, 'low', 'raised', 'critical', 'none', 90, NULL, 's', 60, 'third')");
    expect(s, QUERY_ALERTS, &scope, 9,
           "warning|50|main|tok|low|1|2|55|second\n"
           "none|0|main|young|dry|1|2|-|-\n"
           "critical|60|main|young|low|1|1|60|third\n");
    expect(s, QUERY_EVENTS, &scope, 10,
           "50|raised|info|none|main|tok|low|1500000000|2|USD\n"
           "55|worsened|warning|info|main|tok|low|1250|1000|%\n"
           "60|raised|critical|none|main|young|low|90|-|s\n");
    scope.since = 55;
    scope.until = 60;
    expect(s, QUERY_EVENTS, &scope, 3, "55|worsened|warning\n");
}

static void sparks_are_the_hours_of_living_tokens(void **state)
{
    struct place *s = *state;
    struct query_filter scope = everything();
    add_readings(s);
    run_sql(s,
            "INSERT INTO hourly (token, hour, spent_nano) "
            "VALUES (2, 7200, 9), (1, 3600, 3), (1, 7200, 4), (1, 0, 1);"
            "UPDATE token SET deleted_at = 1 WHERE id = 2");
    scope.since = 3599;
    expect(s, QUERY_SPARKS, &scope, 3, "1|3600|3\n1|7200|4\n");
}

static void a_reader_answers_while_a_writer_holds_the_store(void **state)
{
    struct place *s = *state;
    struct place reader = { 0 };
    struct query_filter scope = everything();
    struct fault why;
    add_readings(s);
    scope.token = "young";
    assert_true(store_open(s->path, STORE_READ, &reader.store, &why));
    assert_true(store_begin(s->store, &why));
    run_sql(s, "UPDATE reading SET balance_nano = 6 WHERE token = 2");
    expect(&reader, QUERY_HISTORY, &scope, 5, "7000|main|young|1|5\n");
    assert_true(store_commit(s->store, &why));
    expect(&reader, QUERY_HISTORY, &scope, 5, "7000|main|young|1|6\n");
    store_close(reader.store);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_question_can_be_asked_of_an_empty_store),
        TEST(a_size_is_told_of_an_empty_store_and_no_time),
        TEST(history_begins_with_the_reading_that_held_at_its_start),
        TEST(a_report_gets_sums_by_hour_and_by_utc_day_and_what_the_endpoint_told),
        TEST(alerts_come_with_the_words_of_their_last_transition),
        TEST(sparks_are_the_hours_of_living_tokens),
        TEST(a_reader_answers_while_a_writer_holds_the_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
