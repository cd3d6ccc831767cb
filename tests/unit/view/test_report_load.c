/* A report that is loaded in slices, of more tokens than fit into one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>

#include "edge/store/store_private.h"
#include "store_scene.h"
#include "view/report/report.h"

enum { TOKENS = 420, POLLS = 5 };
#define TODAY (START + 9 * DAY_S)
#define NOW (TODAY + 12 * HOUR_S)

static void run_sql(const struct place *p, const char *sql)
{
    struct fault why;
    check(sqlite_run(store_sqlite(p->store), sql, &why), &why);
}

/* Days of each token that are written down, two hours of today, and what the readings of the
 * last hour add to both. Ids have holes; every seventh token is in another account. */
static int open_scene(void **state)
{
    struct text sql = { 0 };
    set_up(state);
    struct place *p = *state;
    open_store(p);
    text_addf(
        &sql,
        "INSERT INTO account (id, name, interval_s, last_ok_at) VALUES (9, 'a', 60, %lld);"
        "INSERT INTO terms VALUES (1, 'api_token', 1, NULL, 'none', NULL);"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
        " INSERT INTO token (id, account, name, generation, slug, first_seen, kind)"
        " SELECT i * 13, iif(i %% 7 = 0, 9, %lld), 'env' || (i %% 5) || '-p' || (i %% 11) || '-t'"
        " || (i * 37 %% %d), 1, 's' || i, %lld, 'token' FROM n;",
        (long long)NOW - 60, TOKENS, (long long)p->account, TOKENS, (long long)START);
    text_addf(&sql,
              "INSERT INTO token_state (token, seen_at, missing, type, balance_nano, budgeted,"
              " reset_period, verdict, spent_nano)"
              " SELECT id, %lld, 0, 'api_token', 5000000000, 1, 'none', 'learning', 0 FROM token;"
              "WITH RECURSIVE d(day) AS (SELECT %lld UNION ALL SELECT day + 86400 FROM d"
              " WHERE day < %lld) INSERT INTO daily (token, day, spent_nano)"
              " SELECT t.id, day, t.id * 7919 + day / 86400 * 104729 %% 9001 FROM token t, d;"
              "INSERT INTO hourly (token, hour, spent_nano)"
              " SELECT id, %lld + 3600 * (id %% 2), id * 17 FROM token;",
              (long long)NOW, (long long)START, (long long)TODAY, (long long)TODAY + 10 * HOUR_S);
    for (int i = 1; i <= POLLS; i++)
        text_addf(
            &sql,
            "INSERT INTO poll (id, account, at, result, http_status, tokens, changed, missing,"
            " bytes, took_ms, prior_at) VALUES (%d, %lld, %lld, 'ok', 200, 1, 1, 0, 1, 1,"
            " %lld);"
            "INSERT INTO reading (poll, token, balance_nano, terms, spent_nano)"
            " SELECT %d, id, 5000000000 - id * %d, 1, id * 3 + %d FROM token WHERE id %% %d;",
            i, (long long)p->account, (long long)NOW - 3600 + i * 600,
            (long long)NOW - 3600 + i * 600 - 600, i, i, i, i + 2);
    run_sql(p, text_z(&sql));
    text_done(&sql);
    return 0;
}

static struct report_query question(enum report_by by, enum period_length per)
{
    return (struct report_query){ .by = by,
                                  .per = per,
                                  .during = { START + 3 * DAY_S + HOUR_S, NOW + 1 },
                                  .before = { START - 20 * DAY_S, START + 3 * DAY_S + HOUR_S },
                                  .now = NOW };
}

static void load(struct store *s, const struct report_query *q, struct loaded_report *ret)
{
    struct fault why;
    check(report_load(s, q, ret, &why), &why);
}

static void add_rows(struct store *s, const struct report_query *q, struct text *out)
{
    struct loaded_report l;
    struct writer w;
    load(s, q, &l);
    writer_init(&w, NULL, NULL);
    w.format = FORMAT_CSV;
    report_table(q, &l, &w);
    text_add(out, (struct span){ text_z(&w.text), w.text.len });
    writer_done(&w);
    report_unload(&l);
}

