/* A level that was given by hand, and what of an answer of the usage endpoint counts against it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/credits.h"
#include "plan_scene.h"

#define DAY (INT64_C(1700006400)) /* midnight, UTC */
#define USD(n) ((n)*NANO_PER_USD)

static void of_the_day_itself_counts_the_share_that_falls_behind_the_level(void **state)
{
    (void)state;
    static const struct {
        unix_s set_at;
        struct credits_news news;
        int64_t counted_nano;
    } rows[] = {
        /* asked when it was given: nothing of what came before counts */
        { DAY + 100, { DAY + 50, DAY + 100, USD(5), 0 }, 0 },
        /* known up to then: all of it does */
        { DAY + 100, { DAY + 100, DAY + 200, USD(5), 0 }, USD(5) },
        { DAY + 100, { DAY + 150, DAY + 200, USD(5), USD(2) }, USD(7) },
        /* between two answers: as if spent evenly */
        { DAY + 100, { DAY + 50, DAY + 250, USD(4), 0 }, USD(3) },
        /* nothing was known: since midnight; the day ends at its end, whenever it was asked */
        { DAY + HOUR_S, { TIME_NONE, DAY + 4 * HOUR_S, USD(4), 0 }, USD(3) },
        { DAY + 12 * HOUR_S, { DAY - DAY_S, DAY + 3 * DAY_S, USD(4), USD(9) }, USD(11) },
        /* what is taken back is taken back, unless it may have been spent before */
        { DAY + 100, { DAY + 150, DAY + 200, -USD(1), -USD(2) }, -USD(3) },
        { DAY + 100, { DAY + 50, DAY + 200, -USD(1), -USD(2) }, -USD(2) },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct credits_level level = { .set_at = rows[i].set_at };
        int64_t counted_nano = credits_counted(&level, &rows[i].news);
        if (counted_nano != rows[i].counted_nano)
            fail_msg("row %zu: %lld", i, (long long)counted_nano);
    }
}

static void what_is_left_never_wraps(void **state)
{
    (void)state;
    struct credits_level level = { .set = { USD(120) }, .spent = { USD(22) } };
    assert_int_equal(credits_left(&level).nano, USD(98));
    level = (struct credits_level){ .set = { -2 }, .spent = { INT64_MAX } };
    assert_int_equal(credits_left(&level).nano, -MONEY_LIMIT_NANO);
    level.spent.nano = -INT64_MAX;
    assert_int_equal(credits_left(&level).nano, MONEY_LIMIT_NANO);
}

static void sources_are_named_and_an_unknown_name_is_the_api(void **state)
{
    (void)state;
    for (enum credits_source s = 0; s < CREDITS_SOURCES; s++)
        assert_int_equal(credits_source_named(span_of(credits_source_name(s))), s);
    assert_int_equal(credits_source_named(span_of("tarot")), CREDITS_BY_API);
}

/* ---- the plan ---- */

/* One plan that says what is left; returns what was booked last. */
static struct entry count_down(struct world *w, int64_t left_nano, bool given)
{
    struct entry booked = { .kind = ENTRY_KINDS };
    const struct plan_base base = { .sets = { &w->tokens, &w->credits, &w->self },
                                    .account = "main",
                                    .rules = &w->rules,
                                    .interval_s = 60,
                                    .stale_s = 600 };
    unix_s since = w->now - 3600;
    w->now += 60;
    struct plan *p = plan_begin(&base, w->now, ++w->poll);
    plan_estimate(p, (struct money){ left_nano }, since, given);
    for (size_t i = 0; i < p->touched_count; i++)
        for (size_t b = 0; b < p->touched[i]->booking_count; b++)
            if (p->touched[i]->bookings[b].change.entry_count)
                booked = p->touched[i]->bookings[b].change.entries[0];
    plan_judge(p, PLAN_CREDITS);
    plan_adopt(p, w->sets, NULL);
    plan_free(p);
    return booked;
}

static void an_estimate_is_believed_at_once_and_rises_by_edits_alone(void **state)
{
    (void)state;
    struct world w;
    world_of(&w, 1, 50);
    assert_int_equal(count_down(&w, USD(120), true).kind, ENTRY_KINDS); /* the first reading */
    assert_int_equal(w.credits.count, 1);

    struct entry e = count_down(&w, USD(1), false); /* however deep the fall */
    assert_int_equal(e.kind, ENTRY_CONSUMPTION);
    assert_int_equal(e.amount.nano, USD(119));
    assert_int_equal(e.at - e.since,
                     3660); /* since it was counted before, not since the last poll */
    assert_false(token_is_held(&w.credits.tokens[0]));

    e = count_down(&w, USD(2), false); /* the service took something back */
    assert_int_equal(e.kind, ENTRY_EDIT);
    assert_int_equal(e.amount.nano, USD(1));

    e = count_down(&w, USD(1) / 2, true); /* a person corrects it downwards */
    assert_int_equal(e.kind, ENTRY_EDIT);
    assert_int_equal(e.amount.nano, -USD(3) / 2);
    assert_int_equal(w.credits.tokens[0].spent_nano, USD(119));

    assert_int_equal(count_down(&w, USD(1) / 2, false).kind, ENTRY_KINDS); /* nothing moved */
    assert_int_equal(w.credits.tokens[0].seen_at, w.now);
    world_done(&w);
}

/* A service that says of more than there is that it was spent ends nothing. */
static void more_than_there_is_may_be_spent(void **state)
{
    (void)state;
    const struct credits_level most = { .set = { MONEY_LIMIT_NANO } },
                               none = { .set = { -2 }, .spent = { INT64_MAX } };
    struct world w;
    world_of(&w, 1, 50);
    count_down(&w, credits_left(&most).nano, true);
    assert_int_equal(count_down(&w, credits_left(&none).nano, false).kind, ENTRY_CONSUMPTION);
    assert_int_equal(count_down(&w, credits_left(&most).nano, true).kind, ENTRY_EDIT);
    world_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_the_day_itself_counts_the_share_that_falls_behind_the_level),
        cmocka_unit_test(what_is_left_never_wraps),
        cmocka_unit_test(sources_are_named_and_an_unknown_name_is_the_api),
        cmocka_unit_test(an_estimate_is_believed_at_once_and_rises_by_edits_alone),
        cmocka_unit_test(more_than_there_is_may_be_spent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
