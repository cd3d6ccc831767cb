/* Stretches of time for reports: hours, days, weeks and months of UTC. Weeks begin on Monday. */
#pragma once

#include "core/calendar.h"

enum period_length { PER_HOUR, PER_DAY, PER_WEEK, PER_MONTH, PER_TOTAL };
#define PERIOD_LENGTHS "hour|day|week|month|total" /* in the order of enum period_length */

/* From `since` to before `until`. */
struct period {
    unix_s since, until;
};

/* The start of the hour, day, week or month that holds `at`; `at` itself for PER_TOTAL. */
unix_s period_start(enum period_length per, unix_s at);
/* The start of the one after that which starts at `start`; INT64_MAX for PER_TOTAL. */
unix_s period_next(enum period_length per, unix_s start);

/* "2026-10-03T14:00Z", "2026-10-03", "2026-W40" (ISO 8601), "2026-10", "total". */
const char *period_name(enum period_length per, unix_s start, char out[TIME_TEXT_BYTES]);

/* Reads "2026-10". FAULT_REJECT: anything else. */
MUST_CHECK bool period_parse_month(struct span text, struct period *ret, struct fault *why);

/* What a period is compared with: one of the same length that ends where it starts; for the part of
 * a month that has passed by `p->until` one as long from the start of the month before, and for a
 * whole month the whole one before. */
struct period period_before(const struct period *p, bool is_of_a_month);
