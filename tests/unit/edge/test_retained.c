/* What a broker holds: the register of the topics of states, beside the alerts of the outbox. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "sql.h"
#include "store_scene.h"

static void post(struct place *p, const char *topic, const char *payload)
{
    struct fault why;
    const struct message m = { .topic = topic, .payload = span_of(payload), .retain = true };
    check(store_post(p->store, &m, &why), &why);
}

/* The message that is sent first; "" when there is none. */
static const char *next_topic(struct place *p, struct message *ret)
{
    struct fault why;
    bool found;
    check(store_next_message(p->store, 0, ret, &found, &why), &why);
    return found ? ret->topic : "";
}

static void see(void *context, struct span topic)
{
    struct text *out = context;
    text_add(out, topic);
    text_add(out, span_of(" "));
}

static void assert_retained(struct place *p, const char *topics)
{
    struct fault why;
    struct text found = { 0 };
    check(store_each_retained(p->store, see, &found, &why), &why);
    assert_string_equal(text_z(&found), topics);
    text_done(&found);
}

static void see_state(void *context, struct span topic, bool refused)
{
    see(context, topic);
    text_add(context, span_of(refused ? "! " : ""));
}

static void assert_states(struct place *p, const char *topics)
{
    struct fault why;
    struct text found = { 0 };
    check(store_each_state_topic(p->store, see_state, &found, &why), &why);
    assert_string_equal(text_z(&found), topics);
    text_done(&found);
}

static int64_t count_refused(struct place *p, const char *reason)
{
    struct fault why;
    struct outbox_depth depth;
    struct text refusal = { 0 };
    check(store_outbox(p->store, &depth, &refusal, &why), &why);
    assert_string_equal(text_z(&refusal), reason);
    text_done(&refusal);
    return depth.refused;
}

static void a_state_has_a_topic_until_that_is_cleared_and_lives_again_without_being_cleared(
    void **state)
{
    struct place *p = *state;
    struct fault why;
    struct message m;
    open_store(p);
    check(store_add_state_topic(p->store, "t/state", &why)
              && store_add_state_topic(p->store, "t/state", &why),
          &why);
    post(p, "t/alert", "{}");
    assert_retained(p, "t/alert t/state ");
    assert_string_equal(next_topic(p, &m), "t/alert");
    check(store_acknowledge(p->store, m.id, &why), &why);

    check(store_clear_topic(p->store, "t/state", &why), &why);
    assert_retained(p, "t/alert ");
    assert_string_equal(next_topic(p, &m), "t/state");
    assert_int_equal(m.payload.len, 0);
    check(store_add_state_topic(p->store, "t/state", &why), &why);
    assert_string_equal(next_topic(p, &m), "");
    check(store_resend_retained(p->store, &why), &why); /* nor with a new connection */
    assert_string_equal(next_topic(p, &m), "t/alert");

    check(store_forget_retained(p->store, "t/alert", &why)
              && store_forget_retained(p->store, "t/state", &why),
          &why);
    assert_retained(p, "");
    assert_string_equal(next_topic(p, &m), "");
}

static void a_refused_state_counts_until_it_is_accepted(void **state)
{
    struct place *p = *state;
    struct fault why;
    open_store(p);
    check(store_add_state_topic(p->store, "a/state", &why)
              && store_add_state_topic(p->store, "b/state", &why)
              && store_refuse_state(p->store, "b/state", "Not authorized", &why),
          &why);
    assert_int_equal(count_refused(p, "Not authorized"), 1);
    assert_states(p, "a/state b/state ! ");
    check(store_refuse_state(p->store, "b/state", NULL, &why), &why);
    assert_int_equal(count_refused(p, ""), 0);
    assert_states(p, "a/state b/state ");
}

static void what_was_told_is_told_of_one_run(void **state)
{
    struct place *p = *state;
    struct fault why;
    static const bool told[] = { false, true, false };
    open_store(p);
    for (size_t i = 0; i < COUNT(told); i++) {
        struct retained_at before = { 0 };
        check(store_set_retained_at(p->store, "broker:1883", "ebb", &before, &why), &why);
        assert_int_equal(before.told, told[i]);
        retained_at_done(&before);
        if (i == 0)
            check(store_set_told(p->store, true, &why), &why);
    }
}

static void run_sql(struct sqlite *db, const char *sql)
{
    struct fault why;
    check(sqlite_run(db, sql, &why), &why);
}

/* Up to 0007 the outbox held every state. A rule, an account, a base may be called like anything.
 */
static void states_of_an_older_outbox_become_topics_and_alerts_stay(void **state)
{
    struct place *p = *state;
    struct fault why;
    struct sqlite *db = NULL;
    struct message m;
    check(sqlite_connect(p->path, SQLITE_ACCESS_WRITE, &db, &why), &why);
    for (int i = 0; i < 7; i++)
        run_sql(db, sql_migrations[i]);
    run_sql(db,
            "PRAGMA application_id = 1164075553; PRAGMA user_version = 7;"
            "INSERT INTO store (only, id) VALUES (1, '01234567');"
            "INSERT INTO outbox (topic, payload, retain, pending, refusal) VALUES"
            " ('e/main/state', CAST('{\"result\":\"ok\"}' AS BLOB), 1, 0, NULL),"
            " ('e/main/token/x/state', CAST('{\"slug\":\"x\"}' AS BLOB), 1, 1, 'No'),"
            " ('e/main/alert/low/state', CAST('{\"rule\":\"low\"}' AS BLOB), 1, 0, NULL),"
            " ('e/main/token/gone/state', x'', 1, 0, NULL),"
            " ('e/main/event', CAST('{\"rule\":\"low\"}' AS BLOB), 0, 1, NULL)");
    sqlite_disconnect(db);

    open_store(p);
    assert_states(p, "e/main/state e/main/token/x/state ! ");
    assert_retained(p, "e/main/alert/low/state e/main/state e/main/token/x/state ");
    assert_int_equal(count_refused(p, "No"), 1);
    assert_string_equal(next_topic(p, &m), "e/main/event");
    struct retained_at before = { 0 };
    check(store_set_retained_at(p->store, "broker:1883", "e", &before, &why), &why);
    assert_false(before.told); /* so that the next run tells everything */
    retained_at_done(&before);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_state_has_a_topic_until_that_is_cleared_and_lives_again_without_being_cleared),
        TEST(a_refused_state_counts_until_it_is_accepted),
        TEST(what_was_told_is_told_of_one_run),
        TEST(states_of_an_older_outbox_become_topics_and_alerts_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
