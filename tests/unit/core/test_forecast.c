/* Forecasts: the verdict for each situation, and what must hold for any history. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "base/random.h"
#include "booked_past.h"
#include "core/calendar.h"
#include "core/forecast.h"

#define CENT (NANO_PER_USD / 100)

enum { STALE_S = 15 * MINUTE_S, POLL_S = 300 };

static unix_s at_time(const char *text)
{
    unix_s at = TIME_NONE;
    struct fault why = { 0 };
    assert_true(calendar_parse(span_of(text), &at, &why));
    return at;
}

static struct reading budget(int64_t nano)
{
    return (struct reading){
        .name = "prod-billing-api",
        .type = "api_token",
        .balance = money_known((struct money){ nano }),
        .budgeted = true,
        .expires = TIME_NONE,
    };
}

/* Watched for `for_s` until `now`, spending so much each poll. */
static struct booked_past burning(unix_s now, int64_t for_s, int64_t nano_per_poll)
{
    struct booked_past p;
    booked_init(&p);
    burn_seen(&p.burn, now - for_s);
    for (unix_s at = now - for_s + POLL_S; at <= now; at += POLL_S) {
        struct entry e = { ENTRY_CONSUMPTION, { nano_per_poll }, at - POLL_S, at };
        burn_seen(&p.burn, at);
        booked_add(&p, &e);
    }
    return p;
}

/* A full forecast made and read at once. */
static struct forecast forecast_of(const struct booked_past *p, const struct reading *r, unix_s now)
{
    struct curve c = booked_curve(p, POLL_S, (double)r->balance.is.nano);
    return forecast_read(&c, &p->burn, r, now, STALE_S);
}

struct row {
    const char *what;
    enum verdict verdict;
    int64_t watched_s, cents_per_h, balance_cents;
    int64_t silent_s; /* since the last reading */
    enum reset_period period;
    int64_t expires_in_s; /* 0: never */
};

/* Now is noon UTC on a Wednesday: 11 hours to midnight in Paris. */
static const struct row rows[] = {
    { "a steady token that lasts the night", VERDICT_SAFE, DAY_S, 12, 1200, 0, RESET_DAILY, 0 },
    { "one that may just not", VERDICT_TIGHT, DAY_S, 12, 12 * 12, 0, RESET_DAILY, 0 },
    { "one that does not", VERDICT_RUNS_DRY, DAY_S, 12, 12 * 10, 0, RESET_DAILY, 0 },
    { "the same balance is short for a week", VERDICT_RUNS_DRY, DAY_S, 12, 1200, 0, RESET_WEEKLY,
      0 },
    { "without a reset a week ahead counts", VERDICT_RUNS_DRY, DAY_S, 12, 12 * 167, 0, RESET_NONE,
      0 },
    { "and not more than that", VERDICT_SAFE, DAY_S, 12, 12 * 2000, 0, RESET_NONE, 0 },
    { "a token that expires first is safe", VERDICT_SAFE, DAY_S, 12, 1200, 0, RESET_NONE, DAY_S },
    { "an expiry in the past is no horizon", VERDICT_RUNS_DRY, DAY_S, 12, 1200, 0, RESET_NONE,
      -DAY_S },
    { "an empty balance", VERDICT_EXHAUSTED, DAY_S, 12, 0, 0, RESET_DAILY, 0 },
    { "an overdrawn one that nobody can see", VERDICT_STALE, DAY_S, 12, -5, DAY_S, RESET_DAILY, 0 },
    { "no reading for too long", VERDICT_STALE, DAY_S, 12, 1200, STALE_S + 1, RESET_DAILY, 0 },
    { "just not too long", VERDICT_SAFE, DAY_S, 12, 1200, STALE_S, RESET_DAILY, 0 },
    { "too few readings", VERDICT_LEARNING, POLL_S, 12, 1200, 0, RESET_DAILY, 0 },
    { "watched for days, nothing spent yet", VERDICT_UNUSED, 6 * DAY_S, 0, 1200, 0, RESET_DAILY,
      0 },
    { "watched for a week, nothing spent", VERDICT_IDLE, 8 * DAY_S, 0, 1200, 0, RESET_DAILY, 0 },
};

