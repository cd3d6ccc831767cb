/* What keeps the database small and its rows true, between polls. */
#pragma once

#include <stddef.h>

#include "base/clock.h"
#include "base/fault.h"

struct agent;

/* How far it has come since the last poll. */
struct upkeep {
    size_t jobs_left;    /* 0: nothing is to be done before the next poll */
    mono_ms due;         /* of the next slice */
    int64_t states_hour; /* the states of tokens are as true as this hour's look at them */
    size_t place;        /* of the token where that look goes on */
};

void upkeep_wake(struct agent *a); /* a poll was stored */
/* The earlier of `next_due`, when something else is due, and of the next slice, if one fits in
 * before. */
mono_ms upkeep_deadline(const struct agent *a, mono_ms now, mono_ms next_due);
/* For an idle moment: a slice, if it is over before `next_due`. */
MUST_CHECK bool upkeep_slice(struct agent *a, mono_ms next_due, struct fault *why);
/* All that is left, before the end of `ebb once`. */
MUST_CHECK bool upkeep_finish(struct agent *a, struct fault *why);
