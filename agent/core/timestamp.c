/* Reading times: RFC 3339 as the API and people write it, with the liberties of ISO 8601 that leave
 * no doubt (no seconds, a zone without colon or minutes), and the three forms of HTTP.
 *
 * Strict to the last byte: a time read wrongly would expire a token or hold a poll back for years.
 */
#include "core/calendar.h"

struct scan {
    const char *at, *end;
};

struct clock_time {
    int hour, minute, second;
};

static struct scan scan_of(struct span text)
{
    return (struct scan){ text.at, text.len ? text.at + text.len : text.at };
}

static bool take(struct scan *s, const char *literal)
{
    size_t len = strlen(literal);
    if ((size_t)(s->end - s->at) < len || memcmp(s->at, literal, len) != 0)
        return false;
    s->at += len;
    return true;
}

static bool take_one_of(struct scan *s, const char *set)
{
    if (s->at == s->end || !*s->at || !strchr(set, *s->at))
        return false;
    s->at++;
    return true;
}

static bool next_is_digit(const struct scan *s)
{
    return s->at < s->end && *s->at >= '0' && *s->at <= '9';
}

/* Exactly `digits` digits, the value within [least, most]. */
static bool take_number(struct scan *s, int digits, int least, int most, int *ret)
{
    int value = 0;
    for (int i = 0; i < digits; i++) {
        if (!next_is_digit(s))
            return false;
        value = value * 10 + (*s->at++ - '0');
    }
    *ret = value;
    return value >= least && value <= most;
}

static bool take_name(struct scan *s, const char *const *names, size_t count, size_t *ret)
{
    for (size_t i = 0; i < count; i++)
        if (take(s, names[i])) {
            *ret = i;
            return true;
        }
    return false;
}

/* A fraction is read and dropped; it must have digits if it has a point. */
static bool take_fraction(struct scan *s)
{
    if (!take_one_of(s, "."))
        return true;
    if (!next_is_digit(s))
        return false;
    while (next_is_digit(s))
        s->at++;
    return true;
}

/* A second of 60 is a leap second, read as the first of the next minute. */
static bool take_clock(struct scan *s, struct clock_time *ret)
{
    return take_number(s, 2, 0, 23, &ret->hour) && take(s, ":")
        && take_number(s, 2, 0, 59, &ret->minute) && take(s, ":")
        && take_number(s, 2, 0, 60, &ret->second);
}

/* The same with its seconds left out, or with a fraction that is read and dropped. */
static bool take_clock_of_iso(struct scan *s, struct clock_time *ret)
{
    struct scan start = *s;
    if (take_clock(s, ret))
        return take_fraction(s);
    *s = start;
    ret->second = 0;
    return take_number(s, 2, 0, 23, &ret->hour) && take(s, ":")
        && take_number(s, 2, 0, 59, &ret->minute) && !take(s, ":");
}

static bool take_zone(struct scan *s, int *ret_s)
{
    *ret_s = 0;
    if (s->at == s->end || take_one_of(s, "Zz"))
        return true;

    int sign = take(s, "-") ? -1 : 1, hours, minutes;
    if (sign > 0 && !take(s, "+"))
        return false;
    if (!take_number(s, 2, 0, 23, &hours))
        return false;
    if (!take(s, ":") && !next_is_digit(s)) /* ISO 8601 has +02:00, +0200 and +02 */
        minutes = 0;
    else if (!take_number(s, 2, 0, 59, &minutes))
        return false;
    *ret_s = sign * (hours * HOUR_S + minutes * MINUTE_S);
    return true;
}

static bool exists(struct date d)
{
    struct date same = calendar_date(calendar_day(d.year, d.month, d.day));
    return same.month == d.month && same.day == d.day;
}

static unix_s moment(struct date d, struct clock_time t, int zone_s)
{
    return calendar_day(d.year, d.month, d.day) * DAY_S + t.hour * HOUR_S + t.minute * MINUTE_S
        + t.second - zone_s;
}

/* Leap seconds are only ever put in at the end of a day UTC. */
static bool leaps_wrongly(struct clock_time t, unix_s at)
{
    return t.second == 60 && at % DAY_S != 0;
}

