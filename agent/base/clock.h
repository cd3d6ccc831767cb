/* The two clocks. Deadlines live on the monotonic one, stamps are UTC seconds; the types keep them
 * apart. Only the wiring (main, agent, cli, sim) reads a clock; everything else is handed `now`. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef int64_t mono_ms; /* milliseconds on CLOCK_MONOTONIC; never stored */
typedef int64_t unix_s;  /* UTC seconds since 1970 */

#define TIME_NONE INT64_MIN /* a stamp that is not there: never expires, never seen */
#define MONO_NEVER INT64_MAX

enum { MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400, WEEK_S = 604800 };
#define CENTURY_S (INT64_C(36525) * DAY_S)

/* From year 1 to 9999: a stamp in a file that is none of these is damage. */
static inline bool is_stamp(int64_t at)
{
    return at >= INT64_C(-62135596800) && at < INT64_C(253402300800);
}

/* Stamps may be anything that a file can hold: what cannot be is the largest that can. */
static inline int64_t seconds_between(unix_s from, unix_s to)
{
    int64_t seconds;
    return __builtin_sub_overflow(to, from, &seconds) ? (to > from ? INT64_MAX : INT64_MIN)
                                                      : seconds;
}

static inline unix_s time_after(unix_s at, int64_t seconds)
{
    unix_s after;
    return __builtin_add_overflow(at, seconds, &after) ? (seconds > 0 ? INT64_MAX : INT64_MIN)
                                                       : after;
}

/* Of two stamps that are there. */
static inline unix_s time_earlier(unix_s x, unix_s y)
{
    return x < y ? x : y;
}

static inline unix_s time_later(unix_s x, unix_s y)
{
    return x > y ? x : y;
}

/* The same where TIME_NONE is one that is not there: the other one then. */
static inline unix_s time_first(unix_s x, unix_s y)
{
    return x == TIME_NONE || (y != TIME_NONE && y < x) ? y : x;
}

/* A wall clock that shows less was never set: before 2024 there was nothing to watch. */
#define CLOCK_FLOOR_S INT64_C(1704067200)

mono_ms clock_mono(void);
mono_ms clock_boot(
    void); /* goes on while the machine sleeps: for comparing the wall clock with; no deadline */
unix_s clock_unix(void);
