/* The outbox: what is refused stays aside, how much waits is known, and what is too much is merged.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "store_scene.h"

static void run_sql(struct place *p, const char *sql)
{
    struct sqlite *db = NULL;
    struct fault why;
    check(sqlite_connect(p->path, SQLITE_ACCESS_WRITE, &db, &why) && sqlite_run(db, sql, &why),
          &why);
    sqlite_disconnect(db);
}

static void post(struct place *p, const char *topic, const char *payload, bool retain)
{
    struct fault why;
    const struct message m = { .topic = topic, .payload = span_of(payload), .retain = retain };
    check(store_post(p->store, &m, &why), &why);
}

/* The next message to send; 0: there is none. */
static int64_t next(struct place *p, int64_t after)
{
    struct fault why;
    struct message m;
    bool found;
    check(store_next_message(p->store, after, &m, &found, &why), &why);
    return found ? m.id : 0;
}

static void refuse(struct place *p, int64_t message, unix_s retry_at, const char *topic)
{
    struct fault why;
    struct text found = { 0 };
    check(store_refuse(p->store, message, "Not authorized", retry_at, &found, &why), &why);
    assert_string_equal(text_z(&found), topic);
    text_done(&found);
}

static void retry(struct place *p, unix_s now)
{
    struct fault why;
    check(store_retry_refused(p->store, now, &why), &why);
}

static struct outbox_depth depth(struct place *p)
{
    struct fault why;
    struct outbox_depth d;
    struct text refusal = { 0 };
    check(store_outbox(p->store, &d, &refusal, &why), &why);
    assert_int_equal(d.refused > 0, refusal.len > 0);
    text_done(&refusal);
    return d;
}

static void what_is_refused_stays_aside_until_it_is_due_and_blocks_nothing(void **state)
{
    struct place *p = *state;
    struct fault why;
    open_store(p);
    post(p, "t/event", "{\"id\": \"a\", \"at\": \"2026-01-01T00:00:00Z\"}", false);
    post(p, "t/event", "{\"id\": \"b\", \"at\": \"2026-01-01T00:00:10Z\"}", false);
    post(p, "t/state", "state", true);
    int64_t a = next(p, 0), b = next(p, a), retained = next(p, b);
    refuse(p, a, TIME_NONE, "t/event");
    refuse(p, retained, START + 1000, "t/state");
    refuse(p, 4711, TIME_NONE, "");
    assert_int_equal(next(p, 0), b);
    assert_int_equal(next(p, b), 0);
    assert_int_equal(depth(p).refused, 2);
    assert_int_equal(depth(p).events, 2);
    assert_int_equal(depth(p).oldest_at, START);

    post(p, "t/state", "newer",
         true); /* the broker closes connections for this topic: its news waits as well */
    assert_int_equal(next(p, b), 0);
    retry(p, START);
    assert_int_equal(next(p, 0), a);
    assert_int_equal(next(p, b), 0);
    retry(p, START + 1000);
    retained = next(p, b);
    assert_true(retained > b);
    assert_int_equal(depth(p).refused, 2); /* until it is acknowledged */
    check(store_acknowledge(p->store, a, &why) && store_acknowledge(p->store, retained, &why),
          &why);
    assert_int_equal(depth(p).refused, 0);
    assert_int_equal(depth(p).events, 1);
}

static void how_much_waits_is_known_whatever_comes_and_goes(void **state)
{
    struct place *p = *state;
    struct fault why;
    open_store(p);
    assert_int_equal(depth(p).events, 0);
    assert_int_equal(depth(p).oldest_at, TIME_NONE);
    for (int i = 0; i < 5; i++) {
        post(p, "t/event", "no JSON at all", false);
        post(p, "t/state", "retained", true);
    }
    assert_int_equal(depth(p).events, 5);
    assert_int_equal(depth(p).bytes, 5 * (strlen("t/event") + strlen("no JSON at all")));
    check(store_begin(p->store, &why), &why);
    post(p, "t/event", "never happened", false);
    store_rollback(p->store);
    check(store_acknowledge(p->store, next(p, 0), &why), &why);
    assert_int_equal(depth(p).events, 4);
    check(store_set_delivered(p->store, START, &why), &why);
    assert_int_equal(depth(p).delivered_at, TIME_NONE); /* by no broker */
    const struct broker_row broker = {
        .address = "a:1", .state = "connected", .version = "5", .since = START
    };
    check(store_put_broker(p->store, &broker, &why)
              && store_set_delivered(p->store, START + 7, &why),
          &why);
    assert_int_equal(depth(p).delivered_at, START + 7);
    store_close(p->store);
    p->store = NULL;
    open_store(p);
    assert_int_equal(depth(p).events, 4);
    assert_int_equal(depth(p).delivered_at, START + 7);
}

/* Two transitions for each of `episodes` of one token's alert; the last one is still up when `up`.
 */
