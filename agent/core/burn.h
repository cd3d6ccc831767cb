/* How fast a token burns: its consumption over windows that end now.
 *
 * Consumption is kept in two rings of time buckets, five minutes for six hours and an hour for a
 * week; what was spent between two readings is spread evenly over the time between them. The
 * balance is an integral: however many polls were missed, no consumption is lost, only its place
 * within the gap. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "core/ledger.h"

enum burn_window { BURN_1H, BURN_6H, BURN_24H, BURN_7D, BURN_WINDOWS };

enum {
    BURN_FINE_S = 300,
    BURN_FINE_BUCKETS = 6 * HOUR_S / BURN_FINE_S + 1,
    BURN_HOURS = 7 * 24 + 1,
};

struct burn_history {
    unix_s first_seen; /* what was spent is known from here on; TIME_NONE: never */
    unix_s
        watched_from; /* the first reading; what is known from before it was reported by day only */
    unix_s last_seen; /* the newest reading; windows end here */
    int readings;     /* seen at different times; counts no further than BURN_MIN_READINGS */
    struct burn_buckets
        *buckets; /* owned; NULL until something was spent, so an idle token costs nothing */
};

/* The first hour of readings, one by one, for what five minutes are too coarse to show: whether it
 * was spent evenly. Of times between two readings of which the second saw something spent. */
struct burn_start {
    int64_t spent_nano, busy_s;
    double squares; /* of nano-dollars, each over its seconds */
};
enum { BURN_START_S = HOUR_S };

struct burn_rate {
    bool known; /* false: fewer readings than BURN_MIN_READINGS, or all of them at one time */
    int64_t nano_per_h;
    int64_t over_s; /* the time it was measured over: the window, or less on a young token */
};

enum {
    BURN_MIN_READINGS = 3,     /* two intervals: one alone could be anything */
    BURN_STEP_BACK_S = HOUR_S, /* a clock corrected by more than this had been wrong altogether */
};

void burn_init(struct burn_history *h);
void burn_done(struct burn_history *h); /* and begins anew, as burn_init */
void burn_clone(const struct burn_history *h, struct burn_history *ret); /* for burn_done */

/* The token was seen at `at`, whatever its balance. A time up to BURN_STEP_BACK_S before the last
 * one is ignored; an even earlier one says that the stamps before it were wrong, so the history
 * begins anew with it. */
void burn_seen(struct burn_history *h, unix_s at);

/* Whether burn_seen would begin anew. */
bool burn_would_restart(const struct burn_history *h, unix_s at);

/* All stamps were wrong by so much: the history keeps its shape and ends `step_s` later, or
 * earlier. */
void burn_shift(struct burn_history *h, int64_t step_s);

/* What was spent since `from` is known, also from before the token was seen: rates may be reported
 * at once. */
void burn_known_from(struct burn_history *h, unix_s from);

/* Adds consumption; entries of other kinds are ignored. An interval that runs backwards (the clock
 * was set back) counts at its end. Says nothing about the token being seen: burn_seen does. */
void burn_add(struct burn_history *h, const struct entry *e);

/* Takes back consumption that was added before and turned out never to have been. What lies after
 * all that was added has the stamp of a clock that was set since, and is ignored. */
void burn_take(struct burn_history *h, const struct entry *e);

/* For loading what the store kept, after burn_seen: an hour's sum goes to the hours alone, a recent
 * entry to the fine buckets alone; together they make what burn_add had made. What lies more than
 * BURN_STEP_BACK_S after the last reading has the stamp of a clock that was wrong and is ignored.
 */
void burn_add_hour(struct burn_history *h, unix_s hour_start, struct money spent);
void burn_add_recent(struct burn_history *h, const struct entry *e);

/* All zero when nothing was spent then, or the token is watched for longer than the store's entries
 * reach back. */
struct burn_start burn_start(const struct burn_history *h);

/* What of a consumption entry was spent in (from, until]. Shares of neighbouring times add up to
 * the amount exactly: a day's is the sum of its hours'. Zero of other kinds. */
struct money burn_share(const struct entry *e, unix_s from, unix_s until);

/* One slice of an entry: what of it fell in one UTC hour. */
struct hour_slice {
    unix_s hour_start;
    struct money spent;
};

/* So many hours are looked back on at most, by forecasts; and a day more, to begin with a whole
 * one. */
enum { BURN_SLICES_MAX = 6 * 7 * 24 + 2 + 24 };

/* The slices of a consumption entry, oldest first, none of them zero, of its newest `max` hours;
 * what was spent before these is in none of them. Returns how many. */
size_t burn_slice(const struct entry *e, struct hour_slice *ret, size_t max);

/* Consumption between two readings that lie further apart was spent nobody knows when. */
enum { BURN_GAP_S = 26 * HOUR_S };
static inline bool burn_is_gap(const struct entry *e)
{
    return e->kind == ENTRY_CONSUMPTION && e->at - e->since > BURN_GAP_S;
}

/* Burn over a window that ends at the last reading. */
struct burn_rate burn_over(const struct burn_history *h, enum burn_window window);

/* Nano-dollars spent after a time in the six hours before the last reading; 0 from the last reading
 * on. */
int64_t burn_spent_since(const struct burn_history *h, unix_s after);

const char *burn_window_name(enum burn_window window); /* "1h", "6h", "24h", "7d" */
