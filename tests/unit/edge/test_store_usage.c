/* Consumption in the store: a day is what the last answer said of it, a name is whom it was on that
 * day, and what is booked into the sums is booked once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "edge/store.h"
#include "store_scene.h"

static const struct rule_set no_rules = { 0 };

/* Every test begins within a poll's transaction. */
static int begin(void **state)
{
    set_up(state);
    open_store(*state);
    begin_poll(*state, START);
    return 0;
}

/* What the store says once all of it is committed. */
static int64_t told(struct place *p, const char *sql)
{
    struct fault why;
    commit(p);
    int64_t value = ask(p, sql);
    check(store_begin(p->store, &why), &why);
    return value;
}

static struct token *add_token(struct place *p, const char *name, bool budgeted, unix_s at)
{
    struct fault why;
    struct token *t = token_set_add(&p->fleet, name);
    t->last.balance = money_known((struct money){ INT64_C(50000000000) });
    t->last.budgeted = budgeted;
    t->seen_at = at;
    burn_seen(&t->burn, at);
    check(store_add_token(p->store, p->account, t, at, &why) && store_put_token(p->store, t, &why),
          &why);
    return t;
}

static void delete_token(struct place *p, struct token *t, unix_s at)
{
    struct fault why;
    check(store_delete_token(p->store, t, at, TIME_NONE, &why), &why);
    token_set_remove(&p->fleet, t);
}

static void say(struct place *p, const char *payer, int64_t day, const char *feature, int64_t nano)
{
    struct usage_line l = {
        .day = START + day * DAY_S,
        .payer = intern_number(&p->book.payers, span_of(payer)),
        .feature = intern_number(&p->book.words, span_of(feature)),
        .provider = USAGE_WHOLE,
        .cost = { nano },
        .calls = 7,
    };
    usage_add(&p->book, &l);
    l.provider = intern_number(&p->book.words, span_of("openai"));
    l.calls = 0;
    usage_add(&p->book, &l);
}

/* What was said becomes the truth about days `from` to `to`. */
static void replace(struct place *p, int64_t from, int64_t to)
{
    struct fault why;
    struct usage_range range = { START + from * DAY_S, START + to * DAY_S };
    unix_s until = START + (to + 1) * DAY_S;
    const struct usage_told told = { &p->book, range, until, until };
    check(store_replace_usage(p->store, p->account, &told, &why), &why);
    usage_done(&p->book);
}

static void a_day_read_again_is_replaced_with_all_that_vanished(void **state)
{
    struct place *p = *state;
    add_token(p, "a", false, START);
    say(p, "a", 0, "llm__chat", 100);
    say(p, "a", 0, "ocr__ocr", 30);
    say(p, "a", 1, "llm__chat", 5);
    replace(p, 0, 1);
    say(p, "a", 1, "llm__chat", 4);
    say(p, "a", 0, "llm__chat", 999); /* outside of what was asked for */
    replace(p, 1, 1);
    assert_int_equal(told(p, "SELECT sum(cost_nano) FROM usage"), 134);
    assert_int_equal(told(p, "SELECT count(*) FROM usage_provider"), 3);
    replace(p, 0, 0);
    assert_int_equal(told(p, "SELECT sum(cost_nano) FROM usage"), 4);
    assert_int_equal(told(p, "SELECT sum(calls) FROM usage"), 7);
}

/* Of one feature of the token "a". */
static int64_t total(struct place *p, const char *feature, const char *column)
{
    struct text sql = { 0 };
    text_addf(&sql,
              "SELECT coalesce(sum(%s), -1) FROM usage_total u JOIN word w ON w.id = u.feature"
              " WHERE w.text = '%s'",
              column, feature);
    int64_t value = told(p, text_z(&sql));
    text_done(&sql);
    return value;
}

