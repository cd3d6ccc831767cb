/* Does a budget last until its reset? What the periods before teach, what is said of it, and that
 * it does not waver. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "booked_past.h"
#include "core/calendar.h"
#include "core/forecast/dry.h"
#include "core/forecast/reset.h"

#define CENT (NANO_PER_USD / 100)

enum { POLL_S = 1800, STALE_S = HOUR_S };

/* A key with a budget that is reset; what it spends is the test's to say. */
struct key {
    struct booked_past past;
    struct reading reading;
    struct reset_odds odds;
    unix_s now;
};

static struct key key_of(enum reset_period period, int64_t cents, unix_s now)
{
    struct key k = {
        .now = now,
        .odds.at = TIME_NONE,
        .reading = {
            .name = "home",
            .type = "api_token",
            .balance = money_known((struct money){ cents * CENT }),
            .budgeted = true,
            .expires = TIME_NONE,
            .period = period,
            .reset_amount = money_known((struct money){ cents * CENT }),
        },
    };
    booked_init(&k.past);
    burn_seen(&k.past.burn, now);
    return k;
}

/* Until the next poll; at a reset the balance is full again. */
static void spend(struct key *k, int64_t nano)
{
    unix_s before = k->now;
    k->now += POLL_S;
    struct entry e = { ENTRY_CONSUMPTION, { nano }, before, k->now };
    burn_seen(&k->past.burn, k->now);
    if (nano > 0)
        booked_add(&k->past, &e);
    if (calendar_last_reset(k->reading.period, k->now) > before)
        k->reading.balance = k->reading.reset_amount;
    k->reading.balance.is.nano -= nano;
}

static struct past past_of(const struct booked_past *b)
{
    struct past past;
    past_begin(&past, &b->burn, POLL_S);
    for (size_t i = 0; i < b->count; i++)
        past_add_hour(&past, b->hours[i].hour_start, b->hours[i].spent);
    return past;
}

/* As the daemon makes one, with what the last one said. */
static struct curve foresee(struct key *k)
{
    struct past past = past_of(&k->past);
    struct curve c;
    struct dry_question q = {
        .past = &past,
        .forest = &reset_forest,
        .budget = { calendar_last_reset(k->reading.period, k->now),
                    calendar_next_reset(k->reading.period, k->now),
                    (double)k->reading.reset_amount.is.nano },
        .nano = (double)k->reading.balance.is.nano,
        .before = &k->odds,
    };
    curve_make(&past, &net_shipped, q.nano, &c);
    dry_foresee(&c, &q);
    k->odds = c.reset;
    return c;
}

static struct forecast forecast_now(struct key *k)
{
    struct curve c = foresee(k);
    return forecast_read(&c, &k->past.burn, &k->reading, k->now, STALE_S);
}

static unix_s monday(void)
{
    unix_s at = TIME_NONE;
    struct fault why;
    assert_true(calendar_parse(span_of("2026-01-11T23:00:00Z"), &at, &why)); /* Paris midnight */
    return at;
}

/* A household's poll: awake hours, evenings, weekends, and twice a week an hour or two of ten times
 * as much. */
static int64_t household(unix_s at, struct random *r)
{
    int64_t hour = (at / HOUR_S + 1) % 24, day = (at - monday()) / DAY_S % 7;
    int64_t usual = hour < 7 ? 1 : hour < 17 ? 10 : 30;
    if (day >= 5)
        usual += usual / 2;
    bool bursts = hour >= 18 && random_next(r) % 40 == 0;
    return usual * CENT * (int64_t)(50 + random_next(r) % 100) / 100 * (bursts ? 10 : 1);
}

static void live(struct key *k, int64_t for_s, struct random *r)
{
    for (unix_s until = k->now + for_s; k->now < until;)
        spend(k, household(k->now, r));
}

static void a_weekly_budget_that_never_ran_dry_is_not_said_to_for_a_short_burst(void **state)
{
    (void)state;
    struct random r = random_seeded(1);
    struct key k = key_of(RESET_WEEKLY, 7000, monday());
    int64_t least = INT64_MAX;
    live(&k, 3 * WEEK_S, &r);
    for (int looks = 0; looks < 6 * 7 * 8; looks++) {
        live(&k, 3 * HOUR_S, &r);
        least = k.reading.balance.is.nano < least ? k.reading.balance.is.nano : least;
        assert_int_not_equal(forecast_now(&k).verdict, VERDICT_RUNS_DRY);
    }
    assert_in_range(least, 1, 1000 * CENT); /* and it came near enough to be a question */
    booked_done(&k.past);
}