static bool read_rfc3339(struct scan s, unix_s *ret)
{
    struct date d;
    struct clock_time t = { 0 };
    int zone_s = 0;
    bool has_date = take_number(&s, 4, 1, 9999, &d.year) && take(&s, "-")
        && take_number(&s, 2, 1, 12, &d.month) && take(&s, "-") && take_number(&s, 2, 1, 31, &d.day)
        && exists(d);
    if (!has_date)
        return false;
    if (take_one_of(&s, "Tt ") && !(take_clock_of_iso(&s, &t) && take_zone(&s, &zone_s)))
        return false;

    unix_s at = moment(d, t, zone_s);
    if (s.at != s.end || leaps_wrongly(t, at))
        return false;
    *ret = at;
    return true;
}

bool calendar_parse(struct span text, unix_s *ret, struct fault *why)
{
    if (!read_rfc3339(scan_of(text), ret))
        return fault(why, FAULT_REJECT, "\"%.*s\" is not a time such as 2026-11-23T22:00:00Z",
                     (int)(text.len < 40 ? text.len : 40), text.len ? text.at : "");
    return true;
}

static bool take_month(struct scan *s, int *ret)
{
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    size_t index;
    if (!take_name(s, months, COUNT(months), &index))
        return false;
    *ret = (int)index + 1;
    return true;
}

/* The weekday must be one, but is not compared with the date: the date alone says when. */
static bool take_weekday(struct scan *s, bool whole)
{
    static const char *const whole_names[] = { "Monday", "Tuesday",  "Wednesday", "Thursday",
                                               "Friday", "Saturday", "Sunday" };
    static const char *const short_names[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
    size_t index;
    return take_name(s, whole ? whole_names : short_names, COUNT(short_names), &index);
}

/* "Sun, 06 Nov 1994 08:49:37 GMT" */
static bool read_imf(struct scan *s, struct date *d, struct clock_time *t)
{
    return take_weekday(s, false) && take(s, ", ") && take_number(s, 2, 1, 31, &d->day)
        && take(s, " ") && take_month(s, &d->month) && take(s, " ")
        && take_number(s, 4, 1, 9999, &d->year) && take(s, " ") && take_clock(s, t)
        && take(s, " GMT");
}

/* "Sunday, 06-Nov-94 08:49:37 GMT". There is no clock here to place the century by, so POSIX's rule
 * is used. */
static bool read_rfc850(struct scan *s, struct date *d, struct clock_time *t)
{
    if (!(take_weekday(s, true) && take(s, ", ") && take_number(s, 2, 1, 31, &d->day)
          && take(s, "-") && take_month(s, &d->month) && take(s, "-")
          && take_number(s, 2, 0, 99, &d->year) && take(s, " ") && take_clock(s, t)
          && take(s, " GMT")))
        return false;
    d->year += d->year < 69 ? 2000 : 1900;
    return true;
}

/* "Sun Nov  6 08:49:37 1994" */
static bool read_asctime(struct scan *s, struct date *d, struct clock_time *t)
{
    return take_weekday(s, false) && take(s, " ") && take_month(s, &d->month) && take(s, " ")
        && (take(s, " ") ? take_number(s, 1, 1, 9, &d->day) : take_number(s, 2, 10, 31, &d->day))
        && take(s, " ") && take_clock(s, t) && take(s, " ") && take_number(s, 4, 1, 9999, &d->year);
}

bool calendar_parse_http(struct span text, unix_s *ret, struct fault *why)
{
    static bool (*const forms[])(struct scan *, struct date *,
                                 struct clock_time *) = { read_imf, read_rfc850, read_asctime };
    for (size_t i = 0; i < COUNT(forms); i++) {
        struct scan s = scan_of(text);
        struct date d;
        struct clock_time t;
        if (!forms[i](&s, &d, &t) || s.at != s.end || !exists(d))
            continue;
        unix_s at = moment(d, t, 0);
        if (leaps_wrongly(t, at))
            continue;
        *ret = at;
        return true;
    }
    return fault(why, FAULT_REJECT, "\"%.*s\" is not an HTTP date",
                 (int)(text.len < 40 ? text.len : 40), text.len ? text.at : "");
}
