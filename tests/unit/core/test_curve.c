/* The full forecast: what must hold for any past, and that it says the obvious where something is
 * obvious. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "base/random.h"
#include "core/forecast.h"
#include "core/forecast/accuracy.h"
#include "core/forecast/explain.h"
#include "core/forecast/net.h"

#define CENT (NANO_PER_USD / 100)
#define NOON INT64_C(1768392000) /* 2026-01-14T12:00:00Z, a Wednesday */

enum { POLL_S = 600, STALE_S = HOUR_S };

/* A key that was watched until `now`. */
struct life {
    struct burn_history burn;
    struct past past;
};

static void begin(struct life *l, unix_s now, int64_t watched_s)
{
    burn_init(&l->burn);
    burn_seen(&l->burn, now - watched_s);
    burn_seen(&l->burn, now - watched_s / 2);
    burn_seen(&l->burn, now);
}

static void spend(struct life *l, int64_t nano, unix_s since, unix_s at)
{
    struct entry e = { ENTRY_CONSUMPTION, { nano }, since, at };
    burn_add(&l->burn, &e);
}

/* The past as the daemon makes it: the fine detail of the burn history, and hours from a store. */
static void recall(struct life *l, const int64_t *nano, const unix_s *at, int polls)
{
    struct hour_slice slices[BURN_SLICES_MAX];
    past_begin(&l->past, &l->burn, POLL_S);
    for (int i = 1; i < polls; i++) {
        struct entry e = { ENTRY_CONSUMPTION, { nano[i] }, at[i - 1], at[i] };
        size_t count = burn_slice(&e, slices, COUNT(slices));
        for (size_t s = 0; s < count; s++)
            past_add_hour(&l->past, slices[s].hour_start, slices[s].spent);
    }
}

enum { POLLS_MAX = 21 * DAY_S / POLL_S + 1 };

/* Busy by day, idle by night and on some days, at random; `missed` of a thousand polls are missing,
 * never the last. */
static void live(struct life *l, uint64_t seed, unix_s now, int64_t scale, uint64_t missed)
{
    static int64_t nano[POLLS_MAX];
    static unix_s at[POLLS_MAX];
    struct random r = random_seeded(seed), fate = random_seeded(seed + 1);
    int polls = 40 + (int)(random_next(&r) % (POLLS_MAX - 40)), kept = 1;
    int64_t hidden = 0, busy = 1 + (int64_t)(random_next(&r) % 5);
    begin(l, now, (polls - 1) * (int64_t)POLL_S);
    at[0] = now - (polls - 1) * (int64_t)POLL_S;
    for (int i = 1; i < polls; i++) {
        int64_t hour = i * POLL_S / HOUR_S % 24;
        int64_t most = hour < 6 ? 3 * CENT : 100 * CENT;
        hidden += random_next(&r) % 6 < (uint64_t)busy
            ? scale * (int64_t)(random_next(&r) % (uint64_t)most)
            : 0;
        if (i < polls - 1 && random_next(&fate) % 1000 < missed)
            continue;
        nano[kept] = hidden;
        at[kept] = at[0] + i * (int64_t)POLL_S;
        spend(l, hidden, at[kept - 1], at[kept]);
        hidden = 0;
        kept++;
    }
    recall(l, nano, at, kept);
}

static struct reading budget(int64_t nano)
{
    return (struct reading){
        .name = "prod-billing-api",
        .balance = money_known((struct money){ nano }),
        .budgeted = true,
        .expires = TIME_NONE,
    };
}

/* From a thousandth of a cent to ten thousand dollars. */
static double any_amount(uint64_t seed)
{
    return 1e4 * pow(10, (double)(seed % 10));
}

