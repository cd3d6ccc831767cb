/* One token, or an account's credits, as `ebb forecast` looks at it: everything that the daemon's forecast is made of,
 * read from the store. */
#pragma once

#include "base/text.h"
#include "cli/chart.h"
#include "core/forecast/evidence.h"
#include "core/forecast/promise.h"
#include "edge/archive.h"

struct subject {
    struct text account, name; /* the credits have the name "" */
    bool credits;
    unix_s now, seen_at;
    int missing;
    int64_t stale_s;
    struct reading reading;   /* borrows `name` */
    struct burn_history burn;
    struct past past;
    struct curve curve;       /* widened by the record */
    struct forecast forecast;
    struct record record;
    struct track_record scored;
    struct chart_point *readings; /* owned; balances as they were read */
    size_t reading_count, reading_room;
};

/* `name` "" is the credits; `account` NULL: the only one that has it. FAULT_REJECT: there is none, or several.
 * To be released by subject_done, also after a failure. */
MUST_CHECK bool subject_load(struct store *s, const char *name, const char *account, unix_s now, struct subject *ret,
                             struct fault *why);
void subject_done(struct subject *s);

/* Mean spent in an hour, by local hour of the day and by local day of the week (0: Monday); negative: never watched. */
struct burn_profile {
    int64_t hour_nano[24], day_nano[7];
};
struct burn_profile subject_profile(const struct subject *s);
