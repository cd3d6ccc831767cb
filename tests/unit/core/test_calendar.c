/* The midnights of Paris, held against the zone data of the system for a century, and times as
 * text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/random.h"
#include "core/calendar.h"
#include "core/forecast.h"

enum { FIRST_YEAR = 1996, LAST_YEAR = 2096 };

static unix_s parsed(const char *text)
{
    unix_s at = 0;
    struct fault why = { 0 };
    if (!calendar_parse(span_of(text), &at, &why))
        fail_msg("%s", why.text);
    return at;
}

static void assert_times_equal(unix_s is, unix_s should)
{
    char a[TIME_TEXT_BYTES], b[TIME_TEXT_BYTES];
    if (is != should)
        fail_msg("%s should be %s", calendar_format(is, a), calendar_format(should, b));
}

/* Midnight in Paris at the start of a day, by the system's zone data; days and months may run over.
 */
static unix_s system_midnight(int year, int month, int day)
{
    struct tm local = {
        .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day, .tm_isdst = -1
    };
    return mktime(&local);
}

static struct tm system_local(unix_s at)
{
    struct tm local;
    time_t t = (time_t)at;
    localtime_r(&t, &local);
    return local;
}

static int use_paris(void **state)
{
    (void)state;
    setenv("TZ", "Europe/Paris", 1);
    tzset();
    struct tm summer = system_local(1751320800); /* July 2025 */
    return summer.tm_gmtoff == 7200 ? 0
                                    : -1; /* no zone data: these tests would compare UTC with UTC */
}

static int forget_paris(void **state)
{
    (void)state;
    unsetenv("TZ");
    tzset();
    return 0;
}

static void check_resets_after(unix_s at)
{
    struct tm t = system_local(at);
    int year = t.tm_year + 1900, month = t.tm_mon + 1, since_monday = (t.tm_wday + 6) % 7;

    assert_int_equal(calendar_paris_offset_s(at), t.tm_gmtoff);
    assert_times_equal(calendar_last_reset(RESET_DAILY, at),
                       system_midnight(year, month, t.tm_mday));
    assert_times_equal(calendar_next_reset(RESET_DAILY, at),
                       system_midnight(year, month, t.tm_mday + 1));
    assert_times_equal(calendar_last_reset(RESET_WEEKLY, at),
                       system_midnight(year, month, t.tm_mday - since_monday));
    assert_times_equal(calendar_next_reset(RESET_WEEKLY, at),
                       system_midnight(year, month, t.tm_mday - since_monday + 7));
    assert_times_equal(calendar_last_reset(RESET_MONTHLY, at), system_midnight(year, month, 1));
    assert_times_equal(calendar_next_reset(RESET_MONTHLY, at), system_midnight(year, month + 1, 1));
}

static void resets_agree_with_the_zone_data_at_every_midnight_of_a_century(void **state)
{
    (void)state;
    unix_s end = system_midnight(LAST_YEAR + 1, 1, 1);
    unix_s midnight = system_midnight(FIRST_YEAR, 1, 1);
    while (midnight < end) {
        check_resets_after(midnight - 1);
        check_resets_after(midnight);
        midnight = calendar_next_reset(RESET_DAILY, midnight);
    }
    assert_times_equal(midnight, end);
}

static void resets_agree_with_the_zone_data_at_random_times(void **state)
{
    (void)state;
    struct random r = random_seeded(1);
    unix_s start = system_midnight(FIRST_YEAR, 1, 1);
    uint64_t span = (uint64_t)(system_midnight(LAST_YEAR + 1, 1, 1) - start);
    for (int i = 0; i < 20000; i++)
        check_resets_after(start + (unix_s)(random_next(&r) % span));
}

