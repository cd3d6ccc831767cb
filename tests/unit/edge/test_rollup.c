/* Sums by hour and day: they are what the entries say, to the nano-dollar, also in a database that
 * was made before there were any. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/random.h"
#include "core/doubt.h"
#include "edge/store.h"
#include "sql.h"
#include "store_scene.h"

static void add_token(struct place *p, struct money balance)
{
    struct fault why;
    struct token *t = token_set_add(&p->fleet, "prod-billing-api");
    t->last.balance = money_known(balance);
    t->last.budgeted = true;
    begin_poll(p, START);
    check(store_add_token(p->store, p->account, t, START, &why)
              && store_add_reading(p->store, t, NULL, &why),
          &why);
    commit(p);
}

static void book(struct place *p, struct change c)
{
    struct fault why;
    begin_poll(p, c.at);
    check(store_add_change(p->store, p->fleet.tokens[0].id, &c, &why), &why);
    commit(p);
}

static struct change spend(int64_t balance, int64_t nano, unix_s since, unix_s at)
{
    return (struct change){
        .entries = { { ENTRY_CONSUMPTION, { nano }, since, at } },
        .entry_count = 1,
        .was = money_known((struct money){ balance }),
        .is = money_known((struct money){ balance - nano }),
        .at = at,
    };
}

static void days_are_the_sums_of_their_hours_and_both_of_the_entries(void **state)
{
    struct place *p = *state;
    struct random random = random_seeded(7);
    int64_t balance = 900 * NANO_PER_USD, spent = 0;
    unix_s at = START;
    open_store(p);
    add_token(p, (struct money){ balance });
    for (int i = 0; i < 300; i++) {
        unix_s since = at;
        int64_t nano = 1 + (int64_t)(random_unit(&random) * 1e9);
        at += 60 + (int64_t)(random_unit(&random) * (i % 50 ? 2000 : 3 * DAY_S));
        book(p, spend(balance, nano, since, at));
        balance -= nano;
        spent += nano;
    }
    assert_int_equal(ask(p, "SELECT sum(spent_nano) FROM hourly"), spent);
    assert_int_equal(ask(p, "SELECT sum(spent_nano) FROM daily"), spent);
    assert_int_equal(ask(p,
                         "SELECT count(*) FROM daily d WHERE spent_nano <> (SELECT sum(spent_nano) "
                         "FROM hourly h "
                         "WHERE h.token = d.token AND h.hour >= d.day AND h.hour < d.day + 86400)"),
                     0);
    assert_int_equal(ask(p, "SELECT min(low_nano) FROM daily"), balance);
    assert_int_equal(ask(p, "SELECT max(high_nano) FROM daily"), 900 * NANO_PER_USD);
}

static void a_rise_counts_where_it_was_seen_and_levels_tell_both_of_its_ends(void **state)
{
    struct place *p = *state;
    open_store(p);
    add_token(p, (struct money){ 4 });
    book(p,
         (struct change){
             .entries = { { ENTRY_TOPUP, { 50 }, START + 10, START + DAY_S } },
             .entry_count = 1,
             .was = money_known((struct money){ 4 }),
             .is = money_known((struct money){ 54 }),
             .at = START + DAY_S,
         });
    /* a reset at eleven at night, and what was spent since, told two hours later */
    unix_s midnight = START + DAY_S + 23 * HOUR_S;
    book(p,
         (struct change){
             .entries = { { ENTRY_RESET, { 46 }, START + DAY_S, midnight },
                          { ENTRY_CONSUMPTION, { 8 }, midnight, midnight + 2 * HOUR_S } },
             .entry_count = 2,
             .was = money_known((struct money){ 54 }),
             .is = money_known((struct money){ 92 }),
             .at = midnight + 2 * HOUR_S,
         });
    assert_int_equal(ask(p, "SELECT count(*) FROM daily"), 2);
    assert_int_equal(ask(p, "SELECT topup_nano FROM daily WHERE day = 1767312000"), 50);
    assert_int_equal(ask(p, "SELECT reset_nano FROM daily WHERE day = 1767312000"), 46);
    assert_int_equal(ask(p, "SELECT spent_nano FROM daily WHERE day = 1767312000"), 4);
    assert_int_equal(ask(p, "SELECT spent_nano FROM daily WHERE day = 1767398400"), 4);
    assert_int_equal(ask(p, "SELECT low_nano FROM daily WHERE day = 1767312000"), 4);
    assert_int_equal(ask(p, "SELECT high_nano FROM daily WHERE day = 1767398400"), 92);
    assert_int_equal(ask(p, "SELECT topup_nano FROM hourly WHERE hour = 1767312000"), 50);
    assert_int_equal(ask(p, "SELECT reset_nano FROM hourly WHERE hour = 1767312000 + 23 * 3600"),
                     46);
}