static void totals_are_the_sum_of_all_days_and_what_was_told_of_them_never_falls(void **state)
{
    struct place *p = *state;
    add_token(p, "a", false, START);
    assert_int_equal(total(p, "llm__chat", "told_nano"), -1);
    say(p, "a", 0, "llm__chat", 100);
    say(p, "a", 1, "llm__chat", 5);
    say(p, "a", 1, "ocr__ocr", 30);
    replace(p, 0, 1);
    assert_int_equal(total(p, "llm__chat", "told_nano"), 105);
    assert_int_equal(total(p, "ocr__ocr", "told_nano"), 30);
    say(p, "a", 1, "llm__chat", 2); /* corrected, and the other is gone */
    replace(p, 1, 1);
    assert_int_equal(total(p, "llm__chat", "cost_nano"), 102);
    assert_int_equal(total(p, "llm__chat", "told_nano"), 105);
    assert_int_equal(total(p, "ocr__ocr", "cost_nano"), 0);
    assert_int_equal(total(p, "ocr__ocr", "told_nano"), 30);
    say(p, "a", 1, "llm__chat", 2);
    say(p, "a", 2, "llm__chat", 10);
    replace(p, 1, 2);
    assert_int_equal(total(p, "llm__chat", "told_nano"), 112);
    assert_int_equal(told(p, "SELECT sum(cost_nano) FROM usage_total"),
                     told(p, "SELECT sum(cost_nano) FROM usage_provider"));
}

static void what_is_known_grows_from_its_first_day_to_the_last_answer(void **state)
{
    struct place *p = *state;
    struct fault why;
    struct usage_known known;
    check(store_usage_known(p->store, p->account, &known, &why), &why);
    assert_true(known.from == TIME_NONE && known.until == TIME_NONE);
    check(store_set_usage_reason(p->store, p->account, "HTTP 502", &why), &why);
    assert_int_equal(told(p, "SELECT usage_reason = 'HTTP 502' FROM account"), 1);
    replace(p, 3, 5);
    replace(p, 5, 6);
    check(store_usage_known(p->store, p->account, &known, &why), &why);
    assert_int_equal(known.from, START + 3 * DAY_S);
    assert_int_equal(known.until, START + 7 * DAY_S);
    assert_int_equal(told(p, "SELECT usage_reason IS NULL FROM account"), 1);
}

static void a_name_is_the_generation_that_lived_on_that_day(void **state)
{
    struct place *p = *state;
    struct token *t = add_token(p, "a", true, START + 2 * DAY_S + 100);
    int64_t first = t->id;
    delete_token(p, t, START + 4 * DAY_S);
    int64_t second = add_token(p, "a", true, START + 6 * DAY_S + 5000)->id;
    assert_true(first != second);
    for (int64_t day = 0; day < 9; day++)
        say(p, "a", day, "x__y", 1);
    replace(p, 0, 8);
    assert_int_equal(
        told(p,
             "SELECT count(*) FROM usage u JOIN token t ON t.id = u.token WHERE t.generation = 1"),
        6);
    assert_int_equal(
        told(
            p,
            "SELECT min(u.day) FROM usage u JOIN token t ON t.id = u.token WHERE t.generation = 2"),
        START + 6 * DAY_S);
}

static void the_day_of_a_rebirth_is_counted_once(void **state)
{
    struct place *p = *state;
    struct token *t = add_token(p, "a", false, START);
    say(p, "a", 1, "x__y", 10);
    replace(p, 1, 1);
    delete_token(p, t, START + DAY_S + 3600);
    add_token(p, "a", false, START + DAY_S + 7200);
    say(p, "a", 1, "x__y", 12);
    replace(p, 1, 1);
    assert_int_equal(told(p, "SELECT sum(cost_nano) FROM usage"), 12);
}

static void refuse(struct place *p, const char *payer, int64_t day)
{
    struct fault why;
    fault(&why, FAULT_REJECT, "a reason");
    usage_refuse(&p->book, &why);
    usage_add_gap(&p->book, payer ? intern_number(&p->book.payers, span_of(payer)) : USAGE_NOBODY,
                  day < 0 ? TIME_NONE : START + day * DAY_S);
}

