/* Two figures of a day: when they agree, what explains that they do not, and what is a drift. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"
#include "base/span.h"
#include "core/reconcile.h"

#define CENTS(n) ((int64_t)(n) * (NANO_PER_USD / 100))

static void a_day_is_judged_by_its_figures(void **state)
{
    (void)state;
    static const struct {
        int64_t balance, usage;
        bool hidden;
        enum reconciled judged;
    } rows[] = {
        { 0, 0, false, RECONCILED_AGREES },
        { 0, CENTS(1), false, RECONCILED_AGREES }, /* a cent is nothing */
        { 0, CENTS(1) + 1, false, RECONCILED_DRIFT },
        { CENTS(1) + 1, 0, false, RECONCILED_DRIFT },
        { CENTS(9800), CENTS(10000), false, RECONCILED_AGREES }, /* two percent of the larger */
        { CENTS(9799), CENTS(10000), false, RECONCILED_DRIFT },
        { CENTS(10000), CENTS(9799), false, RECONCILED_DRIFT },
        { CENTS(50), CENTS(100), true, RECONCILED_HIDDEN }, /* a top-up hid it */
        { CENTS(100), CENTS(50), true, RECONCILED_DRIFT },  /* no top-up makes a balance fall */
        { CENTS(100), CENTS(100), true, RECONCILED_AGREES },
        { INT64_MIN, INT64_MAX, false, RECONCILED_DRIFT },
        { INT64_MAX, INT64_MIN, true, RECONCILED_DRIFT },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct reconcile_day d = { { rows[i].balance }, { rows[i].usage }, rows[i].hidden };
        if (reconcile_judge(&d) != rows[i].judged)
            fail_msg("row %zu is judged %s", i, reconciled_name(reconcile_judge(&d)));
    }
}

static void a_day_may_be_judged_six_hours_after_its_end(void **state)
{
    (void)state;
    unix_s day = 20000 * (unix_s)DAY_S;
    assert_false(reconcile_is_due(day, day + DAY_S + 6 * HOUR_S - 1));
    assert_true(reconcile_is_due(day, day + DAY_S + 6 * HOUR_S));
}

/* Which of the two tells more matters to nobody but a day on which money came in. */
static void the_judgement_is_symmetric_and_what_agrees_is_never_hidden(void **state)
{
    (void)state;
    struct random random = random_seeded(7);
    for (int i = 0; i < 10000; i++) {
        int64_t x = (int64_t)(random_next(&random) % (uint64_t)CENTS(500));
        int64_t y = (int64_t)(random_next(&random) % (uint64_t)CENTS(500));
        struct reconcile_day d = { { x }, { y }, false }, turned = { { y }, { x }, false };
        struct reconcile_day risen = { { x }, { y }, true };
        assert_int_equal(reconcile_judge(&d), reconcile_judge(&turned));
        assert_int_equal(reconcile_difference(&d).nano, -reconcile_difference(&turned).nano);
        assert_int_equal(reconcile_judge(&d) == RECONCILED_AGREES,
                         reconcile_judge(&risen) == RECONCILED_AGREES);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day_is_judged_by_its_figures),
        cmocka_unit_test(a_day_may_be_judged_six_hours_after_its_end),
        cmocka_unit_test(the_judgement_is_symmetric_and_what_agrees_is_never_hidden),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