static void the_verdict_fits_the_situation(void **state)
{
    (void)state;
    unix_s now = at_time("2026-01-14T12:00:00Z");
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct row *row = &rows[i];
        struct booked_past h =
            burning(now - row->silent_s, row->watched_s, row->cents_per_h * CENT / 12);
        struct reading r = budget(row->balance_cents * CENT);
        r.period = row->period;
        r.expires = row->expires_in_s ? now + row->expires_in_s : TIME_NONE;
        struct forecast f = forecast_of(&h, &r, now);
        if (f.verdict != row->verdict)
            fail_msg("row \"%s\": %s", row->what, forecast_verdict_name(f.verdict));
        booked_done(&h);
    }
}

static void a_token_without_a_known_budget_has_no_forecast(void **state)
{
    (void)state;
    unix_s now = at_time("2026-01-14T12:00:00Z");
    struct booked_past h = burning(now, DAY_S, CENT);
    struct reading r = budget(-CENT);
    r.budgeted = false;
    assert_int_equal(forecast_of(&h, &r, now).verdict, VERDICT_NO_BUDGET);
    r.budgeted = true;
    r.balance.known = false;
    struct forecast f = forecast_of(&h, &r, now);
    assert_int_equal(f.verdict, VERDICT_NO_BUDGET);
    assert_true(f.early == TIME_NONE && f.likely == TIME_NONE && f.late == TIME_NONE);
    booked_done(&h);
}

static void a_token_never_seen_is_still_being_learnt(void **state)
{
    (void)state;
    struct booked_past h;
    booked_init(&h);
    struct reading r = budget(CENT);
    assert_int_equal(forecast_of(&h, &r, 1000).verdict, VERDICT_LEARNING);
}

static void a_steady_burner_is_empty_when_division_says_so(void **state)
{
    (void)state;
    unix_s now = at_time("2026-01-14T12:00:00Z");
    struct booked_past h = burning(now, 8 * DAY_S, CENT);
    static const int64_t runways_s[] = { 600, HOUR_S, 5 * HOUR_S, 3 * DAY_S, 100 * DAY_S };
    for (size_t i = 0; i < COUNT(runways_s); i++) {
        int64_t expected = runways_s[i];
        struct reading r = budget(expected * CENT / POLL_S);
        struct forecast f = forecast_of(&h, &r, now);
        assert_in_range(f.likely - now, expected * 80 / 100, expected * 125 / 100);
        assert_in_range(f.early - now, expected * 25 / 100, expected * 99 / 100);
        assert_in_range(f.late - now, expected * 105 / 100, expected * 400 / 100);
    }
    booked_done(&h);
}

static void a_quiet_hour_does_not_hide_a_busy_week(void **state)
{
    (void)state;
    unix_s now = at_time("2026-01-14T12:00:00Z");
    struct booked_past h = burning(now - 2 * HOUR_S, 8 * DAY_S, CENT);
    burn_seen(&h.burn, now);
    struct reading r = budget(12 * CENT * 100);
    assert_int_equal(burn_over(&h.burn, BURN_1H).nano_per_h, 0);
    struct forecast f = forecast_of(&h, &r, now);
    assert_in_range(f.likely - now, 90 * HOUR_S, 150 * HOUR_S);
    booked_done(&h);
}

static void a_week_of_silence_is_idle_with_no_end_in_sight(void **state)
{
    (void)state;
    unix_s now = at_time("2026-01-14T12:00:00Z");
    struct booked_past h = burning(now - 8 * DAY_S, DAY_S, CENT);
    burn_seen(&h.burn, now);
    struct reading r = budget(CENT);
    struct forecast f = forecast_of(&h, &r, now);
    assert_int_equal(f.verdict, VERDICT_IDLE);
    assert_true(f.early == TIME_FAR && f.late == TIME_FAR);
    booked_done(&h);
}

