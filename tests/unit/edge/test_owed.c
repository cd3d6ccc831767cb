/* While the store takes nothing, alerts and events are kept, and made up for when it works again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "store_scene.h"

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

static void raise_owed(struct place *p, int64_t token, const char *id)
{
    store_owe(p->store, true);
    raise_alert(p, token, id);
    store_owe(p->store, false);
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

static void what_is_owed_is_made_up_for_once(void **state)
{
    struct place *p = *state;
    int64_t token = scene(p);
    raise_owed(p, token, "x-low-1-1-1");
    assert_int_equal(ask(p, "SELECT count(*) FROM event"), 0);
    assert_int_equal(ask(p, "SELECT count(*) FROM alert"), 0);

    make_up(p);
    make_up(p);
    assert_int_equal(
        ask(p, "SELECT count(*) FROM event WHERE id = 'x-low-1-1-1' AND summary = 'it''s low'"), 1);
    assert_int_equal(ask(p, "SELECT count(*) FROM alert WHERE level = 'warning'"), 1);
}

static void what_is_stored_leaves_nothing_to_make_up_for(void **state)
{
    struct place *p = *state;
    int64_t token = scene(p);
    begin_poll(p, START + 60);
    raise_alert(p, token, "x-low-1-1-1");
    commit(p);
    assert_int_equal(ask(p, "SELECT count(*) FROM event"), 1);
    make_up(p);
    assert_int_equal(ask(p, "SELECT count(*) FROM event"), 1);
}

static void making_up_that_fails_can_be_tried_again(void **state)
{
    struct place *p = *state;
    struct fault why;
    int64_t token = scene(p);
    raise_owed(p, token, "x-low-1-1-1");
    check(store_begin(p->store, &why) && store_make_up(p->store, &why), &why);
    store_rollback(p->store);
    assert_int_equal(ask(p, "SELECT count(*) FROM event"), 0);
    make_up(p);
    assert_int_equal(ask(p, "SELECT count(*) FROM event"), 1);
}

static void a_token_without_a_row_keeps_no_event_of_another_from_it(void **state)
{
    struct place *p = *state;
    int64_t token = scene(p);
    raise_owed(p, -1, "x-low-new-1-1");
    raise_owed(p, token, "x-low-1-1-1");
    make_up(p);
    assert_int_equal(ask(p, "SELECT count(*) FROM event"), 1);
    assert_int_equal(ask(p, "SELECT count(*) FROM event WHERE id = 'x-low-1-1-1'"), 1);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(what_is_owed_is_made_up_for_once),
        ROW(what_is_stored_leaves_nothing_to_make_up_for),
        ROW(making_up_that_fails_can_be_tried_again),
        ROW(a_token_without_a_row_keeps_no_event_of_another_from_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