static void post_episodes(struct place *p, int token, int episodes, bool up)
{
    for (int i = 0; i < episodes; i++)
        for (int step = 0; step < (up && i + 1 == episodes ? 1 : 2); step++) {
            struct text sql = { 0 }, payload = { 0 };
            int at = 100 * i + 10 * token + step;
            text_addf(&sql,
                      "INSERT INTO event (id, at, token, rule, kind, level, was, unit, since, "
                      "summary) VALUES"
                      " ('e-%d-%d-%d', %lld, %d, 'low', 'raised', 'none', 'none', 's', %lld, '');",
                      token, i, step, (long long)START + at, token, (long long)START + 100 * i);
            text_addf(&sql,
                      "INSERT OR REPLACE INTO alert"
                      " (token, rule, level, pending, pending_since, since, episode, step)"
                      " VALUES (%d, 'low', '%s', 'none', 0, %lld, %d, %d);",
                      token, step ? "none" : "warning", (long long)START + 100 * i, i + 1,
                      step + 1);
            run_sql(p, text_z(&sql));
            text_addf(&payload, "{\"id\": \"e-%d-%d-%d\", \"at\": \"2026-01-01T00:%02d:%02dZ\"}",
                      token, i, step, at / 60, at % 60);
            post(p, token % 2 ? "t/one/event" : "t/two/event", text_z(&payload), false);
            text_done(&sql);
            text_done(&payload);
        }
}

static void add_tokens(struct place *p, int count)
{
    for (int i = 1; i <= count; i++) {
        struct text sql = { 0 };
        text_addf(&sql,
                  "INSERT INTO token (id, account, name, generation, slug, first_seen) VALUES"
                  " (%d, %lld, 't%d', 1, 't%d', 0)",
                  i, (long long)p->account, i, i);
        run_sql(p, text_z(&sql));
        text_done(&sql);
    }
}

static void merge(struct place *p, int64_t after, int64_t most)
{
    struct fault why;
    struct merged_list list;
    check(store_begin(p->store, &why) && store_merge_events(p->store, after, most, &list, &why),
          &why);
    for (size_t i = 0; i < list.count; i++)
        check(store_put_merged(p->store, &list.at[i], span_of("{\"kind\": \"merged\"}"), &why),
              &why);
    commit(p);
    merged_done(&list);
}

/* The events that are there or that another one stands for. */
static int64_t accounted(const struct place *p)
{
    return ask(p, "SELECT sum(max(merged, 1)) FROM outbox WHERE retain = 0");
}

static void only_whole_episodes_that_are_over_are_merged_and_every_event_is_counted_once(
    void **state)
{
    struct place *p = *state;
    open_store(p);
    add_tokens(p, 4);
    for (int token = 1; token <= 4; token++)
        post_episodes(p, token, 5, token >= 3);
    int64_t all = depth(p).events;
    assert_int_equal(all, 2 * 10 + 2 * 9);
    assert_int_equal(accounted(p), all);

    merge(p, 0, 7); /* whole episodes: eight events */
    assert_int_equal(accounted(p), all);
    assert_int_equal(depth(p).events, ask(p, "SELECT count(*) FROM outbox WHERE retain = 0"));
    assert_int_equal(
        ask(p,
            "SELECT count(*) FROM (SELECT 1 FROM outbox o JOIN event e ON e.id = o.event"
            " GROUP BY e.token, e.since HAVING count(*) = 1)"),
        2);            /* those that are up */
    merge(p, 0, 1000); /* and again, with what stands for the first ones */
    assert_int_equal(accounted(p), all);
    assert_int_equal(ask(p, "SELECT count(*) FROM outbox WHERE merged > 0"),
                     2); /* one for each topic */
    assert_int_equal(ask(p, "SELECT count(*) FROM outbox WHERE retain = 0 AND merged = 0"), 2);
    assert_int_equal(
        ask(p,
            "SELECT count(*) FROM outbox o JOIN event e ON e.id = o.event"
            " JOIN alert l ON l.token = e.token AND l.since = e.since AND l.level <> 'none'"),
        2);
    assert_int_equal(depth(p).oldest_at, START + 10);
    merge(p, 0, 1000);
    assert_int_equal(accounted(p), all);
}

static void what_is_on_its_way_is_not_merged(void **state)
{
    struct place *p = *state;
    open_store(p);
    add_tokens(p, 1);
    post_episodes(p, 1, 5, false);
    int64_t sent = next(p, next(p, next(p, 0)));
    merge(p, sent, 1000);
    assert_int_equal(accounted(p), 10);
    assert_int_equal(ask(p, "SELECT count(*) FROM outbox WHERE retain = 0 AND merged = 0"), 3);
}

/* The loop waits for it. */
static void a_hundred_thousand_events_are_merged_within_seconds(void **state)
{
    struct place *p = *state;
    open_store(p);
    add_tokens(p, 400);
    run_sql(p,
            "INSERT INTO event (id, at, token, rule, kind, level, was, unit, since, summary)"
            " WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 103999)"
            " SELECT 'e-' || i, i, i / 2 % 400 + 1, 'low', 'raised', 'none', 'none', 's', i / 800, "
            "'' FROM n;"
            "INSERT INTO outbox (topic, payload, retain, pending, event, at)"
            " SELECT 't/event', x'00', 0, 1, id, at FROM event ORDER BY seq");
    mono_ms begun = clock_mono();
    merge(p, 0, 14000);
    assert_true(clock_mono() - begun < 20 * 1000);
    assert_int_equal(depth(p).events, 104000 - 14000 + 1);
    assert_int_equal(accounted(p), 104000);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(what_is_refused_stays_aside_until_it_is_due_and_blocks_nothing),
        TEST(how_much_waits_is_known_whatever_comes_and_goes),
        TEST(only_whole_episodes_that_are_over_are_merged_and_every_event_is_counted_once),
        TEST(what_is_on_its_way_is_not_merged),
        TEST(a_hundred_thousand_events_are_merged_within_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