static void clocks_change_in_the_second_of_the_rule(void **state)
{
    (void)state;
    for (int year = FIRST_YEAR; year <= LAST_YEAR; year++)
        for (int month = 3; month <= 10; month += 7)
            for (int day = 25; day <= 31; day++)
                for (int s = -1; s <= 1; s++) {
                    unix_s at = calendar_day(year, month, day) * DAY_S + HOUR_S + s;
                    assert_int_equal(calendar_paris_offset_s(at), system_local(at).tm_gmtoff);
                }
}

static void the_night_that_loses_an_hour(void **state)
{
    (void)state;
    unix_s before = parsed("2026-03-28T23:00:00Z"), after = parsed("2026-03-29T22:00:00Z");
    assert_int_equal(calendar_paris_offset_s(parsed("2026-03-29T00:59:59Z")), 3600);
    assert_int_equal(calendar_paris_offset_s(parsed("2026-03-29T01:00:00Z")), 7200);
    assert_times_equal(calendar_next_reset(RESET_DAILY, before), after);
    assert_times_equal(calendar_last_reset(RESET_DAILY, after - 1), before);
    assert_int_equal(after - before, 23 * HOUR_S);
}

static void the_night_that_gains_an_hour(void **state)
{
    (void)state;
    unix_s before = parsed("2026-10-24T22:00:00Z"), after = parsed("2026-10-25T23:00:00Z");
    assert_int_equal(calendar_paris_offset_s(parsed("2026-10-25T00:59:59Z")), 7200);
    assert_int_equal(calendar_paris_offset_s(parsed("2026-10-25T01:00:00Z")), 3600);
    assert_times_equal(calendar_next_reset(RESET_DAILY, before), after);
    assert_times_equal(calendar_last_reset(RESET_DAILY, after - 1), before);
    assert_int_equal(after - before, 25 * HOUR_S);
}

static void a_reset_is_the_last_one_in_its_own_second_and_the_next_one_before_it(void **state)
{
    (void)state;
    unix_s monday = parsed("2026-11-22T23:00:00Z");
    assert_times_equal(calendar_last_reset(RESET_WEEKLY, monday), monday);
    assert_times_equal(calendar_next_reset(RESET_WEEKLY, monday), monday + WEEK_S);
    assert_times_equal(calendar_next_reset(RESET_WEEKLY, monday - 1), monday);
    assert_times_equal(calendar_next_reset(RESET_MONTHLY, parsed("2026-12-31T12:00:00Z")),
                       parsed("2026-12-31T23:00:00Z"));
}

static void budgets_without_a_known_period_never_reset(void **state)
{
    (void)state;
    assert_int_equal(calendar_next_reset(RESET_NONE, 0), TIME_NONE);
    assert_int_equal(calendar_last_reset(RESET_OTHER, 0), TIME_NONE);
    assert_int_equal(calendar_next_reset(RESET_DAILY, TIME_NONE), TIME_NONE);
}

static void times_that_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unix_s at;
    } rows[] = {
        { "1970-01-01T00:00:00Z", 0 },
        { "2026-11-23T22:00:00Z", 1795471200 },
        { "2026-11-23t22:00:00z", 1795471200 },
        { "2026-11-23 22:00:00", 1795471200 },
        { "2026-11-23T22:00:00", 1795471200 },
        { "2026-11-23T22:00:00.999999999Z", 1795471200 },
        { "2026-11-23T22:00:00.5", 1795471200 },
        { "2026-11-23T23:00:00+01:00", 1795471200 },
        { "2026-11-23T12:30:00-09:30", 1795471200 },
        { "2026-11-23T22:00:00-00:00", 1795471200 },
        { "2026-11-23", 1795392000 },
        { "2026-11-23T22:00Z", 1795471200 },
        { "2026-11-23 22:00", 1795471200 },
        { "2026-11-24T00:00:00+0200", 1795471200 },
        { "2026-11-24T00:00:00.25+0200", 1795471200 },
        { "2026-11-24T00:00+02", 1795471200 },
        { "2024-02-29T00:00:00Z", 1709164800 },
        { "2000-02-29", 951782400 },
        { "2016-12-31T23:59:60Z", 1483228800 },
        { "2017-01-01T00:59:60+01:00", 1483228800 },
        { "1969-12-31T23:59:59Z", -1 },
        { "0001-01-01T00:00:00Z", -62135596800 },
        { "9999-12-31T23:59:59Z", 253402300799 },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_times_equal(parsed(rows[i].text), rows[i].at);
}

