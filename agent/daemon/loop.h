/* What each turn of the daemon does: each part prepares, one wait, each part takes what is its own.
 */
#pragma once

#include "base/clock.h"
#include "base/fault.h"
#include "edge/signals.h"

struct agent;
struct account;

/* Waits until something comes, at most until `deadline`, and takes it. */
MUST_CHECK bool loop_turn(struct agent *a, int signals, mono_ms deadline, struct signals_seen *seen,
                          struct fault *why);

/* Begins what is due of an account: its poll, and the calls beside it. */
MUST_CHECK bool loop_start_if_due(struct agent *a, struct account *account, mono_ms now,
                                  struct fault *why);

/* When a call beside the list goes on. */
mono_ms loop_next_errand(const struct account *account, mono_ms now);

/* False: `why` ends the daemon. A store that fails for now (disk full, locked) ends nothing. */
bool loop_survive(struct agent *a, const struct fault *why);

static inline mono_ms loop_earlier(mono_ms x, mono_ms y)
{
    return x < y ? x : y;
}
