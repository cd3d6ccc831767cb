/* What is wanted against what is there: which steps come out, and which fields they touch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/plan.h"

enum { NOON = 1800000000 };

static struct maybe_money usd(int64_t whole)
{
    return money_known((struct money){ whole * NANO_PER_USD });
}

static struct reading budgeted(const char *name, int64_t whole)
{
    return (struct reading){ .name = name, .type = "api_token", .balance = usd(whole), .budgeted = true,
                             .expires = TIME_NONE };
}

static struct wanted_token wants(const char *name, struct wish wish)
{
    return (struct wanted_token){ .name = (char *)(uintptr_t)name, .wish = wish };
}

static struct wish budget_of(int64_t whole)
{
    struct wish w = { .wanted = { .balance = usd(whole), .budgeted = true } };
    w.given[WISH_BALANCE] = w.given[WISH_BUDGET] = true;
    return w;
}

static void steps_come_in_the_order_of_kinds_then_of_names(void **state)
{
    (void)state;
    const struct wish nothing = { .given = { false } };
    struct wanted_token wanted[] = { wants("new-b", budget_of(5)), wants("gone", nothing),
                                     wants("new-a", budget_of(5)), wants("never-was", nothing),
                                     wants("free", budget_of(5)), wants("same", budget_of(5)) };
    wanted[1].absent = wanted[3].absent = true;
    struct reading readings[] = { budgeted("same", 3), budgeted("stranger", 1), budgeted("gone", 1),
                                  { .name = "free", .type = "api_token", .expires = TIME_NONE } };
    static const struct {
        enum plan_kind kind;
        const char *name;
    } expected[] = { { PLAN_CREATE, "new-a" }, { PLAN_CREATE, "new-b" }, { PLAN_CHANGE, "free" },
                     { PLAN_DELETE, "gone" }, { PLAN_SAME, "same" }, { PLAN_UNKNOWN, "stranger" } };
    struct plan p;
    plan_make(wanted, COUNT(wanted), readings, COUNT(readings), &p);
    assert_int_equal(p.count, COUNT(expected));
    for (size_t i = 0; i < p.count; i++) {
        assert_int_equal(p.steps[i].kind, expected[i].kind);
        assert_string_equal(p.steps[i].name, expected[i].name);
    }
    assert_true(plan_has_work(&p));
    plan_done(&p);
}

static void a_burning_balance_is_no_difference_and_a_creation_has_it(void **state)
{
    (void)state;
    struct wanted_token wanted[] = { wants("a", budget_of(50)), wants("b", budget_of(50)) };
    struct reading readings[] = { budgeted("a", 12) };
    struct plan p;
    plan_make(wanted, COUNT(wanted), readings, COUNT(readings), &p);
    assert_int_equal(p.of_kind[PLAN_SAME], 1);
    assert_int_equal(p.steps[0].kind, PLAN_CREATE);
    assert_true(p.steps[0].wish.given[WISH_BALANCE]);
    plan_done(&p);
}

static void what_the_list_does_not_know_is_no_work(void **state)
{
    (void)state;
    struct reading readings[] = { budgeted("a", 12) };
    struct plan p;
    plan_make(NULL, 0, readings, 1, &p);
    assert_int_equal(p.of_kind[PLAN_UNKNOWN], 1);
    assert_false(plan_has_work(&p));
    plan_done(&p);
    plan_make(NULL, 0, NULL, 0, &p);
    assert_int_equal(p.count, 0);
    plan_done(&p);
}

static void a_change_names_what_differs_and_an_amount_brings_its_period(void **state)
{
    (void)state;
    struct wanted_token w = wants("a", budget_of(1));
    w.wish.wanted.period = RESET_WEEKLY;
    w.wish.wanted.reset_amount = usd(20);
    w.wish.wanted.expires = NOON;
    w.wish.given[WISH_PERIOD] = w.wish.given[WISH_AMOUNT] = w.wish.given[WISH_EXPIRES] = true;
    struct reading is = budgeted("a", 12);
    is.period = RESET_WEEKLY;
    is.reset_amount = usd(10);
    is.expires = NOON;
    struct plan p;
    plan_make(&w, 1, &is, 1, &p);
    static const bool expected[WISH_FIELDS] = { [WISH_PERIOD] = true, [WISH_AMOUNT] = true };
    assert_int_equal(p.steps[0].kind, PLAN_CHANGE);
    assert_memory_equal(p.steps[0].wish.given, expected, sizeof expected);
    plan_done(&p);
}

static void what_is_wished_for_and_done_leaves_nothing_to_wish(void **state)
{
    (void)state;
    struct reading r = budgeted("a", 7);
    r.period = RESET_MONTHLY;
    r.reset_amount = usd(9);
    r.expires = NOON;
    struct wish w = wish_from_reading(&r), rest = wish_unfulfilled(&w, &r);
    assert_false(wish_is_empty(&w));
    assert_true(wish_is_empty(&rest));
    assert_false(wish_lowers(&w, &r));
}

static void less_money_less_time_or_a_new_limit_is_lowering(void **state)
{
    (void)state;
    struct reading is = budgeted("a", 10);
    is.expires = NOON;
    is.period = RESET_WEEKLY;
    is.reset_amount = usd(10);
    struct reading open = { .type = "api_token", .expires = TIME_NONE };
    const struct {
        enum wish_field field;
        struct reading wanted, is;
        bool lowers;
    } rows[] = {
        { WISH_BALANCE, { .balance = usd(9) }, is, true },
        { WISH_BALANCE, { .balance = usd(11) }, is, false },
        { WISH_BALANCE, { .balance = usd(1) }, open, false },
        { WISH_BUDGET, { .budgeted = true }, open, true },
        { WISH_BUDGET, { .budgeted = false }, is, false },
        { WISH_EXPIRES, { .expires = NOON - 1 }, is, true },
        { WISH_EXPIRES, { .expires = NOON + 1 }, is, false },
        { WISH_EXPIRES, { .expires = NOON }, open, true },
        { WISH_EXPIRES, { .expires = TIME_NONE }, is, false },
        { WISH_PERIOD, { .period = RESET_NONE }, is, true },
        { WISH_PERIOD, { .period = RESET_MONTHLY }, is, true },
        { WISH_PERIOD, { .period = RESET_DAILY }, is, false },
        { WISH_AMOUNT, { .reset_amount = usd(9) }, is, true },
        { WISH_AMOUNT, { .reset_amount = usd(11) }, is, false },
        { WISH_TYPE, { .type = "sandbox_api_token" }, is, true },
        { WISH_TYPE, { .type = "api_token" }, is, false },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct wish w = { .wanted = rows[i].wanted };
        w.given[rows[i].field] = true;
        if (wish_lowers(&w, &rows[i].is) != rows[i].lowers)
            fail_msg("row %zu", i);
    }
}

static void an_amount_is_exact_or_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t nano; /* INT64_MIN: refused */
    } rows[] = {
        { "50", 50 * NANO_PER_USD }, { "0.000000001", 1 }, { "-1.5", -3 * NANO_PER_USD / 2 },
        { "99999.999999999", 99999999999999 }, { "00012.50", 25 * NANO_PER_USD / 2 },
        { "100000", INT64_MIN }, { "0.0000000001", INT64_MIN }, { "1e3", INT64_MIN }, { "+1", INT64_MIN },
        { "", INT64_MIN }, { "-", INT64_MIN }, { "1.", INT64_MIN }, { ".5", INT64_MIN }, { "1,5", INT64_MIN },
        { "5 ", INT64_MIN }, { "NaN", INT64_MIN },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct money amount = { INT64_MIN };
        struct fault why;
        bool ok = wish_parse_amount(span_of(rows[i].text), &amount, &why);
        if (ok != (rows[i].nano != INT64_MIN) || amount.nano != rows[i].nano)
            fail_msg("\"%s\"", rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_come_in_the_order_of_kinds_then_of_names),
        cmocka_unit_test(a_burning_balance_is_no_difference_and_a_creation_has_it),
        cmocka_unit_test(what_the_list_does_not_know_is_no_work),
        cmocka_unit_test(a_change_names_what_differs_and_an_amount_brings_its_period),
        cmocka_unit_test(what_is_wished_for_and_done_leaves_nothing_to_wish),
        cmocka_unit_test(less_money_less_time_or_a_new_limit_is_lowering),
        cmocka_unit_test(an_amount_is_exact_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