static void more_money_never_ends_earlier_at_any_level(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 60; seed++) {
        struct life l;
        struct curve c;
        live(&l, seed, NOON, 1, 15);
        assert_true(curve_make(&l.past, &net_shipped, any_amount(seed), &c));
        for (double level = 0.02; level < 1; level += 0.08) {
            double before = 0;
            for (double nano = 1; nano < 1e16; nano *= 1.07) {
                double hours = curve_hours(&c, nano, level);
                assert_true(hours >= before && isfinite(hours));
                before = hours;
            }
        }
        burn_done(&l.burn);
    }
}

static void a_higher_level_never_comes_earlier(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 60; seed++) {
        struct life l;
        struct curve c;
        live(&l, seed, NOON, 1, 15);
        assert_true(curve_make(&l.past, &net_shipped, any_amount(seed), &c));
        for (double nano = 1; nano < 1e16; nano *= 3) {
            double before = 0;
            for (double level = 0.01; level < 1; level += 0.01) {
                double hours = curve_hours(&c, nano, level);
                assert_true(hours >= before);
                before = hours;
            }
        }
        burn_done(&l.burn);
    }
}

static void whole_weeks_later_everything_is_the_same(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 60; seed++) {
        struct life here, there;
        struct curve a, b;
        live(&here, seed, NOON, 1, 15);
        live(&there, seed, NOON + 31 * (int64_t)WEEK_S, 1, 15);
        assert_true(curve_make(&here.past, &net_shipped, 4e11, &a)
                    && curve_make(&there.past, &net_shipped, 4e11, &b));
        assert_memory_equal(a.ln_hours, b.ln_hours, sizeof a.ln_hours);
        assert_int_equal(b.origin - a.origin, 31 * (int64_t)WEEK_S);
        burn_done(&here.burn);
        burn_done(&there.burn);
    }
}

static void dearer_calls_from_a_larger_balance_take_the_same_time(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 60; seed++) {
        struct life cheap, dear;
        struct curve a, b;
        live(&cheap, seed, NOON, 1, 15);
        live(&dear, seed, NOON, 1024, 15);
        assert_true(curve_make(&cheap.past, &net_shipped, 5e11, &a)
                    && curve_make(&dear.past, &net_shipped, 1024 * 5e11, &b));
        double near = curve_hours(&a, 5e11, 0.5), far = curve_hours(&b, 1024 * 5e11, 0.5);
        assert_true(fabs(near / far - 1) < 0.01);
        burn_done(&cheap.burn);
        burn_done(&dear.burn);
    }
}

static void missed_polls_hardly_matter(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 60; seed++) {
        struct life all, some;
        struct curve a, b;
        live(&all, seed, NOON, 1, 0);
        live(&some, seed, NOON, 1, 50);
        assert_true(curve_make(&all.past, &net_shipped, 1e11, &a)
                    && curve_make(&some.past, &net_shipped, 1e11, &b));
        double seen = curve_hours(&a, 30 * a.unit_nano, 0.5),
               guessed = curve_hours(&b, 30 * a.unit_nano, 0.5);
        assert_true(fabs(log(seen / guessed)) < 0.2);
        burn_done(&all.burn);
        burn_done(&some.burn);
    }
}

/* `hours` of a constant burn of a cent an hour. */
static void burn_evenly(struct life *l, int hours)
{
    static int64_t nano[PAST_HOURS + 1];
    static unix_s at[PAST_HOURS + 1];
    begin(l, NOON, hours * (int64_t)HOUR_S);
    for (int i = 0; i <= hours; i++) {
        at[i] = NOON - (hours - i) * (int64_t)HOUR_S;
        nano[i] = CENT;
        if (i > 0)
            spend(l, CENT, at[i - 1], at[i]);
    }
    recall(l, nano, at, hours + 1);
}