static void what_consumption_told_is_counted_apart_from_what_balances_told(void **state)
{
    struct place *p = *state;
    struct fault why;
    struct entry told = { ENTRY_CONSUMPTION, { 30 }, START, START + DAY_S };
    open_store(p);
    add_token(p, (struct money){ 100 });
    book(p, spend(100, 10, START + HOUR_S, START + 2 * HOUR_S));
    check(store_begin(p->store, &why)
              && store_book_usage(p->store, p->fleet.tokens[0].id, &told, &why),
          &why);
    commit(p);
    assert_int_equal(ask(p, "SELECT spent_nano FROM daily"), 40);
    assert_int_equal(ask(p, "SELECT usage_nano FROM daily"), 30);
    assert_int_equal(ask(p, "SELECT sum(usage_nano) FROM hourly"), 30);
}

/* The older of them have no hours: nothing looks back so far by hour. */
static void what_was_spent_in_a_gap_of_any_length_is_spread_evenly_over_its_days(void **state)
{
    static const int64_t days[] = { 2, 7, 9, 30, 400, 3000 };
    struct place *p = *state;
    unix_s at = START;
    open_store(p);
    add_token(p, (struct money){ INT64_MAX });
    for (size_t i = 0; i < COUNT(days); i++) {
        char sql[256];
        unix_s since = at, until = at + days[i] * DAY_S;
        at = until;
        book(p, spend(INT64_MAX, days[i] * 1000 + 5, since, until));
        snprintf(sql, sizeof sql,
                 "SELECT count(*) FROM daily WHERE day >= %lld AND day < %lld AND spent_nano NOT"
                 " BETWEEN 1000 AND 1003",
                 (long long)since, (long long)until);
        assert_int_equal(ask(p, sql), 0);
        snprintf(sql, sizeof sql,
                 "SELECT sum(spent_nano) FROM daily WHERE day >= %lld AND day < %lld",
                 (long long)since, (long long)until);
        assert_int_equal(ask(p, sql), days[i] * 1000 + 5);
        snprintf(sql, sizeof sql, "SELECT amount_nano FROM gap WHERE since = %lld AND until = %lld",
                 (long long)since, (long long)until);
        assert_int_equal(ask(p, sql), days[i] * 1000 + 5);
    }
    assert_int_equal(
        ask(p,
            "SELECT count(*) FROM daily d WHERE spent_nano <> (SELECT nullif(sum(spent_nano), 0)"
            " FROM hourly h WHERE h.token = d.token AND h.hour >= d.day AND h.hour < d.day + "
            "86400)"),
        0);
    assert_in_range(ask(p, "SELECT max(spent_nano) FROM hourly"), 1, 50);
}

static void sums_beyond_all_money_stay_at_the_end_of_their_range(void **state)
{
    struct place *p = *state;
    struct fault why;
    const struct entry told = { ENTRY_CONSUMPTION, { INT64_MAX }, START, START + DAY_S };
    open_store(p);
    add_token(p, (struct money){ 0 });
    for (int i = 0; i < 3; i++) {
        book(p, spend(0, INT64_MAX, START, START + HOUR_S));
        book(p,
             (struct change){
                 .entries = { { ENTRY_TOPUP, { INT64_MAX }, START, START + 10 },
                              { ENTRY_RESET, { -INT64_MAX }, START, START + 10 } },
                 .entry_count = 2,
                 .at = START + 10,
             });
        check(store_begin(p->store, &why)
                  && store_book_usage(p->store, p->fleet.tokens[0].id, &told, &why),
              &why);
        commit(p);
    }
    assert_int_equal(ask(p, "SELECT max(spent_nano) FROM daily"), INT64_MAX);
    assert_int_equal(ask(p, "SELECT max(topup_nano) FROM daily"), INT64_MAX);
    assert_true(ask(p, "SELECT min(reset_nano) FROM daily") <= -INT64_MAX);
    assert_int_equal(ask(p, "SELECT max(usage_nano) FROM daily"), INT64_MAX);
}