static void a_day_that_could_not_be_read_is_marked_and_keeps_what_was_known_of_it(void **state)
{
    struct place *p = *state;
    int64_t a = add_token(p, "a", false, START)->id;
    add_token(p, "b", false, START);
    say(p, "a", 0, "llm__chat", 100);
    say(p, "a", 1, "llm__chat", 200);
    say(p, "b", 1, "llm__chat", 1000);
    replace(p, 0, 1);
    say(p, "a", 0, "llm__chat", 101);
    say(p, "b", 0, "llm__chat", 5);
    refuse(p, "a", 1);  /* of the second day another line could not be read */
    refuse(p, "b", -1); /* a date of b's: of a day that it tells nothing of */
    replace(p, 0, 1);
    assert_int_equal(told(p, "SELECT sum(cost_nano) FROM usage"), 101 + 5 + 200 + 1000);
    assert_int_equal(told(p, "SELECT count(*) FROM usage_gap"), 2);
    assert_int_equal(told(p, "SELECT token FROM usage_gap ORDER BY token LIMIT 1"), a);
    assert_int_equal(told(p, "SELECT min(day) FROM usage_gap"), START + DAY_S);
    assert_int_equal(told(p, "SELECT usage_reason LIKE '2 usage lines%a reason' FROM account"), 1);
    refuse(p, NULL, -1); /* somebody's, nobody knows whose: nothing that is known is given up */
    replace(p, 0, 1);
    assert_int_equal(told(p, "SELECT sum(cost_nano) FROM usage"), 101 + 5 + 200 + 1000);
    say(p, "a", 1, "llm__chat", 7);
    replace(p, 0, 1);
    assert_int_equal(told(p, "SELECT sum(cost_nano) FROM usage"), 7);
    assert_int_equal(told(p, "SELECT count(*) FROM usage_gap"), 0);
    assert_int_equal(told(p, "SELECT usage_reason IS NULL FROM account"), 1);
}

static void what_a_clock_that_was_ahead_claimed_to_know_is_taken_back(void **state)
{
    struct place *p = *state;
    struct usage_known known;
    struct fault why;
    replace(p, 9, 10); /* ten days ahead */
    replace(p, 0, 1);
    check(store_usage_known(p->store, p->account, &known, &why), &why);
    assert_int_equal(known.until, START + 2 * DAY_S);
}

static void sums_of_consumption_beyond_all_money_end_nothing(void **state)
{
    struct place *p = *state;
    struct fault why;
    struct unbooked_list list;
    const struct usage_range range = { START, START };
    add_token(p, "a", false, START);
    for (int i = 0; i < 4; i++) {
        char feature[] = "f__0";
        feature[3] = (char)('0' + i);
        say(p, "a", 0, feature, i == 3 ? -INT64_MAX : INT64_MAX);
    }
    replace(p, 0, 0);
    check(store_unbooked_usage(p->store, p->account, range, START, &list, &why), &why);
    assert_int_equal(list.count, 1);
    assert_int_equal(list.at[0].more.nano, INT64_MAX);
    free(list.at);
}

static void payers_that_no_list_showed_keep_their_names_and_are_gone(void **state)
{
    struct place *p = *state;
    say(p, "old-one", 0, "x__y", 10);
    say(p, USAGE_MAIN_KEY, 0, "x__y", 3);
    replace(p, 0, 0);
    assert_int_equal(told(p,
                          "SELECT count(*) FROM token WHERE name = 'old-one' AND kind = 'token'"
                          " AND deleted_at IS NOT NULL"),
                     1);
    assert_int_equal(
        told(p,
             "SELECT cost_nano FROM usage u JOIN token t ON t.id = u.token WHERE t.kind = 'key'"),
        3);
    struct token_set f;
    struct orphan_alerts o;
    struct fault why;
    check(store_load_tokens(p->store, p->account, &no_rules, &f, &o, &why), &why);
    assert_int_equal(f.count, 0);
    token_set_done(&f);
    orphan_alerts_done(&o);
}

static void a_token_told_of_before_it_was_listed_is_the_same_one(void **state)
{
    struct place *p = *state;
    say(p, "new", 4, "x__y", 10);
    replace(p, 4, 5);
    add_token(p, "new", true, START + 5 * DAY_S + 60);
    assert_int_equal(
        told(p, "SELECT count(*) FROM token WHERE name = 'new' AND deleted_at IS NULL"), 1);
    assert_int_equal(told(p, "SELECT count(*) FROM token WHERE name = 'new'"), 1);
}

