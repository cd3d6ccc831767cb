/* Two sources for what was spent on a day: the falls of a balance, and the consumption endpoint. Do
 * they agree?
 *
 * The balance is a lower bound: a top-up or a reset hides what was spent in the same interval. Such
 * a day is explained, not alarming, when the endpoint reports more. What the endpoint does not know
 * of is a drift on any day. Pure. */
#pragma once

#include <stdbool.h>

#include "base/clock.h"
#include "base/money.h"

enum {
    RECONCILE_LAG_S = 6 * HOUR_S, /* a day's figures still change that long after it is over */
    RECONCILE_TOLERANCE_NANO = 10 * 1000 * 1000, /* a cent, or two percent if that is more */
    RECONCILE_TOLERANCE_PERCENT = 2,
};

struct reconcile_day {
    struct money balance; /* spent, as the balance shows */
    struct money usage;   /* spent, as the endpoint reports */
    bool hidden;          /* a top-up or reset may have hidden some from the balance */
};

enum reconciled { RECONCILED_AGREES, RECONCILED_HIDDEN, RECONCILED_DRIFT, RECONCILED_KINDS };

/* Whether the figures of the day that begins at `day` may be compared at `now`. */
bool reconcile_is_due(unix_s day, unix_s now);

enum reconciled reconcile_judge(const struct reconcile_day *d);

/* What the endpoint reports beyond the balance; negative: the balance fell by more. Saturates. */
struct money reconcile_difference(const struct reconcile_day *d);

const char *reconciled_name(enum reconciled judged); /* "agrees", "hidden", "drift" */