/* Spends for a while, then something that never was, and takes it back: nothing of it is left in
 * any sum. */
static void what_is_taken_back_leaves_no_trace_in_the_sums(void **state)
{
    struct place *p = *state;
    struct random random = random_seeded(3);
    struct fault why;
    struct reversal r;
    unix_s at = START;
    open_store(p);
    add_token(p, (struct money){ 900 * NANO_PER_USD });
    int64_t token = p->fleet.tokens[0].id, balance = 900 * NANO_PER_USD, first = 0;
    for (int i = 0; i < 40; i++, at += 1800) {
        int64_t nano = 1 + (int64_t)(random_unit(&random) * 1e9);
        book(p, spend(balance, nano, at - 1800, at));
        balance -= i < 20 ? nano : 0;
        if (i == 19)
            first = ask(p, "SELECT max(id) + 1 FROM poll");
    }
    book(p,
         (struct change){
             .entries = { { ENTRY_TOPUP, { 50 }, at - 60, at } }, .entry_count = 1, .at = at });
    check(store_begin(p->store, &why) && store_bookings_since(p->store, token, first, &r, &why)
              && store_reverse(p->store, token, first, &why),
          &why);
    commit(p);
    assert_int_equal(r.count, 21);
    free(r.at);
    assert_int_equal(ask(p, "SELECT sum(spent_nano) FROM hourly"), 900 * NANO_PER_USD - balance);
    assert_int_equal(ask(p, "SELECT sum(spent_nano) FROM daily"), 900 * NANO_PER_USD - balance);
    assert_int_equal(ask(p, "SELECT count(*) FROM hourly WHERE spent_nano < 0 OR topup_nano <> 0"),
                     0);
    assert_int_equal(ask(p, "SELECT sum(amount_nano) FROM booking WHERE kind = 0"),
                     900 * NANO_PER_USD - balance);
    assert_int_equal(ask(p, "SELECT count(*) FROM entry WHERE kind = 'correction'"), 21);
    assert_int_equal(ask(p, "SELECT count(*) FROM entry WHERE kind = 'topup'"), 0);
}

static void a_reading_that_is_held_and_a_leap_are_there_again_after_a_start(void **state)
{
    struct place *p = *state;
    struct fault why;
    struct token_set loaded;
    struct orphan_alerts orphans = { 0 };
    struct rule_set none = { 0 };
    open_store(p);
    add_token(p, (struct money){ 98 * NANO_PER_USD });
    struct token *t = &p->fleet.tokens[0];
    t->seen_at = START;
    token_own_doubt(t)->held =
        (struct held){ .at = START + 300, .poll = 1, .balance = money_known((struct money){ 0 }) };
    t->doubt->leap = (struct leap){ .poll = 1,
                                    .since = START - 60,
                                    .from = { 7 },
                                    .full = money_known((struct money){ 9 }),
                                    .pace_nano_per_h = 11 };
    begin_poll(p, START + 300);
    check(store_put_token(p->store, t, &why) && store_put_doubt(p->store, t, &why), &why);
    commit(p);
    check(store_load_tokens(p->store, p->account, &none, &loaded, &orphans, &why), &why);
    const struct token *l = &loaded.tokens[0];
    assert_int_equal(l->seen_at, START); /* not the later poll, which it was not believed in */
    assert_true(l->doubt->held.at == START + 300 && l->doubt->held.poll == 1);
    assert_true(l->doubt->held.balance.known && l->doubt->held.balance.is.nano == 0);
    assert_true(l->doubt->leap.poll == 1 && l->doubt->leap.from.nano == 7
                && l->doubt->leap.full.is.nano == 9 && l->doubt->leap.readings == 1);
    assert_int_equal(l->doubt->leap.pace_nano_per_h, 11);
    token_set_done(&loaded);
    orphan_alerts_done(&orphans);

    for (int i = 0; i < LEAP_READINGS; i++) {
        begin_poll(p, START + 360 + 60 * i);
        commit(p);
    }
    check(store_load_tokens(p->store, p->account, &none, &loaded, &orphans, &why), &why);
    assert_true(token_is_held(&loaded.tokens[0])); /* while the leap has ended by itself */
    assert_int_equal(token_leap(&loaded.tokens[0]).poll, 0);
    token_set_done(&loaded);
    orphan_alerts_done(&orphans);

    t->doubt->held.at = TIME_NONE;
    t->doubt->leap.poll = 0;
    check(store_begin(p->store, &why) && store_put_doubt(p->store, t, &why), &why);
    commit(p);
    assert_int_equal(ask(p, "SELECT count(*) FROM doubt"), 0);
}

