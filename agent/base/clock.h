/* The two clocks. Deadlines live on the monotonic one, stamps are UTC seconds; the types keep them
 * apart. Only the wiring (main, agent, cli, sim) reads a clock; everything else is handed `now`. */
#pragma once

#include <stdint.h>

typedef int64_t mono_ms; /* milliseconds on CLOCK_MONOTONIC; never stored */
typedef int64_t unix_s;  /* UTC seconds since 1970 */

#define TIME_NONE INT64_MIN /* a stamp that is not there: never expires, never seen */
#define MONO_NEVER INT64_MAX

enum { MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400, WEEK_S = 604800 };

mono_ms clock_mono(void);
unix_s clock_unix(void);