/* The sums of whole days, as the view for dashboards has them. */
static int64_t spent_in_all(const struct place *p)
{
    struct statement *q;
    struct fault why;
    int64_t sum = 0;
    struct text sql = { 0 };
    text_addf(&sql, "SELECT sum(spent_nano) FROM day_sum WHERE day > %lld",
              (long long)START + 3 * DAY_S);
    check(sqlite_prepare(store_sqlite(p->store), text_z(&sql), &q, &why)
              && statement_ask(q, 0, &sum, &why),
          &why);
    statement_free(q);
    text_done(&sql);
    return sum;
}

static void no_token_is_left_out_or_counted_twice_between_two_slices(void **state)
{
    const struct place *p = *state;
    for (enum report_by by = BY_TOKEN; by <= BY_ACCOUNT; by++)
        for (enum period_length per = by == BY_TOKEN ? PER_HOUR : PER_DAY; per <= PER_TOTAL;
             per += by == BY_TOKEN ? 1 : 3) {
            struct report_query q = question(by, per);
            struct loaded_report l;
            q.during.since = START + 4 * DAY_S;
            load(p->store, &q, &l);
            assert_int_equal(l.report.all.sum.spent_nano, spent_in_all(p));
            assert_int_equal(l.report.group_count,
                             by == BY_TOKEN             ? TOKENS
                                 : by == BY_ACCOUNT     ? 2
                                 : by == BY_ENVIRONMENT ? 5
                                 : by == BY_PROJECT     ? 11
                                                        : l.report.group_count);
            report_unload(&l);
        }
}

static void a_report_says_the_same_when_readings_are_added_to_the_sums(void **state)
{
    struct place *p = *state;
    const struct report_query hours = question(BY_TOKEN, PER_HOUR),
                              total = question(BY_TOKEN, PER_TOTAL);
    struct text before = { 0 }, after = { 0 };
    struct fault why;
    bool more = true;
    add_rows(p->store, &hours, &before);
    add_rows(p->store, &total, &before);
    for (int slices = 0; more; slices++) { /* amid a checkpoint, too */
        check(store_begin(p->store, &why) && store_checkpoint(p->store, NOW + HOUR_S, &more, &why)
                  && store_commit(p->store, &why),
              &why);
        text_clear(&after);
        add_rows(p->store, &hours, &after);
        add_rows(p->store, &total, &after);
        assert_string_equal(text_z(&before), text_z(&after));
        assert_true(slices > 0 || more);
    }
    text_done(&before);
    text_done(&after);
}

static void all_of_a_report_is_of_the_moment_at_which_it_began(void **state)
{
    struct place *p = *state;
    const struct report_query q = question(BY_TOKEN, PER_TOTAL);
    struct store *reader;
    struct report_run *run;
    struct loaded_report expected, l;
    struct fault why;
    bool more = true;
    load(p->store, &q, &expected);
    check(store_open(p->path, STORE_READ, &reader, &why)
              && report_run_begin(reader, &q, &run, &why),
          &why);
    while (more) {
        check(report_run_step(run, &more, &why), &why);
        run_sql(p, "UPDATE daily SET spent_nano = spent_nano + 1 WHERE token % 50 = 0");
    }
    report_run_take(run, &l);
    report_run_end(run);
    assert_int_equal(l.report.all.sum.spent_nano, expected.report.all.sum.spent_nano);
    int64_t expected_nano = expected.report.all.sum.spent_nano;
    report_unload(&l);
    report_unload(&expected);
    load(reader, &q, &l); /* the moment is over */
    assert_true(l.report.all.sum.spent_nano > expected_nano);
    report_unload(&l);
    store_close(reader);
}

static void a_report_of_too_many_rows_is_refused_before_they_are_held(void **state)
{
    struct place *p = *state;
    struct report_query q = question(BY_TOKEN, PER_DAY);
    struct loaded_report l;
    struct fault why;
    q.sums_max = 1000;
    assert_false(report_load(p->store, &q, &l, &why));
    assert_int_equal(why.kind, FAULT_REJECT);
    assert_non_null(strstr(why.text, "1000"));
    report_unload(&l);
    q.per = PER_TOTAL;
    load(p->store, &q, &l);
    report_unload(&l);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_scene, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(no_token_is_left_out_or_counted_twice_between_two_slices),
        TEST(a_report_says_the_same_when_readings_are_added_to_the_sums),
        TEST(all_of_a_report_is_of_the_moment_at_which_it_began),
        TEST(a_report_of_too_many_rows_is_refused_before_they_are_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
