/* The state of a token as rows, and the order in which somebody should look at them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/state.h"

enum { NOW = 1785585600, STALE_S = 960 };

static void what_the_list_says_goes_before_the_forecast_and_age_before_both(void **state)
{
    static const struct {
        bool missing, unreadable, expired, listed_lately;
        enum verdict verdict;
        enum state is;
    } rows[] = {
        { false, false, false, true, VERDICT_SAFE, STATE_SAFE },
        { false, false, true, true, VERDICT_SAFE, STATE_EXPIRED },
        { false, false, true, true, VERDICT_EXHAUSTED, STATE_EXPIRED },
        { false, true, true, true, VERDICT_SAFE, STATE_UNREADABLE },
        { false, true, false, true, VERDICT_STALE, STATE_UNREADABLE },
        { true, true, true, true, VERDICT_SAFE, STATE_MISSING },
        { true, false, false, true, VERDICT_STALE, STATE_MISSING },
        /* nobody looked lately */
        { true, true, true, false, VERDICT_STALE, STATE_STALE },
        { false, false, true, false, VERDICT_STALE, STATE_STALE },
        /* who asks may be content with an older reading than the account's plan allows */
        { true, false, false, false, VERDICT_SAFE, STATE_MISSING },
        { false, true, false, false, VERDICT_SAFE, STATE_UNREADABLE },
        /* without a budget there is nothing to get stale */
        { false, false, false, false, VERDICT_NO_BUDGET, STATE_NO_BUDGET },
        { false, false, true, true, VERDICT_NO_BUDGET, STATE_EXPIRED },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct presence p = { rows[i].missing, rows[i].unreadable, rows[i].listed_lately,
                                    rows[i].expired };
        enum state is = state_of(rows[i].verdict, &p);
        if (is != rows[i].is)
            fail_msg("row %zu: %s, not %s", i, state_slug(is), state_slug(rows[i].is));
    }
}

static void presence_is_told_to_the_second(void **state)
{
    (void)state;
    struct presence p = presence_at(true, false, NOW, NOW - STALE_S, STALE_S, NOW);
    assert_true(p.missing && !p.unreadable && p.expired && p.listed_lately);
    p = presence_at(false, true, NOW + 1, NOW - STALE_S - 1, STALE_S, NOW);
    assert_true(!p.missing && p.unreadable && !p.expired && !p.listed_lately);
    p = presence_at(false, false, TIME_NONE, TIME_NONE, STALE_S, NOW);
    assert_true(!p.expired && !p.listed_lately);
}

static void credits_that_were_not_reported_are_stale(void **state)
{
    (void)state;
    assert_int_equal(state_of_credits(CREDITS_BY_API, VERDICT_SAFE, true), STATE_SAFE);
    assert_int_equal(state_of_credits(CREDITS_ESTIMATED, VERDICT_SAFE, false), STATE_STALE);
    assert_int_equal(state_of_credits(CREDITS_NOT_OFFERED, VERDICT_SAFE, true), STATE_NOT_OFFERED);
    assert_int_equal(state_of_credits(CREDITS_NOT_OFFERED, VERDICT_STALE, false),
                     STATE_NOT_OFFERED);
}

static void a_forecast_is_shown_with_its_own_state_only(void **state)
{
    (void)state;
    struct forecast f = forecast_none();
    f.verdict = VERDICT_TIGHT;
    f.early = f.likely = f.late = NOW + 100;
    f.horizon = NOW + 200;
    assert_int_equal(state_forecast(STATE_TIGHT, &f).likely, NOW + 100);
    for (enum state s = STATE_UNREADABLE; s < STATES; s++) {
        struct forecast shown = state_forecast(s, &f);
        assert_true(shown.early == TIME_NONE && shown.likely == TIME_NONE
                    && shown.late == TIME_NONE);
        assert_int_equal(shown.horizon, NOW + 200);
        assert_false(forecast_has_times(&shown));
    }
}

static void what_ends_first_comes_first(void **state)
{
    static const struct urgency order[] = {
        { STATE_EXHAUSTED, NOW, LEVEL_NONE },
        { STATE_SAFE, NOW + 10, LEVEL_NONE }, /* the time decides, not the verdict */
        { STATE_RUNS_DRY, NOW + 20, LEVEL_CRITICAL },
        { STATE_TIGHT, NOW + 20, LEVEL_WARNING },
        { STATE_STALE, TIME_NONE, LEVEL_NONE },
        { STATE_MISSING, TIME_NONE, LEVEL_WARNING },
        { STATE_UNREADABLE, TIME_NONE, LEVEL_INFO },
        { STATE_LEARNING, TIME_NONE, LEVEL_NONE },
        { STATE_SAFE, TIME_NONE, LEVEL_NONE }, /* no end in sight */
        { STATE_IDLE, TIME_NONE, LEVEL_NONE },
        { STATE_NO_BUDGET, TIME_NONE, LEVEL_NONE },
        { STATE_EXPIRED, TIME_NONE, LEVEL_NONE },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(order); i++)
        for (size_t j = 0; j < COUNT(order); j++) {
            int way = urgency_compare(&order[i], &order[j]);
            if (i < j ? way >= 0 : i > j ? way <= 0 : way != 0)
                fail_msg("rows %zu and %zu: %d", i, j, way);
        }
}

static void every_state_has_a_word_of_its_own(void **state)
{
    (void)state;
    for (enum state s = 0; s < STATES; s++)
        for (enum state other = 0; other < s; other++) {
            assert_string_not_equal(state_slug(s), state_slug(other));
            assert_string_not_equal(state_name(s), state_name(other));
        }
    assert_string_equal(state_slug(STATE_RUNS_DRY), "runs_dry");
    assert_string_equal(state_name(STATE_RUNS_DRY), "runs dry");
    assert_string_equal(state_slug(STATE_EXPIRED), "expired");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_list_says_goes_before_the_forecast_and_age_before_both),
        cmocka_unit_test(presence_is_told_to_the_second),
        cmocka_unit_test(credits_that_were_not_reported_are_stale),
        cmocka_unit_test(a_forecast_is_shown_with_its_own_state_only),
        cmocka_unit_test(what_ends_first_comes_first),
        cmocka_unit_test(every_state_has_a_word_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
