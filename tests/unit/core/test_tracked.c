/* Promises come due by the money that was spent, whatever was topped up meanwhile. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "booked_past.h"
#include "core/forecast/tracked.h"

#define CENT (NANO_PER_USD / 100)

enum { NOW = 1795427400, POLL_S = 300, WHOLE = 2 };

/* A cent every five minutes for four days. */
static struct curve steady(void)
{
    struct booked_past b;
    booked_init(&b);
    for (unix_s at = NOW - 4 * DAY_S; at <= NOW; at += POLL_S) {
        struct entry e = { ENTRY_CONSUMPTION, { CENT }, at - POLL_S, at };
        burn_seen(&b.burn, at);
        booked_add(&b, &e);
    }
    struct curve c = booked_curve(&b, POLL_S, 288.0 * CENT);
    booked_done(&b);
    return c;
}

static struct tracked_forecast about(int64_t cents)
{
    struct curve c = steady();
    struct reading r = { .balance = money_known((struct money){ cents * CENT }), .budgeted = true };
    struct tracked_forecast p;
    assert_true(tracked_make(WHOLE, &c, &r, NOW, 500 * CENT, &p));
    return p;
}

static enum tracked_end spend(struct tracked_forecast *p, int64_t *spent_nano, int64_t cents,
                              unix_s since, unix_s at, struct score *s)
{
    struct entry e = { ENTRY_CONSUMPTION, { cents * CENT }, since, at };
    *spent_nano += e.amount.nano;
    tracked_spend(p, &e, *spent_nano);
    return tracked_ended(p, at, s);
}

static void a_promise_is_due_when_its_money_is_spent_and_not_before(void **state)
{
    (void)state;
    struct tracked_forecast p = about(288); /* a day */
    int64_t spent_nano = 500 * CENT;
    struct score s;
    assert_int_equal(spend(&p, &spent_nano, 287, NOW, NOW + 86000, &s), TRACKED_STANDS);
    /* A top-up is no entry of consumption: it changes nothing. */
    struct entry topup = { ENTRY_TOPUP, { 5000 * CENT }, NOW + 86000, NOW + 86100 };
    tracked_spend(&p, &topup, spent_nano);
    assert_int_equal(tracked_ended(&p, NOW + 86100, &s), TRACKED_STANDS);
    /* The last cent comes in the middle of an interval in which ten are spent. */
    assert_int_equal(spend(&p, &spent_nano, 10, NOW + 86000, NOW + 87000, &s), TRACKED_SCORED);
    assert_int_equal(s.ended_at, NOW + 86100);
    assert_true(s.spent && due_within(&s.due));
    assert_true(fabs(due_error(&s.due)) < 0.25);
}

static void an_error_has_the_sign_of_the_danger(void **state)
{
    (void)state;
    struct score s;
    struct tracked_forecast p = about(288);
    int64_t spent_nano = 500 * CENT;
    /* At once: the forecast was far too late. */
    assert_int_equal(spend(&p, &spent_nano, 400, NOW, NOW + HOUR_S, &s), TRACKED_SCORED);
    assert_true(due_error(&s.due) > 2 && !due_within(&s.due));
    p = about(288);
    spent_nano = 500 * CENT;
    assert_int_equal(spend(&p, &spent_nano, 288, NOW + 20 * DAY_S - HOUR_S, NOW + 20 * DAY_S, &s),
                     TRACKED_SCORED);
    assert_true(due_error(&s.due) < -2 && !due_within(&s.due));
}

/* The same money, gone at the same hour: what counts is how long nobody looked. */
static void what_went_in_a_long_outage_is_no_score(void **state)
{
    (void)state;
    static const struct {
        int64_t unwatched_s;
        enum tracked_end end;
    } rows[] = {
        { POLL_S, TRACKED_SCORED },
        { 3 * HOUR_S, TRACKED_SCORED },
        { 18 * HOUR_S, TRACKED_UNKNOWN },
        { 20 * DAY_S, TRACKED_UNKNOWN }, /* longer than the promise is old */
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct score s;
        struct tracked_forecast p = about(288); /* a day */
        int64_t spent_nano = 500 * CENT;
        unix_s at = NOW + 26 * HOUR_S;
        assert_int_equal(spend(&p, &spent_nano, 300, at - rows[i].unwatched_s, at, &s),
                         rows[i].end);
    }
    /* What nobody saw before the promise was made does not count: it went within an hour, whatever
     * the entry says. */
    struct tracked_forecast young = about(288);
    struct score of_young;
    int64_t young_nano = 500 * CENT;
    assert_int_equal(spend(&young, &young_nano, 300, NOW - 20 * DAY_S, NOW + HOUR_S, &of_young),
                     TRACKED_SCORED);
    /* An outage before the money went harms nothing. */
    struct score s;
    struct tracked_forecast p = about(288);
    int64_t spent_nano = 500 * CENT;
    assert_int_equal(spend(&p, &spent_nano, 200, NOW, NOW + 20 * HOUR_S, &s), TRACKED_STANDS);
    assert_int_equal(spend(&p, &spent_nano, 100, NOW + 26 * HOUR_S, NOW + 27 * HOUR_S, &s),
                     TRACKED_SCORED);
}

static void a_promise_that_sleeps_is_given_up_as_a_miss(void **state)
{
    (void)state;
    struct score s;
    struct tracked_forecast p = about(288);
    assert_true(tracked_ended(&p, p.late + 1, &s) == TRACKED_STANDS || p.late >= NOW + 3 * DAY_S);
    p.late = NOW + 45 * DAY_S; /* as long as the truth may still lie within, it is waited for */
    assert_int_equal(tracked_ended(&p, NOW + 40 * DAY_S, &s), TRACKED_STANDS);
    p.late = NOW + 3 * DAY_S;
    assert_int_equal(tracked_ended(&p, NOW + 40 * DAY_S, &s), TRACKED_SCORED);
    assert_true(!s.spent && !due_within(&s.due) && due_error(&s.due) < 0);
}

static void what_cannot_be_scored_is_not_promised(void **state)
{
    (void)state;
    struct curve c = steady();
    struct tracked_forecast p;
    struct reading little = { .balance = money_known((struct money){ CENT }), .budgeted = true };
    struct reading much = { .balance = money_known((struct money){ 1000000 * CENT }),
                            .budgeted = true };
    for (int place = 0; place < TRACKED_MAX; place++) {
        assert_false(tracked_make(place, &c, &little, NOW, 0, &p));
        assert_false(tracked_make(place, &c, &much, NOW, 0, &p));
    }
}

static void shares_take_turns_by_the_clock(void **state)
{
    (void)state;
    struct tracked_forecasts *p = tracked_new();
    bool seen[TRACKED_MAX] = { false };
    assert_int_equal(tracked_turn(p, NOW + TRACKED_EVERY_S), 0); /* the first one is due soonest */
    p->last_made = NOW;
    for (int i = 1; i <= TRACKED_MAX; i++)
        seen[tracked_turn(p, NOW + i * TRACKED_EVERY_S)] = true;
    for (int place = 0; place < TRACKED_MAX; place++)
        assert_true(seen[place]);
    free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_promise_is_due_when_its_money_is_spent_and_not_before),
        cmocka_unit_test(an_error_has_the_sign_of_the_danger),
        cmocka_unit_test(what_went_in_a_long_outage_is_no_score),
        cmocka_unit_test(a_promise_that_sleeps_is_given_up_as_a_miss),
        cmocka_unit_test(what_cannot_be_scored_is_not_promised),
        cmocka_unit_test(shares_take_turns_by_the_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