static void a_name_that_had_stopped_spending_comes_back_as_a_new_generation(void **state)
{
    struct place *p = *state;
    say(p, "back", 2, "x__y", 10);
    replace(p, 0, 4);
    add_token(p, "back", true, START + 5 * DAY_S);
    assert_int_equal(told(p, "SELECT max(generation) FROM token WHERE name = 'back'"), 2);
    say(p, "back", 2, "x__y", 10);
    say(p, "back", 5, "x__y", 1);
    replace(p, 2, 5);
    assert_int_equal(told(p,
                          "SELECT sum(cost_nano) FROM usage u JOIN token t ON t.id = u.token"
                          " WHERE t.generation = 1"),
                     10);
}

static void a_token_may_be_called_like_the_main_key(void **state)
{
    struct place *p = *state;
    say(p, USAGE_MAIN_KEY, 0, "x__y", 3);
    replace(p, 0, 0);
    struct token *t = add_token(p, USAGE_MAIN_KEY, true, START + DAY_S + 3600);
    assert_string_equal(t->slug, USAGE_MAIN_KEY);
    for (int64_t day = 0; day < 4; day++)
        say(p, USAGE_MAIN_KEY, day, "x__y", 3);
    replace(p, 0, 3);
    static const char days[] =
        "SELECT sum(1 << (u.day / 86400 - %d)) FROM usage u JOIN token t ON t.id = u.token"
        " WHERE t.kind = '%s'";
    char sql[256];
    snprintf(sql, sizeof sql, days, (int)(START / DAY_S), "key");
    assert_int_equal(told(p, sql), 1 << 0); /* before there was the token */
    snprintf(sql, sizeof sql, days, (int)(START / DAY_S), "token");
    assert_int_equal(told(p, sql), 1 << 1 | 1 << 2 | 1 << 3);
    delete_token(p, t, START + 3 * DAY_S);
    for (int64_t day = 0; day < 4; day++)
        say(p, USAGE_MAIN_KEY, day, "x__y", 3);
    replace(p, 0, 3);
    assert_int_equal(told(p, sql), 1 << 1 | 1 << 2);
}

/* Books all that is not booked yet, each at the end of its day; returns how much that was. */
static int64_t book_until(struct place *p, int64_t from, int64_t to, int64_t caught_up)
{
    struct fault why;
    struct unbooked_list list;
    int64_t sum = 0;
    struct usage_range range = { START + from * DAY_S, START + to * DAY_S };
    check(store_unbooked_usage(p->store, p->account, range, START + caught_up * DAY_S, &list, &why),
          &why);
    for (size_t i = 0; i < list.count; i++) {
        unix_s day = list.at[i].day;
        struct entry e = { ENTRY_CONSUMPTION, list.at[i].more, day, day + DAY_S };
        check(store_book_usage(p->store, list.at[i].token, &e, &why), &why);
        sum += list.at[i].more.nano;
    }
    free(list.at);
    return sum;
}

static int64_t book(struct place *p, int64_t from, int64_t to)
{
    return book_until(p, from, to, to + 1);
}

static void consumption_of_a_token_without_budget_is_booked_once(void **state)
{
    struct place *p = *state;
    add_token(p, "free", false, START);
    say(p, "free", 0, "x__y", 100);
    replace(p, 0, 0);
    assert_int_equal(book(p, 0, 0), 100);
    assert_int_equal(book(p, 0, 0), 0);
    say(p, "free", 0, "x__y", 70); /* corrected downwards */
    replace(p, 0, 0);
    assert_int_equal(book(p, 0, 0), 0);
    say(p, "free", 0, "x__y", 110);
    replace(p, 0, 0);
    assert_int_equal(book(p, 0, 0), 10);
    assert_int_equal(told(p, "SELECT sum(spent_nano) FROM hourly"), 110);
    assert_int_equal(told(p, "SELECT spent_nano FROM daily"), 110);
    assert_int_equal(told(p, "SELECT usage_nano FROM daily"), 110);
}

static void a_token_with_budget_is_booked_for_the_time_before_it_was_seen_alone(void **state)
{
    struct place *p = *state;
    add_token(p, "paid", true, START + 2 * DAY_S + HOUR_S);
    for (int64_t day = 0; day < 5; day++)
        say(p, "paid", day, "x__y", 10);
    replace(p, 0, 4);
    assert_int_equal(book(p, 0, 4), 30);
    say(p, "paid", 2, "x__y", 25); /* goes on after it was seen: the balance tells that */
    replace(p, 2, 2);
    assert_int_equal(book(p, 2, 2), 0);
}

