/* How a token spends by itself: pure functions of the seed and of virtual time.
 *
 * Time is cut into slots of `every_s`; what a slot costs depends on nothing but (profile, seed,
 * slot), so the same seed and interval give the same spending however often the clock is looked at.
 */
#pragma once

#include "base/clock.h"
#include "base/money.h"

enum profile_kind {
    PROFILE_NONE, /* only spends when called */
    PROFILE_STEADY,
    PROFILE_OFFICE_HOURS,
    PROFILE_BURSTS,
    PROFILE_IDLE,
    PROFILE_RUNAWAY,
    PROFILE_KINDS,
};

struct spend_profile {
    enum profile_kind kind;
    struct money
        usd_per_day;   /* average; of a working day for office hours, at the start for a runaway */
    int64_t every_s;   /* length of a slot */
    int64_t doubles_s; /* runaway: the rate doubles in this time, up to a thousandfold */
    unix_s starts;     /* runaway: when it began to run away */
};

enum { PROFILE_EVERY_S = 60, PROFILE_DOUBLES_S = 6 * HOUR_S };

struct slot_spending {
    struct money cost; /* may be zero */
    unsigned calls;
    uint64_t choice; /* random bits, for whoever must pick what was bought */
};

/* What the slot that ends at `end` costs. */
struct slot_spending profile_slot(const struct spend_profile *p, uint64_t seed, unix_s end);

/* The first end of a slot strictly after `at`; INT64_MAX for profiles that never spend. */
unix_s profile_next(const struct spend_profile *p, uint64_t seed, unix_s at);

bool profile_kind_named(struct span name, enum profile_kind *ret);
