/* Who gets a full forecast: those for whom it says something new, the most urgent first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "booked_past.h"
#include "base/random.h"
#include "core/ration.h"

#define CENT (NANO_PER_USD / 100)

enum { NOW = 1795427400, POLL_S = 300 };

/* A token that spends a cent every five minutes and has 10.00 USD left: 83 hours. */
struct scene {
    struct token token;
    struct curve curve;
    struct booked_past past;
};

static void set(struct scene *s, int64_t made_ago_s)
{
    *s = (struct scene){ 0 };
    booked_init(&s->past);
    for (unix_s at = NOW - 2 * DAY_S; at <= NOW - made_ago_s; at += POLL_S) {
        struct entry e = { ENTRY_CONSUMPTION, { CENT }, at - POLL_S, at };
        burn_seen(&s->past.burn, at);
        booked_add(&s->past, &e);
    }
    s->curve = booked_curve(&s->past, POLL_S);
    burn_seen(&s->past.burn, NOW);
    s->token = (struct token){
        .last = { .balance = money_known((struct money){ 1000 * CENT }), .budgeted = true, .expires = TIME_NONE },
        .burn = s->past.burn,
        .curve = &s->curve,
    };
    s->token.forecast = forecast_read(s->token.curve, &s->token.burn, &s->token.last, NOW, DAY_S);
}

static void spend(struct scene *s, int64_t cents)
{
    struct entry e = { ENTRY_CONSUMPTION, { cents * CENT }, NOW - POLL_S, NOW };
    curve_spend(&s->curve, &e);
}

static void a_curve_is_renewed_when_it_can_say_something_new(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        int64_t made_ago_s, spent_cents;
        bool upset, none;
        bool wanted;
    } rows[] = {
        { "made from the last reading", 0, 0, true, false, false },
        { "a little was spent", POLL_S, 9, false, false, false },
        { "more than a percent was spent", POLL_S, 11, false, false, true },
        { "it is young for its runway", HOUR_S, 0, false, false, false },
        { "it is old for its runway", 12 * HOUR_S, 0, false, false, true },
        { "money came", POLL_S, 0, true, false, true },
        { "there is none", POLL_S, 0, false, true, true },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct scene s;
        set(&s, rows[i].made_ago_s);
        spend(&s, rows[i].spent_cents);
        s.token.upset = rows[i].upset;
        if (rows[i].none)
            s.token.curve = NULL;
        if ((ration_urgency(&s.token, NOW) > 0) != rows[i].wanted)
            fail_msg("%s", rows[i].what);
        booked_done(&s.past);
    }
}

static void what_cannot_be_forecast_asks_for_nothing(void **state)
{
    (void)state;
    struct scene s;
    set(&s, POLL_S);
    s.token.curve = NULL;
    assert_true(ration_urgency(&s.token, NOW) > 0);
    struct token t = s.token;
    t.last.budgeted = false;
    assert_true(ration_urgency(&t, NOW) == 0);
    t = s.token;
    t.last.balance.known = false;
    assert_true(ration_urgency(&t, NOW) == 0);
    t = s.token;
    t.last.balance.is.nano = 0;
    assert_true(ration_urgency(&t, NOW) == 0);
    t = s.token;
    burn_init(&t.burn); /* nothing spent, nothing seen */
    assert_true(ration_urgency(&t, NOW) == 0);
    booked_done(&s.past);
}

static void the_one_that_ends_sooner_comes_first(void **state)
{
    (void)state;
    struct scene soon, late;
    set(&soon, POLL_S);
    set(&late, POLL_S);
    soon.token.upset = late.token.upset = true;
    soon.token.last.balance.is.nano = 100 * CENT;
    soon.token.forecast = forecast_read(soon.token.curve, &soon.token.burn, &soon.token.last, NOW, DAY_S);
    assert_true(ration_urgency(&soon.token, NOW) > ration_urgency(&late.token, NOW));
    soon.token.curve = late.token.curve = NULL; /* as after a start: the stored forecasts decide */
    assert_true(ration_urgency(&soon.token, NOW) > ration_urgency(&late.token, NOW));
    soon.token.forecast = late.token.forecast = forecast_none(); /* and without them what is burned */
    assert_true(ration_urgency(&soon.token, NOW) > ration_urgency(&late.token, NOW));
    booked_done(&soon.past);
    booked_done(&late.past);
}

static void the_most_urgent_are_picked_in_their_order(void **state)
{
    (void)state;
    enum { CLAIMS = 500, MOST = 37 };
    struct claim claims[CLAIMS];
    struct random random = random_seeded(4);
    for (size_t i = 0; i < CLAIMS; i++)
        claims[i] = (struct claim){ 1 + (double)(random_next(&random) % 100), i };
    size_t count = ration_pick(claims, CLAIMS, MOST);
    assert_int_equal(count, MOST);
    for (size_t i = 1; i < CLAIMS; i++) {
        if (i < count)
            assert_true(claims[i - 1].urgency > claims[i].urgency
                        || (claims[i - 1].urgency == claims[i].urgency && claims[i - 1].token < claims[i].token));
        else
            assert_true(claims[i].urgency <= claims[count - 1].urgency);
    }
    assert_int_equal(ration_pick(claims, 5, MOST), 5);
    assert_int_equal(ration_pick(claims, 0, MOST), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_curve_is_renewed_when_it_can_say_something_new),
        cmocka_unit_test(what_cannot_be_forecast_asks_for_nothing),
        cmocka_unit_test(the_one_that_ends_sooner_comes_first),
        cmocka_unit_test(the_most_urgent_are_picked_in_their_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