static void beyond_a_century_there_is_no_end_in_sight(void **state)
{
    (void)state;
    unix_s now = at_time("2026-01-14T12:00:00Z");
    struct booked_past h = burning(now, DAY_S, 1);
    struct reading r = budget(MONEY_LIMIT_NANO);
    struct forecast f = forecast_of(&h, &r, now);
    assert_int_equal(f.verdict, VERDICT_SAFE);
    assert_true(f.early == TIME_FAR && f.likely == TIME_FAR && f.late == TIME_FAR);
    booked_done(&h);
}

static void the_horizon_moves_with_daylight_saving(void **state)
{
    (void)state;
    static const struct {
        const char *now, *horizon;
    } nights[] = {
        { "2026-03-28T22:59:59Z", "2026-03-28T23:00:00Z" },
        { "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z" },
        { "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z" },
    };
    for (size_t i = 0; i < COUNT(nights); i++) {
        unix_s now = at_time(nights[i].now);
        struct booked_past h = burning(now, DAY_S, CENT);
        struct reading r = budget(CENT);
        r.period = RESET_DAILY;
        assert_int_equal(forecast_of(&h, &r, now).horizon, at_time(nights[i].horizon));
        booked_done(&h);
    }
}

static void times_never_lie_before_now(void **state)
{
    (void)state;
    unix_s now = at_time("2026-01-14T12:00:00Z");
    struct booked_past h = burning(now, DAY_S, CENT);
    struct reading r = budget(CENT);
    for (int64_t skew_s = -1800; skew_s <= STALE_S; skew_s += 300) {
        struct forecast f = forecast_of(&h, &r, now + skew_s);
        assert_true(now + skew_s <= f.early && f.early <= f.likely && f.likely <= f.late);
    }
    booked_done(&h);
}

/* A life of steady stretches, bursts and silences, 20 minutes to 10 days long. */
static struct booked_past lived(uint64_t seed, unix_s now, int64_t scale)
{
    struct random random = random_seeded(seed);
    int64_t polls = 4 + (int64_t)(random_next(&random) % (random_next(&random) % 2 ? 60 : 2880));
    int64_t per_poll = 0;
    struct booked_past h;
    booked_init(&h);
    burn_seen(&h.burn, now - polls * POLL_S);
    for (unix_s at = now - (polls - 1) * POLL_S; at <= now; at += POLL_S) {
        if (random_next(&random) % 40 == 0)
            per_poll = (int64_t)(random_next(&random) % 3 * (random_next(&random) % (100 * CENT)));
        struct entry e = { ENTRY_CONSUMPTION, { per_poll * scale }, at - POLL_S, at };
        burn_seen(&h.burn, at);
        booked_add(&h, &e);
    }
    return h;
}

static void more_money_never_ends_earlier(void **state)
{
    (void)state;
    unix_s now = at_time("2026-01-14T12:00:00Z");
    for (uint64_t seed = 0; seed < 60; seed++) {
        struct booked_past h = lived(seed, now, 1);
        struct curve c = booked_curve(&h, POLL_S, 1e11);
        struct forecast before = { .early = now,
                                   .likely = now,
                                   .late = now,
                                   .alarm = now,
                                   .relief = now,
                                   .lasts = CHANCE_NONE };
        for (double balance = 1; balance < 1e15; balance *= 1.11) {
            struct reading r = budget((int64_t)balance);
            struct forecast f = forecast_read(&c, &h.burn, &r, now, STALE_S);
            assert_true(now <= f.early && f.early <= f.likely && f.likely <= f.late
                        && f.relief <= f.alarm);
            assert_true(before.early <= f.early && before.likely <= f.likely
                        && before.late <= f.late);
            assert_true(before.alarm <= f.alarm && before.relief <= f.relief
                        && before.lasts <= f.lasts);
            before = f;
        }
        booked_done(&h);
    }
}