static void a_steady_burner_is_empty_about_when_division_says_so(void **state)
{
    (void)state;
    static const int amounts_h[] = { 2, 24, 100 };
    struct life l;
    struct curve c;
    burn_evenly(&l, 14 * 24);
    assert_true(curve_make(&l.past, &net_shipped, 24.0 * CENT, &c));
    for (size_t i = 0; i < COUNT(amounts_h); i++) {
        double nano = (double)CENT * amounts_h[i],
               likely = curve_hours(&c, nano, 0.5) / amounts_h[i];
        assert_true(likely > 0.85 && likely < 1.18);
        assert_true(curve_hours(&c, nano, 0.1) > 0.4 * amounts_h[i]);
        assert_true(curve_hours(&c, nano, 0.9) < 2.5 * amounts_h[i]);
    }
    burn_done(&l.burn);
}

static void ten_minutes_of_history_give_an_answer_and_say_that_it_is_little(void **state)
{
    (void)state;
    struct life l;
    struct curve c;
    begin(&l, NOON, 600);
    spend(&l, CENT, NOON - 600, NOON);
    int64_t nano[] = { 0, CENT };
    unix_s at[] = { NOON - 600, NOON };
    recall(&l, nano, at, 2);
    assert_true(curve_make(&l.past, &net_shipped, 60.0 * CENT, &c));
    assert_int_equal(c.history, HISTORY_HOURS);
    double hours = curve_hours(&c, 60 * CENT, 0.5); /* ten at the rate seen */
    assert_true(hours > 1 && hours < 100);
    burn_done(&l.burn);
}

static void nothing_spent_is_no_curve(void **state)
{
    (void)state;
    struct life l;
    struct curve c;
    begin(&l, NOON, WEEK_S);
    past_begin(&l.past, &l.burn, POLL_S);
    assert_false(curve_make(&l.past, &net_shipped, CENT, &c));
    assert_true(c.origin == TIME_NONE);
    assert_int_equal(c.history, HISTORY_NONE);
    struct reading r = budget(CENT);
    struct forecast f = forecast_read(&c, &l.burn, &r, NOON, STALE_S);
    assert_int_equal(f.verdict, VERDICT_IDLE);
    assert_true(f.likely == TIME_FAR && f.alarm == TIME_FAR && f.relief == TIME_FAR);
    burn_done(&l.burn);
}

static void an_alarm_gone_wild_is_held_within_a_factor_of_three(void **state)
{
    (void)state;
    static const struct net plain_net;
    struct life l;
    burn_evenly(&l, 14 * 24); /* so that all experts agree */
    for (int sign = -1; sign <= 1; sign += 2) {
        struct alarm_tree wild = { .above = { 0 } };
        for (int i = 0; i < ALARM_LEAVES; i++)
            wild.leaf[i] = (short)(sign * 30000);
        struct curve c;
        struct ensemble nets = { .nets = &plain_net, .count = 1, .alarms = { &wild, 1 } };
        assert_true(curve_make(&l.past, &nets, 24.0 * CENT, &c));
        double alarm = curve_alarm(&c, 24.0 * CENT).alarm / 24;
        assert_true(fabs(log(alarm) + sign * log(3)) < 0.1);
    }
    burn_done(&l.burn);
}

static void a_net_gone_wild_is_held_within_a_factor_of_three(void **state)
{
    (void)state;
    static const double wild[] = { -50, 50 };
    struct life l;
    struct curve far[COUNT(wild)];
    struct net wild_net = { .bias = { -50, -50, 0, -50, -50 } };
    burn_evenly(&l, 14 * 24); /* so that all experts agree */
    for (size_t i = 0; i < COUNT(wild); i++) {
        wild_net.bias[LEVEL_LIKELY] = (float)wild[i];
        assert_true(curve_make(&l.past, &(struct ensemble){ .nets = &wild_net, .count = 1 },
                               24.0 * CENT, &far[i]));
    }
    double late = curve_hours(&far[1], 24.0 * CENT, 0.5) / 24,
           early = curve_hours(&far[0], 24.0 * CENT, 0.5) / 24;
    assert_true(fabs(log(late / 3)) < 0.1 && fabs(log(early * 3)) < 0.1);
    assert_true(curve_hours(&far[1], 24.0 * CENT, 0.9) < 24 * 60
                && curve_hours(&far[0], 24.0 * CENT, 0.1) > 24 / 60.0);
    burn_done(&l.burn);
}

