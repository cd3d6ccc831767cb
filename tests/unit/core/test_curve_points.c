/* A curve knows the time at a few amounts: it must be right near the one that it was made near,
 * sensible everywhere, and survive being kept, also by an older version. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "booked_past.h"
#include "core/forecast/packed.h"

#define CENT (NANO_PER_USD / 100)

enum { NOW = 1795427400, POLL_S = 600 };

/* Two weeks of busy days and quiet nights, at random. */
static struct booked_past lived(uint64_t seed)
{
    struct random r = random_seeded(seed);
    struct booked_past b;
    booked_init(&b);
    for (unix_s at = NOW - 2 * WEEK_S; at <= NOW; at += POLL_S) {
        uint64_t most = at / HOUR_S % 24 < 8 ? 20 : 400;
        int64_t cents = random_next(&r) % 3 ? (int64_t)(random_next(&r) % most) : 0;
        struct entry e = { ENTRY_CONSUMPTION, { cents * CENT }, at - POLL_S, at };
        burn_seen(&b.burn, at);
        booked_add(&b, &e);
    }
    return b;
}

static double off(const struct curve *a, const struct curve *b, double nano)
{
    return fabs(log(curve_hours(a, nano, 0.5) / curve_hours(b, nano, 0.5)));
}

static void it_tells_the_same_of_an_amount_whatever_near_amount_it_was_made_near(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 4; seed++) {
        struct booked_past b = lived(seed);
        for (double nano = 2e9; nano < 3e12; nano *= 7.3) {
            struct curve here = booked_curve(&b, POLL_S, nano);
            struct curve by = booked_curve(&b, POLL_S, nano * 1.26);
            struct alarm_hours a = curve_alarm(&here, nano), other = curve_alarm(&by, nano);
            assert_true(curve_is_near(&by, nano));
            assert_true(off(&here, &by, nano) < 1e-3);
            assert_true(fabs(log(a.alarm / other.alarm)) < 0.05);
        }
        booked_done(&b);
    }
}

static void far_from_where_it_was_made_it_is_rough_but_not_wrong(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 4; seed++) {
        struct booked_past b = lived(seed);
        for (double nano = 1e10; nano < 1e12; nano *= 7.3) {
            struct curve here = booked_curve(&b, POLL_S, nano);
            for (double times = 1 / 15.0; times < 90; times *= 2.3) {
                struct curve there = booked_curve(&b, POLL_S, nano * times);
                assert_true(off(&here, &there, nano * times) < 0.9);
            }
        }
        booked_done(&b);
    }
}

static void more_money_takes_longer_and_alarms_keep_their_order_between_and_beyond_points(
    void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 17; seed += 2) {
        struct booked_past b = lived(seed);
        struct curve c = booked_curve(&b, POLL_S, pow(10, (double)(seed % 16)));
        double before[3] = { 0 };
        struct alarm_hours last = { 0, 0 };
        for (double nano = 1; nano < 1e17; nano *= 1.03) {
            struct alarm_hours a = curve_alarm(&c, nano);
            assert_true(a.alarm >= last.alarm && a.relief >= last.relief && a.relief <= a.alarm);
            last = a;
            for (int l = 0; l < 3; l++) {
                double hours = curve_hours(&c, nano, 0.1 + 0.4 * l);
                assert_true(hours >= before[l]);
                before[l] = hours;
            }
        }
        booked_done(&b);
    }
}

static void beyond_its_points_time_goes_in_proportion_to_money(void **state)
{
    (void)state;
    struct booked_past b = lived(1);
    struct curve c = booked_curve(&b, POLL_S, 1e12);
    static const double amounts[] = { 1e6, 1e9, 1e15, 1e17 };
    for (size_t i = 0; i < COUNT(amounts); i++) {
        double hours = curve_hours(&c, amounts[i], 0.25);
        assert_true(fabs(curve_hours(&c, 3 * amounts[i], 0.25) / hours / 3 - 1) < 1e-9);
        double alarm = curve_alarm(&c, amounts[i]).alarm;
        assert_true(fabs(curve_alarm(&c, 3 * amounts[i]).alarm / alarm / 3 - 1) < 1e-9);
    }
    booked_done(&b);
}

static void it_is_near_what_it_was_made_near_and_not_what_is_twice_or_half(void **state)
{
    (void)state;
    struct booked_past b = lived(2);
    for (double nano = 2e9; nano < 3e12; nano *= 2.3) {
        struct curve c = booked_curve(&b, POLL_S, nano);
        assert_true(curve_is_near(&c, nano) && curve_is_near(&c, nano / 1.25));
        assert_false(curve_is_near(&c, nano * 2) || curve_is_near(&c, nano / 2));
    }
    /* Beyond the ladder nothing is nearer than its end. */
    struct curve low = booked_curve(&b, POLL_S, 1), high = booked_curve(&b, POLL_S, 1e17);
    assert_true(curve_is_near(&low, 100) && curve_is_near(&low, 0) && curve_is_near(&low, -5));
    assert_true(curve_is_near(&high, 1e18));
    booked_done(&b);
}