static void a_curve_read_later_counts_what_was_spent_since(void **state)
{
    (void)state;
    unix_s made = at_time("2026-01-14T12:00:00Z"), now = made + HOUR_S;
    struct booked_past h = burning(made, 8 * DAY_S, CENT);
    struct curve c = booked_curve(&h, POLL_S, 1000.0 * CENT);
    struct reading full = budget(1000 * CENT), rest = budget(988 * CENT);
    struct forecast before = forecast_read(&c, &h.burn, &full, made, STALE_S);
    struct entry e = { ENTRY_CONSUMPTION, { 12 * CENT }, made, now };
    burn_add(&h.burn, &e);
    burn_seen(&h.burn, now);
    curve_spend(&c, &e);
    struct forecast after = forecast_read(&c, &h.burn, &rest, now, STALE_S);
    assert_true(after.likely == before.likely && after.early == before.early
                && after.late == before.late);
    assert_true(after.made_at == made && after.read_at == now);
    booked_done(&h);
}

static void the_chance_to_last_agrees_with_the_times(void **state)
{
    (void)state;
    unix_s now = at_time("2026-01-14T12:00:00Z");
    struct booked_past h = burning(now, 8 * DAY_S, CENT);
    for (int64_t cents = 50; cents < 3000; cents += 50) {
        struct reading r = budget(cents * CENT);
        r.period = RESET_DAILY;
        struct forecast f = forecast_of(&h, &r, now);
        assert_true((f.lasts > 0.5) == (f.likely > f.horizon));
        assert_true((f.lasts > 0.9) == (f.early > f.horizon));
    }
    booked_done(&h);
}

/* The same token, read ever later while nothing is spent and the balance stays. */
static void money_that_is_still_there_has_not_ended_however_old_the_curve(void **state)
{
    (void)state;
    unix_s made = at_time("2026-01-14T12:00:00Z");
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct booked_past h = lived(seed, made, 1);
        struct curve c = booked_curve(&h, POLL_S, CENT);
        for (int64_t later_s = 0; later_s < 400 * DAY_S; later_s = later_s * 2 + 1) {
            struct reading little = budget(CENT), more = budget(2 * CENT);
            unix_s now = made + later_s;
            struct forecast f = forecast_read(&c, &h.burn, &little, now, INT64_MAX);
            struct forecast g = forecast_read(&c, &h.burn, &more, now, INT64_MAX);
            if (!forecast_has_times(&f))
                continue;
            assert_true(now < f.early && f.early <= f.likely && f.likely <= f.late);
            assert_true(now < f.relief && f.relief <= f.alarm);
            assert_true(f.early <= g.early && f.likely <= g.likely && f.late <= g.late);
        }
        booked_done(&h);
    }
}

static struct purse purse_of(const struct booked_past *p, const struct reading *r,
                             const struct curve *c)
{
    return (struct purse){ .reading = r, .curve = c, .watched = watched_of(&p->burn, STALE_S) };
}

/* Each row: what a token and its account have, in cents, at the same burn, and which of the two is
 * the limit. */
