/* What is wanted against what is there: which steps come out, and which fields they touch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "core/token_plan.h"

enum { NOON = 1800000000 };

static struct maybe_money usd(int64_t whole)
{
    return money_known((struct money){ whole * NANO_PER_USD });
}

static struct reading budgeted(const char *name, int64_t whole)
{
    return (struct reading){ .name = name,
                             .type = "api_token",
                             .balance = usd(whole),
                             .budgeted = true,
                             .expires = TIME_NONE };
}

static struct wanted_token wants(const char *name, struct token_spec wish)
{
    return (struct wanted_token){ .name = (char *)(uintptr_t)name, .wish = wish };
}

static struct token_spec budget_of(int64_t whole)
{
    struct token_spec w = { .wanted = { .balance = usd(whole), .budgeted = true } };
    w.given[SPEC_BALANCE] = w.given[SPEC_BUDGET] = true;
    return w;
}

static void steps_come_in_the_order_of_kinds_then_of_names(void **state)
{
    (void)state;
    const struct token_spec nothing = { .given = { false } };
    struct wanted_token wanted[] = { wants("new-b", budget_of(5)), wants("gone", nothing),
                                     wants("new-a", budget_of(5)), wants("never-was", nothing),
                                     wants("free", budget_of(5)),  wants("same", budget_of(5)) };
    wanted[1].absent = wanted[3].absent = true;
    struct reading readings[] = { budgeted("same", 3),
                                  budgeted("stranger", 1),
                                  budgeted("gone", 1),
                                  { .name = "free", .type = "api_token", .expires = TIME_NONE } };
    static const struct {
        enum token_plan_kind kind;
        const char *name;
    } expected[] = { { TOKEN_PLAN_CREATE, "new-a" }, { TOKEN_PLAN_CREATE, "new-b" },
                     { TOKEN_PLAN_CHANGE, "free" },  { TOKEN_PLAN_DELETE, "gone" },
                     { TOKEN_PLAN_SAME, "same" },    { TOKEN_PLAN_UNKNOWN, "stranger" } };
    struct token_plan p;
    token_plan_make(wanted, COUNT(wanted), readings, COUNT(readings), &p);
    assert_int_equal(p.count, COUNT(expected));
    for (size_t i = 0; i < p.count; i++) {
        assert_int_equal(p.steps[i].kind, expected[i].kind);
        assert_string_equal(p.steps[i].name, expected[i].name);
    }
    assert_true(token_plan_has_work(&p));
    token_plan_done(&p);
}

static void a_burning_balance_is_no_difference_and_a_creation_has_it(void **state)
{
    (void)state;
    struct wanted_token wanted[] = { wants("a", budget_of(50)), wants("b", budget_of(50)) };
    struct reading readings[] = { budgeted("a", 12) };
    struct token_plan p;
    token_plan_make(wanted, COUNT(wanted), readings, COUNT(readings), &p);
    assert_int_equal(p.of_kind[TOKEN_PLAN_SAME], 1);
    assert_int_equal(p.steps[0].kind, TOKEN_PLAN_CREATE);
    assert_true(p.steps[0].wish.given[SPEC_BALANCE]);
    token_plan_done(&p);
}

static void what_the_list_does_not_know_is_no_work(void **state)
{
    (void)state;
    struct reading readings[] = { budgeted("a", 12) };
    struct token_plan p;
    token_plan_make(NULL, 0, readings, 1, &p);
    assert_int_equal(p.of_kind[TOKEN_PLAN_UNKNOWN], 1);
    assert_false(token_plan_has_work(&p));
    token_plan_done(&p);
    token_plan_make(NULL, 0, NULL, 0, &p);
    assert_int_equal(p.count, 0);
    token_plan_done(&p);
}

static void a_change_names_what_differs_and_an_amount_brings_its_period(void **state)
{
    (void)state;
    struct wanted_token w = wants("a", budget_of(1));
    w.wish.wanted.period = RESET_WEEKLY;
    w.wish.wanted.reset_amount = usd(20);
    w.wish.wanted.expires = NOON;
    w.wish.given[SPEC_PERIOD] = w.wish.given[SPEC_AMOUNT] = w.wish.given[SPEC_EXPIRES] = true;
    struct reading is = budgeted("a", 12);
    is.period = RESET_WEEKLY;
    is.reset_amount = usd(10);
    is.expires = NOON;
    struct token_plan p;
    token_plan_make(&w, 1, &is, 1, &p);
    static const bool expected[SPEC_FIELDS] = { [SPEC_PERIOD] = true, [SPEC_AMOUNT] = true };
    assert_int_equal(p.steps[0].kind, TOKEN_PLAN_CHANGE);
    assert_memory_equal(p.steps[0].wish.given, expected, sizeof expected);
    token_plan_done(&p);
}

static void another_type_is_a_conflict_and_no_work_whatever_else_differs(void **state)
{
    (void)state;
    struct wanted_token w = wants("a", budget_of(1));
    snprintf(w.wish.wanted.type, sizeof w.wish.wanted.type, TYPE_FREE);
    w.wish.wanted.expires = NOON;
    w.wish.given[SPEC_TYPE] = w.wish.given[SPEC_EXPIRES] = true;
    struct reading is = budgeted("a", 12);
    struct token_plan p;
    token_plan_make(&w, 1, &is, 1, &p);
    assert_int_equal(p.steps[0].kind, TOKEN_PLAN_CONFLICT);
    assert_true(p.steps[0].wish.given[SPEC_TYPE] && p.steps[0].wish.given[SPEC_EXPIRES]);
    assert_false(token_plan_has_work(&p) || token_plan_is_fulfilled(&p));
    token_plan_done(&p);
}

static void what_is_wished_for_and_done_leaves_nothing_to_spec(void **state)
{
    (void)state;
    struct reading r = budgeted("a", 7);
    r.period = RESET_MONTHLY;
    r.reset_amount = usd(9);
    r.expires = NOON;
    struct token_spec w = token_spec_from_reading(&r), rest = token_spec_unfulfilled(&w, &r);
    assert_false(token_spec_is_empty(&w));
    assert_true(token_spec_is_empty(&rest));
    assert_false(token_spec_lowers(&w, &r));
}

static void an_answer_may_have_spent_a_little_of_the_balance_and_lack_nothing_else(void **state)
{
    (void)state;
    static const struct {
        int64_t wanted_nano, left_nano;
        bool known, budgeted, refused;
    } rows[] = {
        { 80 * NANO_PER_USD, 80 * NANO_PER_USD, true, true, false },
        { 80 * NANO_PER_USD, 79 * NANO_PER_USD + NANO_PER_USD / 2, true, true, false },
        { 80 * NANO_PER_USD, 79 * NANO_PER_USD, true, true, true },
        { 80 * NANO_PER_USD, 81 * NANO_PER_USD, true, true, true },
        { 80 * NANO_PER_USD, 5 * NANO_PER_USD, true, false, true },
        { 80 * NANO_PER_USD, 0, false, true, true },
        { 80 * NANO_PER_USD, 0, false, false, true },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct token_spec w = { .given[SPEC_BALANCE] = true,
                                .wanted.balance = { .known = true,
                                                    .is.nano = rows[i].wanted_nano } };
        struct reading r = { .balance = { .known = rows[i].known, .is.nano = rows[i].left_nano },
                             .budgeted = rows[i].budgeted };
        struct token_spec rest = token_spec_refused(&w, &r);
        if (token_spec_is_empty(&rest) == rows[i].refused)
            fail_msg("row %zu", i);
        w.given[SPEC_EXPIRES] = true;
        w.wanted.expires = DAY_S;
        rest = token_spec_refused(&w, &r);
        assert_true(rest.given[SPEC_EXPIRES]);
        w.given[SPEC_BUDGET] = true; /* and none is wished for: then no balance need be told */
        rest = token_spec_refused(&w, &r);
        assert_true(rest.given[SPEC_BALANCE] == (rows[i].refused && rows[i].known));
    }
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
        enum token_spec_field field;
        struct reading wanted, is;
        bool lowers;
    } rows[] = {
        { SPEC_BALANCE, { .balance = usd(9) }, is, true },
        { SPEC_BALANCE, { .balance = usd(11) }, is, false },
        { SPEC_BALANCE, { .balance = usd(1) }, open, false },
        { SPEC_BUDGET, { .budgeted = true }, open, true },
        { SPEC_BUDGET, { .budgeted = false }, is, false },
        { SPEC_EXPIRES, { .expires = NOON - 1 }, is, true },
        { SPEC_EXPIRES, { .expires = NOON + 1 }, is, false },
        { SPEC_EXPIRES, { .expires = NOON }, open, true },
        { SPEC_EXPIRES, { .expires = TIME_NONE }, is, false },
        { SPEC_PERIOD, { .period = RESET_NONE }, is, true },
        { SPEC_PERIOD, { .period = RESET_MONTHLY }, is, true },
        { SPEC_PERIOD, { .period = RESET_DAILY }, is, false },
        { SPEC_AMOUNT, { .reset_amount = usd(9) }, is, true },
        { SPEC_AMOUNT, { .reset_amount = usd(11) }, is, false },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct token_spec w = { .wanted = rows[i].wanted };
        w.given[rows[i].field] = true;
        if (token_spec_lowers(&w, &rows[i].is) != rows[i].lowers)
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
        { "50", 50 * NANO_PER_USD },
        { "0.000000001", 1 },
        { "-1.5", -3 * NANO_PER_USD / 2 },
        { "99999.999999999", 99999999999999 },
        { "00012.50", 25 * NANO_PER_USD / 2 },
        { "100000", INT64_MIN },
        { "0.0000000001", INT64_MIN },
        { "1e3", INT64_MIN },
        { "+1", INT64_MIN },
        { "", INT64_MIN },
        { "-", INT64_MIN },
        { "1.", INT64_MIN },
        { ".5", INT64_MIN },
        { "1,5", INT64_MIN },
        { "5 ", INT64_MIN },
        { "NaN", INT64_MIN },
    };
    static const struct token_limits limits = { .amount_digits = 5, .amount_decimals = 9 };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct money amount = { INT64_MIN };
        struct fault why;
        bool ok = token_spec_parse_amount(span_of(rows[i].text), &limits, &amount, &why);
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
        cmocka_unit_test(another_type_is_a_conflict_and_no_work_whatever_else_differs),
        cmocka_unit_test(what_is_wished_for_and_done_leaves_nothing_to_spec),
        cmocka_unit_test(an_answer_may_have_spent_a_little_of_the_balance_and_lack_nothing_else),
        cmocka_unit_test(less_money_less_time_or_a_new_limit_is_lowering),
        cmocka_unit_test(an_amount_is_exact_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