static void a_database_from_before_the_sums_gets_them_from_its_rows(void **state)
{
    static const char rows[] =
        "INSERT INTO account VALUES (1, 'main', 300, NULL);"
        "INSERT INTO token VALUES (1, 1, 'prod-billing-api', 1, 'prod-billing-api', 1767225600, "
        "NULL);"
        "INSERT INTO poll VALUES (1, 1, 1767225600, 'ok', 200, NULL, 1, 1, 0, 0, 0),"
        "                        (2, 1, 1767229200, 'ok', 200, NULL, 1, 1, 0, 0, 0),"
        "                        (3, 1, 1767312000, 'ok', 200, NULL, 1, 1, 0, 0, 0);"
        "INSERT INTO snapshot VALUES (1, 1, 'api_token', 100, 1, NULL, 'none', NULL),"
        "                            (2, 1, 'api_token', 70, 1, NULL, 'none', NULL),"
        "                            (3, 1, 'api_token', 170, 1, NULL, 'none', NULL);"
        "INSERT INTO entry VALUES (2, 1, 0, 'consumption', 30, 1767225600), (3, 1, 0, 'topup', "
        "100, 1767229200);"
        "INSERT INTO hourly VALUES (1, 1767225600, 30);"
        "PRAGMA application_id = 1164075553; PRAGMA user_version = 2;";
    struct place *p = *state;
    struct sqlite *db;
    struct fault why;
    check(sqlite_connect(p->path, SQLITE_ACCESS_WRITE, &db, &why), &why);
    check(sqlite_run(db, sql_migrations[0], &why) && sqlite_run(db, sql_migrations[1], &why)
              && sqlite_run(db, rows, &why),
          &why);
    sqlite_disconnect(db);

    open_store(p);
    assert_int_equal(ask(p, "SELECT spent_nano FROM daily WHERE day = 1767225600"), 30);
    assert_int_equal(ask(p, "SELECT low_nano FROM daily WHERE day = 1767225600"), 70);
    assert_int_equal(ask(p, "SELECT high_nano FROM daily WHERE day = 1767225600"), 100);
    assert_int_equal(ask(p, "SELECT topup_nano FROM daily WHERE day = 1767312000"), 100);
    assert_int_equal(ask(p, "SELECT topup_nano FROM hourly WHERE hour = 1767312000"), 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(days_are_the_sums_of_their_hours_and_both_of_the_entries,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_rise_counts_where_it_was_seen_and_levels_tell_both_of_its_ends, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            what_consumption_told_is_counted_apart_from_what_balances_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            what_was_spent_in_a_gap_of_any_length_is_spread_evenly_over_its_days, set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(sums_beyond_all_money_stay_at_the_end_of_their_range,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_taken_back_leaves_no_trace_in_the_sums, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            a_reading_that_is_held_and_a_leap_are_there_again_after_a_start, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_database_from_before_the_sums_gets_them_from_its_rows,
                                        set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
