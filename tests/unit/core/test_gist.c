/* What is news to a subscriber, and what would mislead a reader of the database. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/gist.h"

enum { NOW = 1767225600 };

static struct gist known_gist(void)
{
    return (struct gist){ .likely = NOW + 10 * DAY_S,
                          .horizon = NOW + 20 * DAY_S,
                          .burn_nano_per_h = { 1000, 1000, 1000, -1 },
                          .lasts = 0.5f };
}

/* Of the burn over an hour becoming so many. */
static void assert_burn(float is, bool moved, bool misleads)
{
    const struct gist was = known_gist();
    struct gist now = was;
    now.burn_nano_per_h[BURN_1H] = is;
    assert_int_equal(gist_moved(&was, &now, NOW, false), moved);
    assert_int_equal(gist_misleads(&was, &now, NOW, false), misleads);
}

static void a_burn_is_news_by_a_tenth_and_misleads_by_twice(void **state)
{
    (void)state;
    assert_burn(1000, false, false);
    assert_burn(1090, false, false);
    assert_burn(1200, true, false);
    assert_burn(1990, true, false);
    assert_burn(2010, true, true);
    assert_burn(600, false, false); /* it fades while nothing is spent */
    assert_burn(400, true, false);
    assert_burn(-1, true, true); /* not known any more */
}

/* Both ways. */
static void assert_both(const struct gist *x, const struct gist *y, bool resets, bool expected)
{
    assert_int_equal(gist_moved(x, y, NOW, resets), expected);
    assert_int_equal(gist_misleads(x, y, NOW, resets), expected);
    assert_int_equal(gist_misleads(y, x, NOW, resets), expected);
}

static void what_decides_is_both_at_once(void **state)
{
    (void)state;
    const struct gist was = known_gist();
    struct gist is = was;
    is.likely = NOW + 228 * HOUR_S;
    assert_both(&was, &is, false, false);
    is.likely = NOW + 8 * DAY_S;
    assert_both(&was, &is, false, true);
    is.likely = TIME_FAR;
    assert_both(&was, &is, false, true);
    is = was;
    is.verdict = VERDICT_RUNS_DRY;
    assert_both(&was, &is, false, true);
    is = was;
    is.lasts = 0.65f;
    assert_both(&was, &is, false, true);
    is = was;
    is.horizon = NOW + 21 * DAY_S;
    assert_both(&was, &is, false, false);
    assert_both(&was, &is, true, true);
    is = was;
    is.burn_nano_per_h[BURN_7D] = 3; /* known now */
    assert_both(&was, &is, false, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_burn_is_news_by_a_tenth_and_misleads_by_twice),
        cmocka_unit_test(what_decides_is_both_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
