/* Who gets a full forecast: those for whom it says something new, the most urgent first. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/random.h"
#include "booked_past.h"
#include "core/forecast_queue.h"

#define CENT (NANO_PER_USD / 100)

static void fill(struct forecast_queue *r, const struct token_set *f, unix_s now)
{
    forecast_queue_begin(r);
    for (size_t i = 0; i < f->count; i++)
        forecast_queue_add(r, &f->tokens[i], i, now);
    forecast_queue_urgent_first(r);
}

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
    s->curve = booked_curve(&s->past, POLL_S, 1000.0 * CENT);
    burn_seen(&s->past.burn, NOW);
    s->token = (struct token){
        .last = { .balance = money_known((struct money){ 1000 * CENT }),
                  .budgeted = true,
                  .expires = TIME_NONE },
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
        bool invalidated, none;
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
        s.token.invalidated = rows[i].invalidated;
        if (rows[i].none)
            s.token.curve = NULL;
        if ((forecast_queue_urgency(&s.token, NOW) > 0) != rows[i].wanted)
            fail_msg("%s", rows[i].what);
        booked_done(&s.past);
    }
}

/* A token that was watched for minutes and spends 12 cents an hour. */
static double first_urgency(int64_t watched_s, int64_t left_cents)
{
    struct token t = { .last = { .balance = money_known((struct money){ left_cents * CENT }),
                                 .budgeted = true,
                                 .expires = TIME_NONE } };
    burn_init(&t.burn);
    for (unix_s at = NOW - watched_s; at <= NOW; at += MINUTE_S) {
        struct entry e = { ENTRY_CONSUMPTION, { CENT / 5 }, at - MINUTE_S, at };
        burn_seen(&t.burn, at);
        burn_add(&t.burn, &e);
    }
    t.forecast = forecast_none();
    double urgency = forecast_queue_urgency(&t, NOW);
    burn_done(&t.burn);
    return urgency;
}

static void a_first_curve_can_wait_where_the_money_lasts_for_months(void **state)
{
    (void)state;
    assert_true(first_urgency(3 * MINUTE_S, 100) > 0);
    assert_true(first_urgency(3 * MINUTE_S, 1000 * 1000) == 0);
    assert_true(first_urgency(15 * MINUTE_S, 1000 * 1000) > 0);
}

/* A balance that no entry explains, or credits that are less than it. */
static void a_curve_made_near_another_amount_is_renewed(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        int64_t left_cents, credits_cents; /* 0: they are no limit; -1: nothing is left of them */
        bool wanted;
    } rows[] = {
        { "what it was made near", 1000, 0, false },
        { "a little more", 1100, 0, false },
        { "far more", 5000, 0, true },
        { "far less", 200, 0, true },
        { "the credits are far less", 1000, 200, true },
        { "the credits are empty", 1000, -1, false },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct scene s;
        set(&s, POLL_S);
        s.token.last.balance.is.nano = rows[i].left_cents * CENT;
        if (rows[i].credits_cents) {
            s.token.forecast.limit = LIMIT_CREDITS;
            s.token.forecast.available =
                money_known((struct money){ rows[i].credits_cents * CENT });
        }
        if ((forecast_queue_urgency(&s.token, NOW) > 0) != rows[i].wanted)
            fail_msg("%s", rows[i].what);
        s.curve = booked_curve(&s.past, POLL_S, forecast_queue_amount(&s.token));
        if (forecast_queue_urgency(&s.token, NOW) > 0)
            fail_msg("%s: made anew", rows[i].what);
        booked_done(&s.past);
    }
}

static void what_cannot_be_forecast_asks_for_nothing(void **state)
{
    (void)state;
    struct scene s;
    set(&s, POLL_S);
    s.token.curve = NULL;
    assert_true(forecast_queue_urgency(&s.token, NOW) > 0);
    struct token t = s.token;
    t.last.budgeted = false;
    assert_true(forecast_queue_urgency(&t, NOW) == 0);
    t = s.token;
    t.last.balance.known = false;
    assert_true(forecast_queue_urgency(&t, NOW) == 0);
    t = s.token;
    t.last.balance.is.nano = 0;
    assert_true(forecast_queue_urgency(&t, NOW) == 0);
    t = s.token;
    burn_init(&t.burn); /* nothing spent, nothing seen */
    assert_true(forecast_queue_urgency(&t, NOW) == 0);
    booked_done(&s.past);
}

static void the_one_that_ends_sooner_comes_first(void **state)
{
    (void)state;
    struct scene soon, late;
    set(&soon, POLL_S);
    set(&late, POLL_S);
    soon.token.invalidated = late.token.invalidated = true;
    soon.token.last.balance.is.nano = 100 * CENT;
    soon.token.forecast =
        forecast_read(soon.token.curve, &soon.token.burn, &soon.token.last, NOW, DAY_S);
    assert_true(forecast_queue_urgency(&soon.token, NOW)
                > forecast_queue_urgency(&late.token, NOW));
    soon.token.curve = late.token.curve = NULL; /* as after a start: the stored forecasts decide */
    assert_true(forecast_queue_urgency(&soon.token, NOW)
                > forecast_queue_urgency(&late.token, NOW));
    soon.token.forecast = late.token.forecast =
        forecast_none(); /* and without them what is burned */
    assert_true(forecast_queue_urgency(&soon.token, NOW)
                > forecast_queue_urgency(&late.token, NOW));
    booked_done(&soon.past);
    booked_done(&late.past);
}