static void one_that_is_spent_at_twice_the_pace_is_said_to_run_dry_before_it_does(void **state)
{
    (void)state;
    struct random r = random_seeded(5);
    struct key k = key_of(RESET_WEEKLY, 9000, monday());
    live(&k, 4 * WEEK_S, &r);
    enum verdict said = VERDICT_SAFE;
    double left = 0;
    while (said != VERDICT_RUNS_DRY && k.reading.balance.is.nano > 0) {
        spend(&k, 3 * household(k.now, &r));
        said = k.now / POLL_S % 12 ? said : forecast_now(&k).verdict;
        left = (double)k.reading.balance.is.nano / (double)(9000 * CENT);
    }
    assert_int_equal(said, VERDICT_RUNS_DRY);
    assert_true(left > 0.1);
    booked_done(&k.past);
}

static void of_who_burns_evenly_it_knows_to_the_hour(void **state)
{
    (void)state;
    for (int64_t hours = 10; hours <= 14; hours += 4) {
        struct key k = key_of(RESET_DAILY, 1 << 20, monday());
        for (int i = 0; i < 14 * 48 + 24; i++)
            spend(&k, 50 * CENT);
        k.reading.balance.is.nano = hours * CENT * 100;
        struct forecast f = forecast_now(&k);
        bool short_of = hours <= 10, ample = hours >= 14; /* twelve hours are left */
        if (short_of)
            assert_true(f.lasts < 0.15 && f.verdict == VERDICT_RUNS_DRY);
        if (ample)
            assert_true(f.lasts > 0.9 && f.verdict == VERDICT_SAFE);
        booked_done(&k.past);
    }
}

static void more_money_is_never_less_likely_to_last(void **state)
{
    (void)state;
    struct random r = random_seeded(9);
    struct key k = key_of(RESET_DAILY, 1000, monday());
    live(&k, 2 * WEEK_S + 9 * HOUR_S, &r);
    for (int looks = 0; looks < 5; looks++) {
        live(&k, 5 * HOUR_S, &r);
        if (k.reading.balance.is.nano <= 0)
            continue;
        struct curve c = foresee(&k);
        double before = dry_chance(&c, -1);
        assert_true(before >= 1);
        for (double nano = CENT; nano < 1e5 * CENT; nano *= 1.13) {
            double chance = dry_chance(&c, nano);
            assert_true(chance >= 0 && chance <= before + 1e-9);
            before = chance;
        }
    }
    booked_done(&k.past);
}

static void what_was_said_stands_until_the_odds_are_clearly_better(void **state)
{
    (void)state;
    struct random r = random_seeded(3);
    struct key k = key_of(RESET_DAILY, 1000, monday());
    live(&k, 2 * WEEK_S + 12 * HOUR_S, &r);
    struct curve c = foresee(&k);
    unix_s reset = c.reset.at;
    assert_true(dry_is_known(&c, calendar_next_reset(RESET_DAILY, k.now)));
    assert_false(dry_is_known(&c, reset + DAY_S));
    k.odds = (struct reset_odds){ .at = reset, .dry = false };
    c = foresee(&k);
    assert_false(dry_runs(&c, 0.4));
    assert_true(dry_runs(&c, 0.8));
    k.odds = (struct reset_odds){ .at = reset, .dry = true };
    k.reading.balance.is.nano = 1 + 200 * CENT;
    c = foresee(&k);
    if (c.reset.dry)
        assert_true(dry_runs(&c, 0.3) && !dry_runs(&c, 0.1));
    k.odds = (struct reset_odds){ .at = reset - DAY_S, .dry = true }; /* of another period */
    k.reading.balance.is.nano = 900 * CENT;
    c = foresee(&k);
    assert_false(c.reset.dry);
    booked_done(&k.past);
}

static void whole_periods_are_counted_to_the_cent(void **state)
{
    (void)state;
    struct key k = key_of(RESET_DAILY, 1000, monday());
    for (int i = 0; i < 5 * 48 + 20; i++)
        spend(&k, (i / 48 + 1) * CENT);
    struct past past = past_of(&k.past);
    struct budget b = { calendar_last_reset(RESET_DAILY, k.now),
                        calendar_next_reset(RESET_DAILY, k.now), 1e9 };
    struct periods p;
    assert_true(periods_of(&past, &b, &p));
    assert_int_equal(p.use.count, 5);
    for (int n = 0; n < 5; n++) {
        assert_true(p.use.at[n] == (double)(48 * (5 - n) * CENT));
        assert_true(p.by_now.at[n] == (double)(20 * (5 - n) * CENT));
        assert_true(p.rest.at[n] == (double)(28 * (5 - n) * CENT));
    }
    assert_true(p.spent == (double)(20 * 6 * CENT));
    b.began += DAY_S;
    assert_false(periods_of(&past, &b, &p));
    booked_done(&k.past);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_weekly_budget_that_never_ran_dry_is_not_said_to_for_a_short_burst),
        cmocka_unit_test(one_that_is_spent_at_twice_the_pace_is_said_to_run_dry_before_it_does),
        cmocka_unit_test(of_who_burns_evenly_it_knows_to_the_hour),
        cmocka_unit_test(more_money_is_never_less_likely_to_last),
        cmocka_unit_test(what_was_said_stands_until_the_odds_are_clearly_better),
        cmocka_unit_test(whole_periods_are_counted_to_the_cent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
