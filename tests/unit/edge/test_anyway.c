/* A transaction that goes on when the store fails: nothing of it is stored, and its alerts and
 * events are made up for when the store works again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "store_scene.h"

static const struct fault full = { FAULT_RETRY, "the disk is full" };

static const struct rule low = { .name = "low" };

static int64_t add_token(struct place *p, const char *name)
{
    struct fault why;
    struct token *t = token_set_add(&p->fleet, name);
    t->last.balance = money_known((struct money){ 5 });
    t->seen_at = START;
    check(store_add_token(p->store, p->account, t, START, &why)
              && store_add_reading(p->store, t, NULL, &why) && store_put_token(p->store, t, &why),
          &why);
    return t->id;
}

static void raise_alert(struct place *p, int64_t token, const char *id)
{
    struct fault why;
    struct alert alert = {
        .level = LEVEL_WARNING, .pending = LEVEL_WARNING, .since = START, .episode = 1, .step = 1
    };
    struct event_row row = { .id = id,
                             .rule = "low",
                             .unit = "USD",
                             .summary = "it's low",
                             .token = token,
                             .at = START,
                             .since = START,
                             .transition = {
                                 .kind = TRANSITION_RAISED, .is = LEVEL_WARNING, .known = true } };
    check(store_put_alert(p->store, token, &low, &alert, &why)
              && store_add_event(p->store, &row, &why),
          &why);
}

static void begin_anyway(struct place *p, const struct fault *lost)
{
    struct poll_row row = {
        .account = p->account, .at = START + 60, .result = POLL_OK, .http_status = 200
    };
    struct fault why;
    check(store_begin_anyway(p->store, lost, &why) && store_add_poll(p->store, &row, &why), &why);
}

static void assert_lost(struct place *p, const char *words)
{
    struct fault why;
    assert_false(store_commit(p->store, &why));
    assert_int_equal(why.kind, FAULT_RETRY);
    assert_non_null(strstr(why.text, words));
}

static void make_up(struct place *p)
{
    struct fault why;
    check(store_begin(p->store, &why) && store_make_up(p->store, &why)
              && store_touch(p->store, &why),
          &why);
    commit(p);
    store_made_up(p->store);
}

static int64_t scene(struct place *p)
{
    open_store(p);
    begin_poll(p, START);
    int64_t token = add_token(p, "prod-a");
    commit(p);
    return token;
}

static void what_was_raised_in_lost_transactions_is_made_up_for_once(void **state)
{
    struct place *p = *state;
    int64_t token = scene(p);
    begin_anyway(p, &full);
    raise_alert(p, token, "x-low-1-1-1");
    assert_lost(p, "the disk is full");
    assert_int_equal(ask(p, "SELECT count(*) FROM event"), 0);
    assert_int_equal(ask(p, "SELECT count(*) FROM poll"), 1);

    make_up(p);
    make_up(p);
    assert_int_equal(
        ask(p, "SELECT count(*) FROM event WHERE id = 'x-low-1-1-1' AND summary = 'it''s low'"), 1);
    assert_int_equal(ask(p, "SELECT count(*) FROM alert WHERE level = 'warning'"), 1);
}

static void a_transaction_that_is_stored_leaves_nothing_to_make_up_for(void **state)
{
    struct place *p = *state;
    int64_t token = scene(p);
    begin_anyway(p, NULL);
    raise_alert(p, token, "x-low-1-1-1");
    commit(p);
    assert_int_equal(ask(p, "SELECT count(*) FROM event"), 1);
    make_up(p);
    assert_int_equal(ask(p, "SELECT count(*) FROM event"), 1);
}

static void a_token_that_could_not_be_stored_keeps_no_event_of_another_from_it(void **state)
{
    struct place *p = *state;
    int64_t token = scene(p);
    begin_anyway(p, &full);
    int64_t fresh = add_token(p, "prod-new"), other = add_token(p, "prod-newer");
    assert_true(fresh < 0 && other < 0 && fresh != other);
    raise_alert(p, fresh, "x-low-new-1-1");
    raise_alert(p, token, "x-low-1-1-1");
    assert_lost(p, "full");
    make_up(p);
    assert_int_equal(ask(p, "SELECT count(*) FROM event"), 1);
    assert_int_equal(ask(p, "SELECT count(*) FROM event WHERE id = 'x-low-1-1-1'"), 1);
}

/* Another process has the database: the transaction does not even begin. */
static void a_transaction_that_cannot_begin_goes_on_too(void **state)
{
    struct place *p = *state;
    struct sqlite *other;
    struct fault why;
    int64_t token = scene(p);
    check(sqlite_connect(p->path, SQLITE_ACCESS_WRITE, &other, &why)
              && sqlite_run(other, "BEGIN IMMEDIATE", &why),
          &why);
    begin_anyway(p, NULL);
    raise_alert(p, token, "x-low-1-1-1");
    assert_lost(p, "locked");
    sqlite_disconnect(other);
    make_up(p);
    assert_int_equal(ask(p, "SELECT count(*) FROM event"), 1);
    begin_poll(p, START + 120); /* and an ordinary transaction is an ordinary one again */
    commit(p);
    assert_int_equal(ask(p, "SELECT count(*) FROM poll"), 2);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(what_was_raised_in_lost_transactions_is_made_up_for_once),
        ROW(a_transaction_that_is_stored_leaves_nothing_to_make_up_for),
        ROW(a_token_that_could_not_be_stored_keeps_no_event_of_another_from_it),
        ROW(a_transaction_that_cannot_begin_goes_on_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
