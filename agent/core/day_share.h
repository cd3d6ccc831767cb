/* How the amount of a day lies within it: as the sums of its hours do, else evenly.
 *
 * The consumption endpoint reports days, so whoever asks for hours, or for a time that cuts a day,
 * gets a share. Shares of one amount add up to it exactly, however the day is cut. */
#pragma once

#include <stdbool.h>

#include "base/clock.h"

enum { DAY_HOURS = 24 };

struct day_shape {
    unix_s day, end;              /* end: of the day, or the present when that is earlier */
    int64_t until[DAY_HOURS + 1]; /* nano-dollars before each hour; all zero: evenly */
};

void day_shape_init(struct day_shape *s, unix_s day, unix_s now);
/* Adds what was spent in an hour of the day, by its start. In any order, before the first share is
 * taken. */
void day_shape_add(struct day_shape *s, unix_s hour, int64_t spent_nano);

/* What of an amount of the whole day lies before a time. */
int64_t day_share_before(const struct day_shape *s, int64_t amount, unix_s at);
