/* Hours, days, weeks and months of UTC, and what they are compared with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/period.h"

static unix_s at(const char *text)
{
    unix_s ret = 0;
    struct fault why;
    assert_true(calendar_parse(span_of(text), &ret, &why));
    return ret;
}

static void every_length_starts_ends_and_is_called(void **state)
{
    static const struct {
        enum period_length per;
        const char *at, *start, *next, *name;
    } rows[] = {
        { PER_HOUR, "2026-03-29T01:59:59Z", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z",
          "2026-03-29T01:00Z" },
        { PER_DAY, "2026-03-29T23:59:59Z", "2026-03-29", "2026-03-30", "2026-03-29" },
        { PER_WEEK, "2026-11-22T23:59:59Z", "2026-11-16", "2026-11-23", "2026-W47" },
        { PER_WEEK, "2026-11-23", "2026-11-23", "2026-11-30", "2026-W48" },
        { PER_WEEK, "2027-01-01", "2026-12-28", "2027-01-04", "2026-W53" },
        { PER_WEEK, "2024-12-31", "2024-12-30", "2025-01-06", "2025-W01" },
        { PER_MONTH, "2028-02-29T12:00:00Z", "2028-02-01", "2028-03-01", "2028-02" },
        { PER_MONTH, "2026-12-31T23:59:59Z", "2026-12-01", "2027-01-01", "2026-12" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char name[TIME_TEXT_BYTES];
        unix_s start = period_start(rows[i].per, at(rows[i].at));
        assert_int_equal(start, at(rows[i].start));
        assert_int_equal(period_next(rows[i].per, start), at(rows[i].next));
        assert_string_equal(period_name(rows[i].per, start, name), rows[i].name);
    }
}

/* Whatever the length, periods tile the time: each ends where the next one starts, and holds what
 * starts in it. */
static void periods_tile_a_century(void **state)
{
    (void)state;
    for (enum period_length per = PER_DAY; per < PER_TOTAL; per++)
        for (unix_s start = period_start(per, at("1999-12-31")), next; start < at("2100-01-01");
             start = next) {
            next = period_next(per, start);
            assert_true(next > start);
            assert_int_equal(period_start(per, start), start);
            assert_int_equal(period_start(per, next - 1), start);
            assert_int_equal(period_start(per, next), next);
        }
}

static void a_month_is_read_strictly(void **state)
{
    static const char *const bad[] = { "",           "2026",    "2026-13", "2026-1",
                                       "2026-10-01", "2026-00", "10-2026", "2026/10" };
    struct period p;
    struct fault why;
    (void)state;
    assert_true(period_parse_month(span_of("2026-12"), &p, &why));
    assert_int_equal(p.since, at("2026-12-01"));
    assert_int_equal(p.until, at("2027-01-01"));
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(period_parse_month(span_of(bad[i]), &p, &why));
}

static void a_period_is_compared_with_its_like(void **state)
{
    static const struct {
        const char *since, *until;
        bool is_month;
        const char *before_since, *before_until;
    } rows[] = {
        { "2026-10-08", "2026-10-15", false, "2026-10-01", "2026-10-08" },
        { "2026-10-01", "2026-11-01", true, "2026-09-01", "2026-10-01" },
        { "2026-03-01", "2026-04-01", true, "2026-02-01", "2026-03-01" },
        { "2026-01-01", "2026-02-01", true, "2025-12-01", "2026-01-01" },
        { "2026-11-01", "2026-11-25", true, "2026-10-01", "2026-10-25" },
        { "2026-03-01", "2026-03-31", true, "2026-01-30", "2026-03-01" },
        { "2026-02-01", "2026-03-01", true, "2026-01-01", "2026-02-01" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct period p = { at(rows[i].since), at(rows[i].until) };
        struct period before = period_before(&p, rows[i].is_month);
        assert_int_equal(before.since, at(rows[i].before_since));
        assert_int_equal(before.until, at(rows[i].before_until));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_length_starts_ends_and_is_called),
        cmocka_unit_test(periods_tile_a_century),
        cmocka_unit_test(a_month_is_read_strictly),
        cmocka_unit_test(a_period_is_compared_with_its_like),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
