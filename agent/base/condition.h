/* States that last, such as an account that cannot be read or a database that takes no writes.
 *
 * Each is logged when it begins or turns into another one, once an hour while it lasts, and when it
 * ends: enough to see in any stretch of the log what was wrong then, and never a line for each
 * failed try. */
#pragma once

#include <stddef.h>

#include "base/clock.h"
#include "base/log.h"

/* One row for each kind of state, wherever that is fed. */
struct condition_kind {
    const char *name; /* unique: with the subject it says which condition is meant */
    const char *over; /* "polls work again": logged at its end, followed by how long it lasted */
    enum log_level level; /* of its begin and of the hourly reminders; its end is a notice */
};

/* What is so now. `state` 0: all is well. Others are the caller's; one that changes is logged like
 * a begin, a `text` that changes (a time-out of 10001 ms, of 10003 ms) is not, but the reminders
 * show the newest. */
struct condition_now {
    const char *subject; /* "main", "database": whose state it is */
    int state;
    const char *text; /* "poll unavailable: HTTP 503"; may be NULL in state 0 */
};

struct conditions {
    struct condition *at; /* owned; those that last */
    size_t count;
};

/* To be called whenever the state was looked at, as often as the caller likes. */
void conditions_feed(struct conditions *c, const struct condition_kind *kind,
                     const struct condition_now *is, mono_ms now);

/* Reminds of what has lasted for another hour; for every turn of a loop. */
void conditions_turn(struct conditions *c, mono_ms now);

void conditions_done(struct conditions *c);
