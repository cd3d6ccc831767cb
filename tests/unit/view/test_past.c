/* Past events that are handed out in steps, of more than one step looks at, and with holes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "edge/store/store_private.h"
#include "store_scene.h"
#include "view/alerts.h"

enum { EVENTS = 730, OLD = 300 };

struct heard {
    int64_t last;
    size_t count;
};

static void hear(void *to, const struct cell *asked)
{
    struct heard *h = to;
    int64_t number = asked[QUERY_EVENTS_SEQ].integer;
    assert_true(number > h->last);
    h->last = number;
    h->count++;
}

static void run_sql(const struct place *p, const char *sql)
{
    struct fault why;
    check(sqlite_run(store_sqlite(p->store), sql, &why), &why);
}

/* A burst, then one now and then; the old ones of the burst are a day older. */
static int open_scene(void **state)
{
    struct text sql = { 0 };
    set_up(state);
    struct place *p = *state;
    open_store(p);
    text_addf(
        &sql,
        "INSERT INTO token (id, account, name, generation, slug, first_seen, kind)"
        " VALUES (7, %lld, 'tok', 1, 's', %lld, 'token');"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
        " INSERT INTO event (seq, id, at, token, rule, kind, level, was, unit, since, summary)"
        " SELECT 900000 + iif(i <= 700, i, i * 100), 'e' || i,"
        " %lld - iif(i <= %d, 86400, 0), 7, 'low', 'raised', 'warning', 'none', 'USD', 1,"
        " 'words' FROM n",
        (long long)p->account, (long long)START, EVENTS, (long long)START, OLD);
    run_sql(p, text_z(&sql));
    text_done(&sql);
    return 0;
}

static struct heard hear_all(const struct place *p, const struct query_filter *scope,
                             const char *meanwhile, size_t *ret_steps)
{
    struct heard h = { 0 };
    struct past_run *run;
    struct fault why;
    bool more = true;
    check(past_run_begin(p->store, scope, hear, &h, &run, &why), &why);
    for (*ret_steps = 0; more; ++*ret_steps) {
        size_t before = h.count;
        check(past_run_step(run, &more, &why), &why);
        assert_true(h.count - before <= 100);
        if (meanwhile)
            run_sql(p, meanwhile);
    }
    past_run_end(run);
    return h;
}

static void none_is_left_out_between_two_steps(void **state)
{
    const struct place *p = *state;
    struct query_filter scope = query_at(START, NULL);
    size_t steps;
    assert_int_equal(hear_all(p, &scope, NULL, &steps).count, EVENTS);
    assert_in_range(steps, EVENTS / 100, 100); /* none for the numbers before the first */
    scope.since = START;
    assert_int_equal(hear_all(p, &scope, NULL, &steps).count, EVENTS - OLD);
    scope.after = 900000 + 650;
    assert_int_equal(hear_all(p, &scope, NULL, &steps).count, EVENTS - 650);
    scope.after = INT64_MAX;
    assert_int_equal(hear_all(p, &scope, NULL, &steps).count, 0);
    scope = query_at(START, "other");
    assert_int_equal(hear_all(p, &scope, NULL, &steps).count, 0);
}

static void what_happens_meanwhile_is_left_out(void **state)
{
    const struct place *p = *state;
    const struct query_filter scope = query_at(START, NULL);
    size_t steps;
    const struct heard h =
        hear_all(p, &scope,
                 "INSERT INTO event (id, at, token, rule, kind, level, was, unit, since, summary)"
                 " SELECT 'new' || max(seq), 1, 7, 'low', 'raised', 'warning', 'none', 'USD', 1,"
                 " 'words' FROM event",
                 &steps);
    assert_int_equal(h.count, EVENTS);
}

static void of_no_events_none_is_handed_out(void **state)
{
    const struct place *p = *state;
    const struct query_filter scope = query_at(START, NULL);
    size_t steps;
    run_sql(p, "DELETE FROM event");
    assert_int_equal(hear_all(p, &scope, NULL, &steps).count, 0);
    assert_int_equal(steps, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(none_is_left_out_between_two_steps, open_scene, tear_down),
        cmocka_unit_test_setup_teardown(what_happens_meanwhile_is_left_out, open_scene, tear_down),
        cmocka_unit_test_setup_teardown(of_no_events_none_is_handed_out, open_scene, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
