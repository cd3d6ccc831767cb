/* Time as text, and the midnights at which budgets are reset as arithmetic.
 *
 * Which of the periods an API's budgets have, its dialect says. All that there are today end at
 * midnight in Paris: daily each night, weekly on Monday, monthly on the 1st. Paris follows the EU
 * rule since 1996: UTC+2 from the last Sunday of March 01:00 UTC to the last Sunday of October
 * 01:00 UTC, else UTC+1. Nothing here reads a clock, the environment or the zone database. */
#pragma once

#include "base/fault.h"
#include "base/span.h"
#include "core/reading.h"

enum { TIME_TEXT_BYTES = 32 };

/* Gregorian, without a zone. */
struct date {
    int year, month, day; /* month and day from 1 */
};

/* Days since 1970-01-01 and back; any year. */
int64_t calendar_day(int year, int month, int day);
struct date calendar_date(int64_t day);

/* "2026-11-23T22:00:00Z"; "" for TIME_NONE, TIME_FAR and all else outside the years 1 to 9999. */
const char *calendar_format(unix_s at, char out[TIME_TEXT_BYTES]);

struct json_out;

/* The same as a JSON member; null where calendar_format has nothing to say. */
void calendar_add_json(struct json_out *j, const char *name, unix_s at);

/* RFC 3339 with 'T', 't' or a space; a fraction is dropped; without a zone it is UTC; a date alone
 * is its midnight UTC. FAULT_REJECT: anything else, also days and hours that do not exist. A leap
 * second is the second after it. */
MUST_CHECK bool calendar_parse(struct span text, unix_s *ret, struct fault *why);

/* The three date forms of HTTP (RFC 9110 section 5.6.7); a year of two digits is 1969 to 2068.
 * FAULT_REJECT: anything else. */
MUST_CHECK bool calendar_parse_http(struct span text, unix_s *ret, struct fault *why);

/* Seconds that Paris is ahead of UTC at `at`: 3600 or 7200. */
int calendar_paris_offset_s(unix_s at);

/* The first reset strictly after `at`; TIME_NONE for RESET_NONE and RESET_OTHER. */
unix_s calendar_next_reset(enum reset_period period, unix_s at);

/* The last reset at or before `at`; TIME_NONE for RESET_NONE and RESET_OTHER. */
unix_s calendar_last_reset(enum reset_period period, unix_s at);

/* "none", "daily", ...; "other" for RESET_OTHER. */
const char *calendar_period_name(enum reset_period period);
enum reset_period calendar_period_named(struct span name); /* RESET_OTHER when unknown */
