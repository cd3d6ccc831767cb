/* Where the marks of an axis are: amounts in round steps from zero, times at round local hours and
 * days. */
#pragma once

#include "base/clock.h"
#include "base/text.h"

struct axis {
    int64_t step_nano, most_nano; /* most is a multiple of step, above zero */
};

/* For amounts up to `most_nano`, in `ticks` steps or so. */
struct axis axis_for(int64_t most_nano, int ticks);

/* The share of the axis, 0 to 1. */
double axis_share(const struct axis *a, int64_t nano);

/* "$1,250"; cents where the steps have them. */
void axis_add_amount(const struct axis *a, int64_t nano, struct text *out);

struct axis_time {
    int64_t step_s; /* a part of a day, or days */
    unix_s next;
};

/* The first mark at or after `from`; about `ticks` until `until`. */
struct axis_time axis_times(unix_s from, unix_s until, int ticks);
void axis_time_step(struct axis_time *t);

/* "14:00", or "27 Nov" where a day begins, in local time; `room` has 16 bytes. */
const char *axis_time_name(const struct axis_time *t, char room[16]);
