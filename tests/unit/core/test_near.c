/* The first hour of a token: what was seen counts, and more than what was told of the days before.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"
#include "booked_past.h"

#define START INT64_C(1767261877) /* 2026-01-01, at 10:04:37 */
#define DOLLAR ((double)NANO_PER_USD)

static void read_at(struct booked_past *b, unix_s since, unix_s at, double usd)
{
    struct entry e = { ENTRY_CONSUMPTION, { (int64_t)(usd * NANO_PER_USD) }, since, at };
    burn_seen(&b->burn, at);
    if (usd > 0)
        booked_add(b, &e);
}

/* Read for the first time at START, and then so often. */
static struct booked_past even(int readings, int64_t step_s, double usd_per_h)
{
    struct booked_past b;
    booked_init(&b);
    burn_seen(&b.burn, START);
    for (int i = 1; i < readings; i++)
        read_at(&b, START + (i - 1) * step_s, START + i * step_s,
                usd_per_h * (double)step_s / HOUR_S);
    return b;
}

static double likely_h(const struct booked_past *b, int64_t step_s, double usd)
{
    struct curve c = booked_curve(b, step_s, usd * DOLLAR);
    return curve_hours(&c, usd * DOLLAR, 0.5);
}

/* 5.00 USD at 10 USD an hour end in half an hour, however often that is read. */
static void an_even_burner_is_known_after_ten_readings(void **state)
{
    (void)state;
    static const int64_t steps_s[] = { 10, 30, 60, 300, 600 };
    for (size_t s = 0; s < COUNT(steps_s); s++)
        for (int readings = 10; readings < 200; readings += 23)
            for (double usd = 0.5; readings * steps_s[s] < 2 * HOUR_S && usd < 60; usd *= 3) {
                struct booked_past b = even(readings, steps_s[s], 10);
                double told = likely_h(&b, steps_s[s], usd), true_h = usd / 10;
                booked_done(&b);
                if (told < true_h / 1.15 || told > true_h * 1.15)
                    fail_msg("%d readings, %d s apart, of %.2f USD: %f h instead of %f", readings,
                             (int)steps_s[s], usd, told, true_h);
            }
}

/* Twenty cents an hour were told, for a day and this morning; ten dollars an hour are seen. */
static void what_is_seen_outweighs_what_was_told(void **state)
{
    (void)state;
    struct booked_past b;
    const unix_s today = START - START % DAY_S;
    const struct entry days[] = {
        { ENTRY_CONSUMPTION, { (int64_t)(4.8 * DOLLAR) }, today - DAY_S, today },
        { ENTRY_CONSUMPTION, { (int64_t)(2 * DOLLAR) }, today, START },
    };
    for (int minutes = 2; minutes <= 60; minutes *= 2) {
        b = even(6 * minutes + 1, 10, 10);
        for (size_t i = 0; i < COUNT(days); i++) {
            burn_known_from(&b.burn, days[i].since);
            booked_add(&b, &days[i]);
        }
        double told = likely_h(&b, 10, 3.4);
        booked_done(&b);
        if (told > 1 || told < 0.25)
            fail_msg("seen for %d minutes: %f h instead of 0.34", minutes, told);
    }
}

/* Read for three days: 1 USD an hour, and 20 since half an hour. */
static struct booked_past jumped(void)
{
    struct booked_past b = even(3 * 288, 300, 1);
    unix_s now = START + (3 * 288 - 1) * INT64_C(300);
    for (int i = 0; i < 30; i++, now += MINUTE_S)
        read_at(&b, now, now + MINUTE_S, 20.0 / 60);
    return b;
}

static void the_last_minutes_of_a_key_watched_for_days_count(void **state)
{
    (void)state;
    struct booked_past b = jumped();
    double told = likely_h(&b, MINUTE_S, 2);
    booked_done(&b);
    if (told > 0.7 || told < 0.05)
        fail_msg("%f h instead of 0.1", told);
}

/* All of it was spent in the part of an hour in which the watch began: there is a forecast. */
static void what_was_spent_at_the_very_beginning_is_not_forgotten(void **state)
{
    (void)state;
    struct booked_past b = even(20, 60, 1);
    for (int i = 20; i < 170; i++)
        read_at(&b, 0, START + i * 60, 0);
    double told = likely_h(&b, 60, 1);
    assert_true(told > 1 && told < 100);
    booked_done(&b);
}

/* Whatever was read, more money lasts longer, also of amounts that are gone within a minute. */
static void more_money_lasts_longer(void **state)
{
    (void)state;
    struct random random = random_seeded(5);
    for (int n = 0; n < 200; n++) {
        struct booked_past b;
        booked_init(&b);
        burn_seen(&b.burn, START);
        int64_t step_s = 10 + (int64_t)(300 * random_unit(&random));
        int readings = 3 + (int)(60 * random_unit(&random));
        for (int i = 1; i < readings; i++)
            read_at(&b, START + (i - 1) * step_s, START + i * step_s,
                    i == 1 || random_unit(&random) < 0.4 ? random_unit(&random) : 0);
        struct curve c = booked_curve(&b, step_s, DOLLAR / 10);
        for (double level = 0.1; level < 1; level += 0.4) {
            double before = 0;
            for (double nano = DOLLAR / 1000; nano < 1000 * DOLLAR; nano *= 1.4) {
                double hours = curve_hours(&c, nano, level);
                assert_true(hours >= before);
                before = hours;
            }
        }
        booked_done(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_even_burner_is_known_after_ten_readings),
        cmocka_unit_test(what_is_seen_outweighs_what_was_told),
        cmocka_unit_test(the_last_minutes_of_a_key_watched_for_days_count),
        cmocka_unit_test(what_was_spent_at_the_very_beginning_is_not_forgotten),
        cmocka_unit_test(more_money_lasts_longer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