static void spend(struct place *p, const struct token *t, int64_t nano, unix_s at)
{
    struct fault why;
    struct poll_row row = {
        .account = p->account, .at = at, .result = POLL_OK, .http_status = 200
    };
    struct change c = { .entries = { { ENTRY_CONSUMPTION, { nano }, at - 60, at } },
                        .entry_count = 1,
                        .at = at };
    check(store_add_poll(p->store, &row, &why) && store_add_change(p->store, t->id, &c, &why),
          &why);
}

static void what_a_life_spent_is_not_booked_again_to_the_next_one(void **state)
{
    struct place *p = *state;
    struct token *t = add_token(p, "paid", true, START);
    spend(p, t, 40, START + DAY_S + 3600);
    delete_token(p, t, START + DAY_S + 7200);
    add_token(p, "paid", true, START + DAY_S + 9000);
    t = add_token(p, "free", false, START);
    say(p, "free", 1, "x__y", 10);
    replace(p, 1, 1);
    assert_int_equal(book(p, 1, 1), 10);
    delete_token(p, t, START + DAY_S + 7200);
    add_token(p, "free", false, START + DAY_S + 9000);
    say(p, "paid", 1, "x__y", 43); /* three of them before the new one was seen */
    say(p, "free", 1, "x__y", 12);
    replace(p, 1, 1);
    assert_int_equal(book(p, 1, 1), 3 + 2);
    assert_int_equal(book(p, 1, 1), 0);
}

static void what_a_balance_has_yet_to_tell_is_left_to_it(void **state)
{
    struct place *p = *state;
    struct token *t = add_token(p, "paid", true, START + DAY_S + HOUR_S);
    spend(p, t, 40, START + DAY_S + 2 * HOUR_S);
    say(p, "paid", 0, "x__y", 7);
    say(p, "paid", 1, "x__y", 45); /* the next poll sees the balance fall by four of these five */
    replace(p, 0, 1);
    assert_int_equal(book_until(p, 0, 1, 1), 7);
    spend(p, t, 4, START + DAY_S + 3 * HOUR_S);
    assert_int_equal(book(p, 0, 1), 1);
    assert_int_equal(book(p, 0, 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_day_read_again_is_replaced_with_all_that_vanished, begin,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            totals_are_the_sum_of_all_days_and_what_was_told_of_them_never_falls, begin, tear_down),
        cmocka_unit_test_setup_teardown(what_is_known_grows_from_its_first_day_to_the_last_answer,
                                        begin, tear_down),
        cmocka_unit_test_setup_teardown(a_name_is_the_generation_that_lived_on_that_day, begin,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_day_of_a_rebirth_is_counted_once, begin, tear_down),
        cmocka_unit_test_setup_teardown(
            a_day_that_could_not_be_read_is_marked_and_keeps_what_was_known_of_it, begin,
            tear_down),
        cmocka_unit_test_setup_teardown(what_a_clock_that_was_ahead_claimed_to_know_is_taken_back,
                                        begin, tear_down),
        cmocka_unit_test_setup_teardown(sums_of_consumption_beyond_all_money_end_nothing, begin,
                                        tear_down),
        cmocka_unit_test_setup_teardown(payers_that_no_list_showed_keep_their_names_and_are_gone,
                                        begin, tear_down),
        cmocka_unit_test_setup_teardown(a_token_told_of_before_it_was_listed_is_the_same_one, begin,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            a_name_that_had_stopped_spending_comes_back_as_a_new_generation, begin, tear_down),
        cmocka_unit_test_setup_teardown(a_token_may_be_called_like_the_main_key, begin, tear_down),
        cmocka_unit_test_setup_teardown(consumption_of_a_token_without_budget_is_booked_once, begin,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            a_token_with_budget_is_booked_for_the_time_before_it_was_seen_alone, begin, tear_down),
        cmocka_unit_test_setup_teardown(what_a_life_spent_is_not_booked_again_to_the_next_one,
                                        begin, tear_down),
        cmocka_unit_test_setup_teardown(what_a_balance_has_yet_to_tell_is_left_to_it, begin,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