static void assert_refused(bool (*parse)(struct span, unix_s *, struct fault *), const char *text)
{
    unix_s at = 77;
    struct fault why = { .kind = FAULT_FATAL };
    if (parse(span_of(text), &at, &why))
        fail_msg("\"%s\" was read as %" PRId64, text, at);
    assert_int_equal(why.kind, FAULT_REJECT);
    assert_int_equal(at, 77);
}

static void times_that_are_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",
        "now",
        "2026",
        "2026-11",
        "2026-11-23T",
        "2026-11-23T22",
        "2026-11-23T22:",
        "2026-11-23T22:0",
        "2026-11-23T22:00.5Z",
        "2026-11-23T2200Z",
        "2026-11-23T22:00:00+",
        "2026-11-23T22:00:00+01:",
        "2026-11-23T22:00:00+010",
        "2026-11-23T22:00:00+0160",
        "2026-11-23T22:00:00+01:5",
        "2026-13-01",
        "2026-00-01",
        "2026-01-00",
        "2026-01-32",
        "2026-04-31",
        "2026-02-29",
        "1900-02-29",
        "2026-11-23T24:00:00Z",
        "2026-11-23T23:60:00Z",
        "2026-11-23T23:59:61Z",
        "2026-11-23T22:00:60Z",
        "2016-12-31T23:59:60+01:00",
        "2026-11-23T22:00:00.Z",
        "2026-11-23T22:00:00+1:00",
        "2026-11-23T22:00:00+24:00",
        "2026-11-23T22:00:00+01:60",
        "2026-11-23T22:00:00Z ",
        " 2026-11-23",
        "2026-11-23Z",
        "2026-1-1",
        "26-11-23",
        "2026/11/23",
        "2026-11-23X22:00:00",
        "2026-11-23T22:00:00ZZ",
        "-026-11-23",
        "0000-01-01",
        "12026-11-23",
        "+2026-11-23",
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_refused(calendar_parse, rows[i]);
}

static void http_dates_that_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unix_s at;
    } rows[] = {
        { "Sun, 06 Nov 1994 08:49:37 GMT", 784111777 },
        { "Sunday, 06-Nov-94 08:49:37 GMT", 784111777 },
        { "Sun Nov  6 08:49:37 1994", 784111777 },
        { "Wed Nov 16 08:49:37 1994", 784975777 },
        { "Tuesday, 01-Jan-30 00:00:00 GMT", 1893456000 },
        { "Sat, 31 Dec 2016 23:59:60 GMT", 1483228800 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        unix_s at;
        struct fault why = { 0 };
        if (!calendar_parse_http(span_of(rows[i].text), &at, &why))
            fail_msg("%s", why.text);
        assert_times_equal(at, rows[i].at);
    }
}

static void http_dates_that_are_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",
        "120",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 +0000",
        "sun, 06 nov 1994 08:49:37 gmt",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 31 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 94 08:49:37 GMT",
        "Son, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT, x",
        "Sun, 06-Nov-94 08:49:37 GMT",
        "Sunday, 06-Nov-1994 08:49:37 GMT",
        "Sun Nov 06 08:49:37 1994",
        "Sun Nov  6 08:49:37 94",
        "Sun Nov 6 08:49:37 1994",
        "2026-11-23T22:00:00Z",
        "Sun, 06 Nov 1994 08:49:60 GMT",
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_refused(calendar_parse_http, rows[i]);
}

