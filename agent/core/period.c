/* Everything is days since 1970: a Thursday. */
#include "core/period.h"

#include <stdio.h>

enum { MONDAY = 3 /* days from the Monday before 1970-01-01 to it */ };

static int64_t floor_to(int64_t at, int64_t step)
{
    int64_t rest = at % step;
    return time_after(at, rest < 0 ? -rest - step : -rest);
}

static unix_s month_start(unix_s at, int months_later)
{
    struct date d = calendar_date(floor_to(at, DAY_S) / DAY_S);
    int months = d.month - 1 + months_later, years = 0;
    for (; months < 0; months += 12)
        years--;
    return calendar_day(d.year + years + months / 12, months % 12 + 1, 1) * DAY_S;
}

unix_s period_start(enum period_length per, unix_s at)
{
    switch (per) {
    case PER_HOUR:
        return floor_to(at, HOUR_S);
    case PER_DAY:
        return floor_to(at, DAY_S);
    case PER_WEEK:
        return floor_to(time_after(at, MONDAY * DAY_S), WEEK_S) - MONDAY * DAY_S;
    case PER_MONTH:
        return month_start(at, 0);
    case PER_TOTAL:
        break;
    }
    return at;
}

unix_s period_next(enum period_length per, unix_s start)
{
    switch (per) {
    case PER_HOUR:
        return start + HOUR_S;
    case PER_DAY:
        return start + DAY_S;
    case PER_WEEK:
        return start + WEEK_S;
    case PER_MONTH:
        return month_start(start, 1);
    case PER_TOTAL:
        break;
    }
    return INT64_MAX;
}

/* The year of an ISO week is that of its Thursday; week 1 holds the year's first. */
static void name_week(unix_s start, char out[TIME_TEXT_BYTES])
{
    int64_t thursday = start / DAY_S + 3;
    int year = calendar_date(thursday).year;
    int week = (int)((thursday - calendar_day(year, 1, 1)) / 7 + 1);
    snprintf(out, TIME_TEXT_BYTES, "%04u-W%02u", (unsigned)year % 10000u, (unsigned)week % 100u);
}

const char *period_name(enum period_length per, unix_s start, char out[TIME_TEXT_BYTES])
{
    calendar_format(start, out);
    switch (per) {
    case PER_HOUR:
        memcpy(out + 16, "Z", 2);
        break;
    case PER_DAY:
        out[10] = '\0';
        break;
    case PER_WEEK:
        name_week(start, out);
        break;
    case PER_MONTH:
        out[7] = '\0';
        break;
    case PER_TOTAL:
        snprintf(out, TIME_TEXT_BYTES, "total");
        break;
    }
    return out;
}

bool period_parse_month(struct span text, struct period *ret, struct fault *why)
{
    char first_day[TIME_TEXT_BYTES];
    unix_s at;
    if (text.len == 7) {
        snprintf(first_day, sizeof first_day, "%.7s-01", text.at);
        if (calendar_parse(span_of(first_day), &at, why)) {
            *ret = (struct period){ at, month_start(at, 1) };
            return true;
        }
    }
    return fault(why, FAULT_REJECT, "\"%.*s\" is not a month such as 2026-10", (int)text.len,
                 text.at);
}

struct period period_before(const struct period *p, bool is_of_a_month)
{
    int64_t length = p->until - p->since;
    if (!is_of_a_month)
        return (struct period){ p->since - length, p->since };
    unix_s start = month_start(p->since, -1);
    if (p->until >= month_start(p->since, 1))
        return (struct period){ start, p->since };
    if (start + length
        > p->since) /* the month before is shorter than the part of this one that has passed */
        start = p->since - length;
    return (struct period){ start, start + length };
}