static void chance_and_hours_and_need_are_inverses(void **state)
{
    (void)state;
    struct life l;
    struct curve c;
    live(&l, 7, NOON, 1, 15);
    assert_true(curve_make(&l.past, &net_shipped, 4e11, &c));
    for (double level = 0.03; level < 1; level += 0.05) {
        double hours = curve_hours(&c, 4e11, level);
        assert_true(fabs(curve_chance(&c, 4e11, hours) - level) < 1e-3);
    }
    for (double hours = 1; hours < 1000; hours *= 2) {
        double nano = curve_needed(&c, hours, 0.9);
        assert_true(curve_hours(&c, nano * 1.0001, 0.1) >= hours);
        assert_true(curve_hours(&c, nano * 0.9999, 0.1) <= hours * 1.001);
        assert_true(curve_needed(&c, hours, 0.5) <= nano);
    }
    assert_true(curve_chance(&c, 0, 1) > 0.999 && curve_chance(&c, 1e9, 0) < 0.001);
    burn_done(&l.burn);
}

static void a_widened_curve_keeps_its_middle_and_its_order(void **state)
{
    (void)state;
    const struct accuracy twice = { .ln_widening = { 0.693F, 0.693F, 0.693F } };
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct life l;
        struct curve c, wide;
        live(&l, seed, NOON, 1, 15);
        assert_true(curve_make(&l.past, &net_shipped, 4e11, &c));
        wide = c;
        curve_widen(&wide, &twice);
        assert_true(fabs(curve_hours(&wide, 4e11, 0.5) / curve_hours(&c, 4e11, 0.5) - 1) < 1e-6);
        double before = 0;
        for (double nano = 1e6; nano < 1e15; nano *= 1.2) {
            double early = curve_hours(&wide, nano, 0.1);
            assert_true(early >= before);
            before = early;
        }
        burn_done(&l.burn);
    }
}

static void a_forecast_is_read_from_the_curve_for_any_balance(void **state)
{
    (void)state;
    struct life l;
    struct curve c;
    burn_evenly(&l, 14 * 24);
    assert_true(curve_make(&l.past, &net_shipped, 24.0 * CENT, &c));
    struct reading little = budget(24 * CENT), much = budget(3000 * CENT), none = budget(0);
    struct forecast f = forecast_read(&c, &l.burn, &little, NOON, STALE_S);
    assert_int_equal(f.verdict, VERDICT_RUNS_DRY);
    assert_true(NOON < f.early && f.early < f.likely && f.likely < f.late);
    assert_true(NOON < f.relief && f.relief < f.likely);
    assert_true(f.relief <= f.alarm && f.alarm <= f.late);
    assert_int_equal(forecast_read(&c, &l.burn, &much, NOON, STALE_S).verdict, VERDICT_SAFE);
    assert_int_equal(forecast_read(&c, &l.burn, &none, NOON, STALE_S).verdict, VERDICT_EXHAUSTED);
    assert_int_equal(forecast_read(&c, &l.burn, &little, NOON + STALE_S + 1, STALE_S).verdict,
                     VERDICT_STALE);
    little.budgeted = false;
    assert_int_equal(forecast_read(&c, &l.burn, &little, NOON, STALE_S).verdict, VERDICT_NO_BUDGET);
    burn_done(&l.burn);
}

static void consumption_as_foretold_moves_no_forecast(void **state)
{
    (void)state;
    struct life l;
    struct curve c;
    burn_evenly(&l, 14 * 24);
    assert_true(curve_make(&l.past, &net_shipped, 24.0 * CENT, &c));
    struct reading before = budget(24 * CENT), after = budget(23 * CENT);
    struct forecast then = forecast_read(&c, &l.burn, &before, NOON, STALE_S);
    struct entry e = { ENTRY_CONSUMPTION, { CENT }, NOON, NOON + HOUR_S };
    burn_seen(&l.burn, NOON + HOUR_S);
    curve_spend(&c, &e);
    struct forecast now = forecast_read(&c, &l.burn, &after, NOON + HOUR_S, STALE_S);
    assert_int_equal(now.likely, then.likely);
    burn_done(&l.burn);
}

