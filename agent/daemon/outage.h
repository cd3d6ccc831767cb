/* A database that cannot be written or read for a while. */
#pragma once

#include "base/clock.h"
#include "base/fault.h"

struct agent;

/* The time during which the database cannot be written or read. */
struct store_outage {
    struct fault why; /* the newest reason */
    unix_s since;
    mono_ms mend_at; /* the next try to store what is kept in memory */
};

/* To be called with every failure of the store for now: logs, and publishes the status `degraded`.
 */
void outage_feed(struct agent *a, const struct fault *why);
/* Stores what memory kept and lets it follow the store, if that works again. FAULT_FATAL. */
MUST_CHECK bool outage_mend(struct agent *a, struct fault *why);
mono_ms outage_deadline(const struct agent *a); /* of the next try; MONO_NEVER: nothing is kept */
void outage_end(struct agent *a);               /* a poll was stored */
void outage_last_word(const struct agent *a);   /* at the end of the process, if it lasts */
/* After a poll: empties a journal that has grown, and warns of a reader that does not let it. */
MUST_CHECK bool journal_tend(struct agent *a, struct fault *why);