/* Tokens that all want a forecast, one of another balance than the next; some have a curve that is
 * old. */
struct crowd {
    struct scene scene;
    struct token_set fleet;
};

enum { CROWD = 60 };

static void gather(struct crowd *c, uint64_t seed)
{
    struct random random = random_seeded(seed);
    *c = (struct crowd){ 0 };
    set(&c->scene, 12 * HOUR_S);
    for (int i = 0; i < CROWD; i++) {
        char name[16];
        snprintf(name, sizeof name, "t%d", i);
        struct token *t = token_set_add(&c->fleet, name);
        burn_done(&t->burn);
        t->burn = c->scene.token.burn; /* shared: taken back below */
        t->last.budgeted = true;
        t->last.balance =
            money_known((struct money){ (int64_t)(100 + random_next(&random) % 1000) * CENT });
        t->forecast = forecast_none();
        if (random_next(&random) % 3 == 0) {
            t->curve = xmalloc(sizeof *t->curve);
            *t->curve = c->scene.curve;
        }
    }
}

static void scatter(struct crowd *c)
{
    for (size_t i = 0; i < c->fleet.count; i++)
        burn_init(&c->fleet.tokens[i].burn);
    token_set_done(&c->fleet);
    booked_done(&c->scene.past);
}

static void claims_are_served_by_urgency_each_once(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct crowd c;
        struct forecast_queue r = { 0 };
        bool served[CROWD] = { false };
        double before = INFINITY;
        gather(&c, seed);
        fill(&r, &c.fleet, NOW);
        assert_int_equal(forecast_queue_left(&r), CROWD);
        for (struct token *t; (t = forecast_queue_next(&r, &c.fleet));) {
            assert_false(served[t - c.fleet.tokens]);
            served[t - c.fleet.tokens] = true;
            assert_true(forecast_queue_urgency(t, NOW) <= before);
            before = forecast_queue_urgency(t, NOW);
        }
        assert_int_equal(forecast_queue_left(&r), 0);
        fill(&r, &c.fleet, NOW); /* nobody got a curve: all claim again */
        assert_int_equal(forecast_queue_left(&r), CROWD);
        forecast_queue_done(&r);
        scatter(&c);
    }
}

/* However many claims a poll leaves, and whoever claims again before the next: with a few at a time
 * everybody has a curve in the end, and in no more rounds than it takes to make one for each. */
static void nobody_waits_for_a_first_curve_behind_those_who_come_back(void **state)
{
    (void)state;
    enum { AT_ONCE = 4, BETWEEN = 3 };
    struct crowd c;
    struct forecast_queue r = { 0 };
    size_t without = 0;
    gather(&c, 7);
    for (size_t i = 0; i < c.fleet.count; i++) {
        without += !c.fleet.tokens[i].curve;
        if (c.fleet.tokens[i].curve)
            c.fleet.tokens[i].last.balance.is.nano =
                CENT; /* gone in minutes: ever the most urgent */
    }
    assert_true(without > CROWD / 2);
    for (size_t rounds = (without + BETWEEN - 1) / BETWEEN; rounds > 0; rounds--) {
        fill(&r, &c.fleet, NOW);
        for (int i = 0; i < AT_ONCE; i++)
            assert_non_null(forecast_queue_next(&r, &c.fleet)
                                ->curve); /* renewed, and old again by the next poll */
        forecast_queue_oldest_first(&r);
        for (int i = 0; i < BETWEEN; i++) {
            struct token *t = forecast_queue_next(&r, &c.fleet);
            if (t->curve)
                continue;
            t->curve = xmalloc(sizeof *t->curve);
            *t->curve = c.scene.curve;
            without--;
        }
    }
    assert_int_equal(without, 0);
    forecast_queue_done(&r);
    scatter(&c);
}

static void of_those_that_wait_the_oldest_curve_is_renewed_first(void **state)
{
    (void)state;
    struct crowd c;
    struct forecast_queue r = { 0 };
    gather(&c, 7);
    fill(&r, &c.fleet, NOW);
    forecast_queue_oldest_first(&r);
    unix_s before = TIME_NONE;
    for (const struct token *t; (t = forecast_queue_next(&r, &c.fleet));) {
        unix_s origin = t->curve ? t->curve->origin : TIME_NONE;
        assert_true(before <= origin);
        before = origin;
    }
    assert_true(before > TIME_NONE);
    forecast_queue_done(&r);
    scatter(&c);
}

static void a_fleet_of_nobody_claims_nothing(void **state)
{
    (void)state;
    struct forecast_queue r = { 0 };
    struct token_set nobody = { 0 };
    fill(&r, &nobody, NOW);
    forecast_queue_oldest_first(&r);
    assert_null(forecast_queue_next(&r, &nobody));
    forecast_queue_done(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_curve_is_renewed_when_it_can_say_something_new),
        cmocka_unit_test(a_first_curve_can_wait_where_the_money_lasts_for_months),
        cmocka_unit_test(a_curve_made_near_another_amount_is_renewed),
        cmocka_unit_test(what_cannot_be_forecast_asks_for_nothing),
        cmocka_unit_test(the_one_that_ends_sooner_comes_first),
        cmocka_unit_test(claims_are_served_by_urgency_each_once),
        cmocka_unit_test(nobody_waits_for_a_first_curve_behind_those_who_come_back),
        cmocka_unit_test(of_those_that_wait_the_oldest_curve_is_renewed_first),
        cmocka_unit_test(a_fleet_of_nobody_claims_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