static void expect_same(const struct curve *a, const struct curve *b)
{
    for (double nano = 1; nano < 1e17; nano *= 3) {
        for (double level = 0.05; level < 1; level += 0.1)
            assert_true(curve_hours(a, nano, level) == curve_hours(b, nano, level));
        assert_true(curve_alarm(a, nano).alarm == curve_alarm(b, nano).alarm);
        assert_true(curve_alarm(a, nano).relief == curve_alarm(b, nano).relief);
    }
}

static void a_kept_curve_is_small_and_the_same(void **state)
{
    (void)state;
    assert_true(CURVE_BYTES <= 160 && sizeof(struct curve) <= 300);
    for (uint64_t seed = 0; seed < 17; seed += 4) {
        struct booked_past b = lived(seed);
        struct curve c = booked_curve(&b, POLL_S, pow(10, (double)(seed % 17)));
        struct curve back = { .origin = c.origin, .history = c.history };
        unsigned char bytes[CURVE_BYTES];
        curve_pack(&c, bytes);
        assert_true(curve_unpack((struct span){ (const char *)bytes, sizeof bytes }, 1, &back));
        expect_same(&c, &back);
        booked_done(&b);
    }
}

/* As versions before kept a curve: the unit, then for each of 40 amounts from a sixth of it on, a
 * third of a doubling apart, five levels, alarm and relief. */
enum { OLD_AMOUNTS = 40, OLD_BYTES = 8 + OLD_AMOUNTS * 7 * 4 };

static double old_amount(int i)
{
    return exp((i / 3.0 - 2.6) * log(2));
}

/* Likely, `amount` takes 3 * amount^0.8 hours. */
static void old_curve(unsigned char bytes[OLD_BYTES], double unit)
{
    memcpy(bytes, &unit, sizeof unit); /* the tests run where the lowest byte comes first */
    for (int i = 0; i < OLD_AMOUNTS; i++) {
        float likely = (float)log(3 * pow(old_amount(i), 0.8));
        const float row[7] = { likely - 1, likely - 0.5F,  likely,        likely + 0.5F,
                               likely + 1, likely - 0.25F, likely - 0.75F };
        memcpy(bytes + 8 + (size_t)i * sizeof row, row, sizeof row);
    }
}

static void a_curve_that_an_older_version_kept_is_taken_over(void **state)
{
    (void)state;
    unsigned char bytes[OLD_BYTES];
    old_curve(bytes, 1e9);
    struct span kept = { (const char *)bytes, sizeof bytes };
    for (double amount = 0.2; amount < 900; amount *= 1.7) {
        struct curve c = { .origin = NOW };
        assert_true(curve_unpack(kept, amount * 1e9, &c));
        assert_true(curve_is_near(&c, amount * 1e9));
        for (double near = amount / 2; near < amount * 1.5; near *= 1.1) {
            double likely = 3 * pow(near, 0.8);
            if (near < old_amount(0) || near > old_amount(OLD_AMOUNTS - 1))
                continue;
            assert_true(fabs(curve_hours(&c, near * 1e9, 0.5) / likely - 1) < 2e-3);
            assert_true(fabs(curve_hours(&c, near * 1e9, 0.1) / likely / exp(-1) - 1) < 2e-3);
        }
        struct alarm_hours a = curve_alarm(&c, amount * 1e9);
        assert_true(fabs(a.alarm / (3 * pow(amount, 0.8)) / exp(-0.25) - 1) < 2e-3);
        assert_true(fabs(a.relief / a.alarm / exp(-0.5) - 1) < 2e-3);
    }
}

static void spoilt_bytes_of_either_version_are_no_curve(void **state)
{
    (void)state;
    struct booked_past b = lived(3);
    struct curve c = booked_curve(&b, POLL_S, 1e12), untouched = c;
    unsigned char bytes[CURVE_BYTES], old[OLD_BYTES];
    for (size_t at = 0; at < sizeof bytes; at += 3) {
        curve_pack(&c, bytes);
        memset(bytes + at, 0x80,
               sizeof bytes - at); /* rungs and times far below zero, then rises */
        bytes[sizeof bytes - 1] = 0x7f;
        assert_false(
            curve_unpack((struct span){ (const char *)bytes, sizeof bytes }, 1, &untouched));
    }
    for (size_t at = 0; at < sizeof old; at += 4) {
        old_curve(old, 1e9);
        memset(old + at, 0xff, 4); /* no number, also of the unit's upper half */
        bool low_half = at == 0;
        struct curve taken = untouched;
        assert_true(curve_unpack((struct span){ (const char *)old, sizeof old }, 1e12, &taken)
                    == low_half);
    }
    expect_same(&c, &untouched);
    assert_false(
        curve_unpack((struct span){ (const char *)old, sizeof old - 1 }, 1e12, &untouched));
    booked_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_tells_the_same_of_an_amount_whatever_near_amount_it_was_made_near),
        cmocka_unit_test(far_from_where_it_was_made_it_is_rough_but_not_wrong),
        cmocka_unit_test(
            more_money_takes_longer_and_alarms_keep_their_order_between_and_beyond_points),
        cmocka_unit_test(beyond_its_points_time_goes_in_proportion_to_money),
        cmocka_unit_test(it_is_near_what_it_was_made_near_and_not_what_is_twice_or_half),
        cmocka_unit_test(a_kept_curve_is_small_and_the_same),
        cmocka_unit_test(a_curve_that_an_older_version_kept_is_taken_over),
        cmocka_unit_test(spoilt_bytes_of_either_version_are_no_curve),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