static void the_shares_of_evidence_add_up(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct life l;
        struct explanation why;
        double all = 0;
        live(&l, seed, NOON, 1, 15);
        assert_true(explain(&l.past, &net_shipped, 4e11, &why));
        for (int e = 0; e < EVIDENCE_KINDS; e++) {
            assert_true(why.share[e] >= 0);
            assert_non_null(evidence_name((enum evidence)e));
            all += why.share[e];
        }
        assert_true(fabs(all - 1) < 1e-9);
        burn_done(&l.burn);
    }
}

/* However short it was watched, wherever within the hour, in whichever steps: time may run faster
 * than usual. */
static void an_even_burner_is_forecast_by_its_rate_from_the_first_seconds_on(void **state)
{
    (void)state;
    static const int64_t lives_s[] = { 4, 10, 30, 90, 300, 900, 2400, 2 * HOUR_S, 5 * HOUR_S };
    for (size_t i = 0; i < COUNT(lives_s); i++)
        for (unix_s now = NOON; now < NOON + HOUR_S; now += 700) {
            int64_t nano[5] = { 0 };
            unix_s at[5];
            struct life l;
            begin(&l, now, lives_s[i]);
            for (int n = 0; n < 5; n++) {
                at[n] = now - lives_s[i] + n * lives_s[i] / 4;
                nano[n] = n ? (at[n] - at[n - 1]) * CENT : 0;
                if (n)
                    spend(&l, nano[n], at[n - 1], at[n]);
            }
            recall(&l, nano, at, 5);
            struct curve c;
            assert_true(curve_make(&l.past, &net_shipped, 1.0 * HOUR_S * CENT, &c));
            for (double left_h = 0.02; left_h < 20; left_h *= 2) {
                double spent = left_h * HOUR_S * CENT, likely = curve_hours(&c, spent, 0.5);
                if (likely < left_h / 1.5 || likely > left_h * 1.5)
                    fail_msg("watched for %d s: %f h instead of %f", (int)lives_s[i], likely,
                             left_h);
                assert_true(curve_hours(&c, spent, 0.1) <= likely
                            && likely <= curve_hours(&c, spent, 0.9));
            }
            burn_done(&l.burn);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(more_money_never_ends_earlier_at_any_level),
        cmocka_unit_test(a_higher_level_never_comes_earlier),
        cmocka_unit_test(whole_weeks_later_everything_is_the_same),
        cmocka_unit_test(dearer_calls_from_a_larger_balance_take_the_same_time),
        cmocka_unit_test(missed_polls_hardly_matter),
        cmocka_unit_test(a_steady_burner_is_empty_about_when_division_says_so),
        cmocka_unit_test(ten_minutes_of_history_give_an_answer_and_say_that_it_is_little),
        cmocka_unit_test(nothing_spent_is_no_curve),
        cmocka_unit_test(an_alarm_gone_wild_is_held_within_a_factor_of_three),
        cmocka_unit_test(a_net_gone_wild_is_held_within_a_factor_of_three),
        cmocka_unit_test(chance_and_hours_and_need_are_inverses),
        cmocka_unit_test(a_widened_curve_keeps_its_middle_and_its_order),
        cmocka_unit_test(a_forecast_is_read_from_the_curve_for_any_balance),
        cmocka_unit_test(consumption_as_foretold_moves_no_forecast),
        cmocka_unit_test(an_even_burner_is_forecast_by_its_rate_from_the_first_seconds_on),
        cmocka_unit_test(the_shares_of_evidence_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