static void a_token_spends_no_more_than_its_account_has(void **state)
{
    static const struct {
        int64_t token, account;
        enum verdict verdict;
        enum limit limit;
    } cases[] = {
        { 5000, 13, VERDICT_RUNS_DRY, LIMIT_CREDITS },
        { 13, 5000, VERDICT_RUNS_DRY, LIMIT_BALANCE },
        { 5000, 0, VERDICT_EXHAUSTED, LIMIT_CREDITS },
        { 5000, -1, VERDICT_EXHAUSTED, LIMIT_CREDITS },
        { 0, 5000, VERDICT_EXHAUSTED, LIMIT_BALANCE },
        { 500, 500, VERDICT_RUNS_DRY, LIMIT_BALANCE },
    };
    (void)state;
    unix_s now = at_time("2026-01-14T12:00:00Z");
    struct booked_past h = burning(now, 8 * DAY_S, CENT);
    struct curve c = booked_curve(&h, POLL_S, 500.0 * CENT);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct reading token = budget(cases[i].token * CENT),
                       credits = budget(cases[i].account * CENT);
        struct purse own = purse_of(&h, &token, &c), shared = purse_of(&h, &credits, &c);
        struct forecast f = forecast_within(&own, &shared, now);
        assert_int_equal(f.verdict, cases[i].verdict);
        assert_int_equal(f.limit, cases[i].limit);
        assert_int_equal(
            f.available.is.nano,
            CENT * (cases[i].token < cases[i].account ? cases[i].token : cases[i].account));
        struct forecast alone = forecast_within(&own, NULL, now);
        assert_true(f.early <= alone.early && f.likely <= alone.likely && f.late <= alone.late);

        shared.watched.last_seen = now - STALE_S - 1; /* not known: the token by itself */
        assert_int_equal(forecast_within(&own, &shared, now).limit, LIMIT_BALANCE);
        snprintf(token.type, sizeof token.type, "sandbox_api_token");
        shared.watched.last_seen = now;
        assert_int_equal(forecast_within(&own, &shared, now).limit, LIMIT_BALANCE);
    }
    booked_done(&h);
}

static void shifting_all_stamps_shifts_the_forecast(void **state)
{
    (void)state;
    unix_s now = at_time("2026-01-14T12:00:00Z");
    const int64_t shift_s = 54321 * (int64_t)HOUR_S;
    for (uint64_t seed = 0; seed < 40; seed++) {
        struct booked_past here = lived(seed, now, 1), there = lived(seed, now + shift_s, 1);
        struct reading r = budget(5000 * CENT);
        struct forecast a = forecast_of(&here, &r, now);
        struct forecast b = forecast_of(&there, &r, now + shift_s);
        assert_int_equal(a.verdict, b.verdict);
        int64_t expected = a.likely == TIME_FAR ? 0 : shift_s;
        assert_int_equal(b.likely - a.likely, expected);
        booked_done(&here);
        booked_done(&there);
    }
}

static void dearer_calls_from_a_larger_balance_end_at_the_same_time(void **state)
{
    (void)state;
    unix_s now = at_time("2026-01-14T12:00:00Z");
    for (uint64_t seed = 0; seed < 40; seed++) {
        struct booked_past cheap = lived(seed, now, 1), dear = lived(seed, now, 1000);
        struct reading little = budget(5000 * CENT), much = budget(5000 * 1000 * CENT);
        struct forecast a = forecast_of(&cheap, &little, now);
        struct forecast b = forecast_of(&dear, &much, now);
        assert_int_equal(a.verdict, b.verdict);
        assert_true(a.likely - b.likely <= 1 && b.likely - a.likely <= 1);
        booked_done(&cheap);
        booked_done(&dear);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_verdict_fits_the_situation),
        cmocka_unit_test(a_token_without_a_known_budget_has_no_forecast),
        cmocka_unit_test(a_token_never_seen_is_still_being_learnt),
        cmocka_unit_test(a_steady_burner_is_empty_when_division_says_so),
        cmocka_unit_test(a_quiet_hour_does_not_hide_a_busy_week),
        cmocka_unit_test(a_week_of_silence_is_idle_with_no_end_in_sight),
        cmocka_unit_test(beyond_a_century_there_is_no_end_in_sight),
        cmocka_unit_test(the_horizon_moves_with_daylight_saving),
        cmocka_unit_test(times_never_lie_before_now),
        cmocka_unit_test(more_money_never_ends_earlier),
        cmocka_unit_test(a_curve_read_later_counts_what_was_spent_since),
        cmocka_unit_test(the_chance_to_last_agrees_with_the_times),
        cmocka_unit_test(money_that_is_still_there_has_not_ended_however_old_the_curve),
        cmocka_unit_test(a_token_spends_no_more_than_its_account_has),
        cmocka_unit_test(shifting_all_stamps_shifts_the_forecast),
        cmocka_unit_test(dearer_calls_from_a_larger_balance_end_at_the_same_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