static void garbage_times_never_crash(void **state)
{
    (void)state;
    static const char letters[] = "0123456789--::TZ+. GMTSunNov,\x80";
    struct random r = random_seeded(4);
    for (int i = 0; i < 50000; i++) {
        char text[40];
        size_t len = random_next(&r) % sizeof text;
        for (size_t k = 0; k < len; k++)
            text[k] = letters[random_next(&r) % (sizeof letters - 1)];
        unix_s at;
        struct fault why;
        (void)!calendar_parse((struct span){ text, len }, &at, &why);
        (void)!calendar_parse_http((struct span){ text, len }, &at, &why);
    }
}

static void times_are_written_as_they_are_read(void **state)
{
    (void)state;
    struct random r = random_seeded(5);
    unix_s first = parsed("0001-01-01"), last = parsed("9999-12-31T23:59:59Z");
    for (int i = 0; i < 20000; i++) {
        unix_s at = first + (unix_s)(random_next(&r) % (uint64_t)(last - first + 1));
        char text[TIME_TEXT_BYTES];
        assert_times_equal(parsed(calendar_format(at, text)), at);
    }
}

static void times_that_are_none_are_written_as_nothing(void **state)
{
    (void)state;
    char text[TIME_TEXT_BYTES];
    const unix_s rows[] = { TIME_NONE, TIME_FAR, INT64_MAX, 253402300800, -62135596801 };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_string_equal(calendar_format(rows[i], text), "");
}

static void days_agree_with_the_system_and_come_back(void **state)
{
    (void)state;
    for (int64_t day = -800000; day < 800000; day += 13) {
        struct tm utc;
        time_t at = (time_t)(day * DAY_S);
        gmtime_r(&at, &utc);
        struct date d = calendar_date(day);
        assert_int_equal(d.year, utc.tm_year + 1900);
        assert_int_equal(d.month, utc.tm_mon + 1);
        assert_int_equal(d.day, utc.tm_mday);
        assert_int_equal(calendar_day(d.year, d.month, d.day), day);
    }
}

static void periods_are_named_as_the_api_names_them(void **state)
{
    (void)state;
    for (int p = RESET_NONE; p <= RESET_OTHER; p++)
        assert_int_equal(calendar_period_named(span_of(calendar_period_name((enum reset_period)p))),
                         p);
    assert_string_equal(calendar_period_name(RESET_WEEKLY), "weekly");
    assert_int_equal(calendar_period_named(span_of("yearly")), RESET_OTHER);
    assert_int_equal(calendar_period_named(span_of("Daily")), RESET_OTHER);
    assert_int_equal(calendar_period_named(span_of("")), RESET_OTHER);
}

int main(void)
{
    const struct CMUnitTest zone_tests[] = {
        cmocka_unit_test(resets_agree_with_the_zone_data_at_every_midnight_of_a_century),
        cmocka_unit_test(resets_agree_with_the_zone_data_at_random_times),
        cmocka_unit_test(clocks_change_in_the_second_of_the_rule),
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_night_that_loses_an_hour),
        cmocka_unit_test(the_night_that_gains_an_hour),
        cmocka_unit_test(a_reset_is_the_last_one_in_its_own_second_and_the_next_one_before_it),
        cmocka_unit_test(budgets_without_a_known_period_never_reset),
        cmocka_unit_test(times_that_are_read),
        cmocka_unit_test(times_that_are_refused),
        cmocka_unit_test(http_dates_that_are_read),
        cmocka_unit_test(http_dates_that_are_refused),
        cmocka_unit_test(garbage_times_never_crash),
        cmocka_unit_test(times_are_written_as_they_are_read),
        cmocka_unit_test(times_that_are_none_are_written_as_nothing),
        cmocka_unit_test(days_agree_with_the_system_and_come_back),
        cmocka_unit_test(periods_are_named_as_the_api_names_them),
    };
    int failed = cmocka_run_group_tests_name("paris", zone_tests, use_paris, forget_paris);
    return failed + cmocka_run_group_tests_name("calendar", tests, NULL, NULL);
}
