/* What a script is told, as rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/gate.h"

enum { NOW = 1785585600 };

#define USD(dollars)                                                                               \
    {                                                                                              \
        true,                                                                                      \
        {                                                                                          \
            (dollars) * NANO_PER_USD                                                               \
        }                                                                                          \
    }
#define NOT_ASKED                                                                                  \
    {                                                                                              \
        false,                                                                                     \
        {                                                                                          \
            0                                                                                      \
        }                                                                                          \
    }

static void every_state_balance_and_runway_has_its_answer(void **state)
{
    static const struct {
        enum state state;
        struct maybe_money balance;
        int64_t age_s, likely_in_s, refilled_in_s; /* 0: none */
        struct gate_spec wish;
        enum gate answer;
    } rows[] = {
        { STATE_SAFE, USD(5), 60, 0, 0, { NOT_ASKED, -1, 3600 }, GATE_OK },
        { STATE_SAFE, USD(5), 60, 0, 0, { USD(5), -1, 3600 }, GATE_OK },
        { STATE_SAFE, USD(4), 60, 0, 0, { USD(5), -1, 3600 }, GATE_LOW },
        { STATE_EXHAUSTED, USD(0), 60, 0, 0, { NOT_ASKED, -1, 3600 }, GATE_LOW },
        { STATE_EXHAUSTED, USD(-1), 60, 0, 0, { USD(-2), -1, 3600 }, GATE_LOW },
        { STATE_RUNS_DRY, USD(9), 60, 7200, 0, { NOT_ASKED, 7200, 3600 }, GATE_OK },
        { STATE_RUNS_DRY, USD(9), 60, 7199, 0, { NOT_ASKED, 7200, 3600 }, GATE_LOW },
        { STATE_TIGHT, USD(9), 60, 3599, 5400, { NOT_ASKED, 7200, 3600 }, GATE_OK }, /* it lasts
                                                                                        till then */
        { STATE_TIGHT, USD(9), 60, 7199, 3600, { NOT_ASKED, 7200, 3600 }, GATE_OK }, /* refilled
                                                                                      * before
                                                                                      */
        { STATE_RUNS_DRY, USD(9), 60, 3599, 3600, { NOT_ASKED, 7200, 3600 }, GATE_LOW },
        { STATE_IDLE, USD(9), 60, 0, 0, { NOT_ASKED, 7200, 3600 }, GATE_OK },
        { STATE_LEARNING, USD(9), 60, 0, 0, { NOT_ASKED, 7200, 3600 }, GATE_UNKNOWN },
        { STATE_LEARNING, USD(9), 60, 0, 0, { USD(1), -1, 3600 }, GATE_OK },
        { STATE_LEARNING, USD(0), 60, 0, 0, { NOT_ASKED, 7200, 3600 }, GATE_LOW },
        { STATE_SAFE, USD(9), 3601, 0, 0, { NOT_ASKED, -1, 3600 }, GATE_UNKNOWN },
        { STATE_STALE, USD(9), 60, 0, 0, { NOT_ASKED, -1, 3600 }, GATE_UNKNOWN },
        { STATE_MISSING, USD(9), 60, 0, 0, { NOT_ASKED, -1, 3600 }, GATE_UNKNOWN },
        { STATE_EXPIRED, USD(9), 60, 0, 0, { NOT_ASKED, -1, 3600 }, GATE_LOW },
        { STATE_STALE, NOT_ASKED, -1, 0, 0, { NOT_ASKED, -1, 3600 }, GATE_UNKNOWN }, /* never read
                                                                                      */
        { STATE_SAFE, NOT_ASKED, 60, 0, 0, { NOT_ASKED, -1, 3600 }, GATE_UNKNOWN },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct gate_view v = { .state = rows[i].state,
                               .balance = rows[i].balance,
                               .seen = NOW - rows[i].age_s };
        char reason[GATE_REASON_BYTES] = "";
        v.seen = rows[i].age_s < 0 ? TIME_NONE : v.seen;
        v.likely = rows[i].likely_in_s ? NOW + rows[i].likely_in_s : TIME_NONE;
        v.refilled = rows[i].refilled_in_s ? NOW + rows[i].refilled_in_s : TIME_NONE;
        enum gate answer = gate_judge(&v, &rows[i].wish, NOW, reason);
        if (answer != rows[i].answer)
            fail_msg("row %zu: %s (%s)", i, gate_name(answer), reason);
        assert_true(reason[0] != '\0');
    }
}

static void a_refill_that_comes_first_is_told(void **state)
{
    (void)state;
    const struct gate_spec wish = { NOT_ASKED, 7200, 3600 };
    const struct gate_view v = { .state = STATE_TIGHT,
                                 .balance = USD(9),
                                 .seen = NOW,
                                 .likely = NOW + 7199,
                                 .refilled = NOW + 3600 };
    char reason[GATE_REASON_BYTES];
    assert_int_equal(gate_judge(&v, &wish, NOW, reason), GATE_OK);
    assert_string_equal(reason, "9.00 USD left, reset before it runs out");
}

static void a_sandbox_without_a_budget_needs_no_money_but_must_be_there(void **state)
{
    (void)state;
    const struct gate_spec wish = { USD(5), 7200, 3600 };
    struct gate_view v = { .state = STATE_NO_BUDGET,
                           .is_free = true,
                           .spends_credits = true,
                           .seen = NOW,
                           .likely = TIME_NONE,
                           .refilled = TIME_NONE };
    char reason[GATE_REASON_BYTES];
    assert_int_equal(gate_judge(&v, &wish, NOW, reason), GATE_OK);
    v.seen = NOW - 3601;
    assert_int_equal(gate_judge(&v, &wish, NOW, reason), GATE_UNKNOWN);
    v.seen = NOW;
    v.state = STATE_EXPIRED;
    assert_int_equal(gate_judge(&v, &wish, NOW, reason), GATE_LOW);
    v = (struct gate_view){
        .state = STATE_EXHAUSTED, .is_free = true, .balance = USD(0), .seen = NOW
    };
    assert_int_equal(gate_judge(&v, &wish, NOW, reason), GATE_LOW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_balance_and_runway_has_its_answer),
        cmocka_unit_test(a_refill_that_comes_first_is_told),
        cmocka_unit_test(a_sandbox_without_a_budget_needs_no_money_but_must_be_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
