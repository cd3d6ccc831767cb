/* Days as a count since 1970 (Howard Hinnant's civil-day algorithms), and the midnights of Paris
 * made of them. */
#include "core/calendar.h"

#include <stdio.h>

#include "base/digits.h"
#include "base/json_write.h"
#include "base/span.h"

enum { FIRST_DAY = -719162, LAST_DAY = 2932896 }; /* 0001-01-01 and 9999-12-31 */

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

int64_t calendar_day(int year, int month, int day)
{
    int64_t y = year - (month <= 2); /* years start in March, so that the leap day is the last */
    int64_t era = floor_div(y, 400);
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year
        - 719468;
}

struct date calendar_date(int64_t day)
{
    int64_t from_era = day + 719468;
    int64_t era = floor_div(from_era, 146097);
    int64_t day_of_era = from_era - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153; /* 0 is March */
    return (struct date){
        .year = (int)(year_of_era + era * 400 + (month >= 10)),
        .month = (int)(month < 10 ? month + 3 : month - 9),
        .day = (int)(day_of_year - (153 * month + 2) / 5 + 1),
    };
}

/* 0 for Monday. */
static int weekday(int64_t day)
{
    return (int)(day + 3 - floor_div(day + 3, 7) * 7);
}

const char *calendar_format(unix_s at, char out[TIME_TEXT_BYTES])
{
    int64_t day = floor_div(at, DAY_S);
    out[0] = '\0';
    if (day < FIRST_DAY || day > LAST_DAY)
        return out;

    struct date d = calendar_date(day);
    unsigned second = (unsigned)(at - day * DAY_S);
    const struct {
        unsigned value;
        int width;
        char after;
    } parts[] = {
        { (unsigned)d.year, 4, '-' },
        { (unsigned)d.month, 2, '-' },
        { (unsigned)d.day, 2, 'T' },
        { second / HOUR_S, 2, ':' },
        { second % HOUR_S / MINUTE_S, 2, ':' },
        { second % MINUTE_S, 2, 'Z' },
    };
    char *end = out;
    for (size_t i = 0; i < COUNT(parts); i++) {
        end = digits_put(end, parts[i].value, parts[i].width);
        *end++ = parts[i].after;
    }
    *end = '\0';
    return out;
}

void calendar_add_json(struct json_out *j, const char *name, unix_s at)
{
    char stamp[TIME_TEXT_BYTES];
    json_add_z(j, name, *calendar_format(at, stamp) ? stamp : NULL);
}

/* 01:00 UTC on the last Sunday of a month of 31 days, when clocks change all over the EU. */
static unix_s clock_change(int year, int month)
{
    int64_t last = calendar_day(year, month, 31);
    int64_t sunday = last - (weekday(last) + 1) % 7;
    return sunday * DAY_S + HOUR_S;
}

int calendar_paris_offset_s(unix_s at)
{
    int year = calendar_date(floor_div(at, DAY_S)).year;
    bool summer = at >= clock_change(year, 3) && at < clock_change(year, 10);
    return summer ? 2 * HOUR_S : HOUR_S;
}

/* A period is a row: which midnights of which clock. */
enum reset_step { STEP_NEVER, STEP_DAY, STEP_WEEK, STEP_MONTH };

static const struct reset_calendar {
    const char *name;
    enum reset_step step;
    int (*offset_s)(unix_s at); /* seconds that its clock is ahead of UTC */
} periods[] = {
    [RESET_NONE] = { "none", STEP_NEVER, NULL },
    [RESET_DAILY] = { "daily", STEP_DAY, calendar_paris_offset_s },
    [RESET_WEEKLY] = { "weekly", STEP_WEEK, calendar_paris_offset_s },
    [RESET_MONTHLY] = { "monthly", STEP_MONTH, calendar_paris_offset_s },
    [RESET_OTHER] = { "other", STEP_NEVER, NULL },
};

/* The first day of the period that is `steps` after the one that `day` lies in. */
static int64_t reset_day(enum reset_step step, int64_t day, int steps)
{
    if (step == STEP_DAY)
        return day + steps;
    if (step == STEP_WEEK)
        return day - weekday(day) + 7 * steps;
    struct date d = calendar_date(day);
    int months = d.month - 1 + steps;
    return calendar_day(d.year + months / 12, months % 12 + 1, 1);
}

/* No clock of ours changes in the last hour before a UTC midnight or near its own midnight, so that
 * hour has the offset of the midnight itself. */
static unix_s reset_near(enum reset_period period, unix_s at, int steps)
{
    const struct reset_calendar *p = &periods[period];
    if (p->step == STEP_NEVER || at == TIME_NONE)
        return TIME_NONE;
    int64_t today = floor_div(at + p->offset_s(at), DAY_S);
    unix_s midnight_utc = reset_day(p->step, today, steps) * DAY_S;
    return midnight_utc - p->offset_s(midnight_utc - HOUR_S);
}

unix_s calendar_next_reset(enum reset_period period, unix_s at)
{
    return reset_near(period, at, 1);
}

unix_s calendar_last_reset(enum reset_period period, unix_s at)
{
    return reset_near(period, at, 0);
}

const char *calendar_period_name(enum reset_period period)
{
    return periods[period].name;
}

enum reset_period calendar_period_named(struct span name)
{
    for (size_t i = 0; i < COUNT(periods); i++)
        if (span_is(name, periods[i].name))
            return (enum reset_period)i;
    return RESET_OTHER;
}
