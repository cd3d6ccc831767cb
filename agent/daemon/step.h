/* A wall clock that is set. */
#pragma once

#include "base/clock.h"
#include "core/plan.h"

struct agent;
struct account;

/* The present; while the wall clock was never set, what it would show if no time had passed while
 * nobody looked. */
unix_s step_now(const struct account *account);
/* At the start, within a transaction: what an earlier run stamped with a clock that was never set
 * is put before now. */
MUST_CHECK bool step_open(struct agent *a, struct account *account, struct fault *why);
/* When the wall clock was set since the last good poll, the times that memory looks back on move
 * with it, so that no gap appears where none was. */
void step_over(struct account *account, struct plan *p);
/* Within the plan's transaction: what is stored moves, too, as far as it must. */
MUST_CHECK bool step_restamp(struct agent *a, const struct account *account, const struct plan *p,
                             struct fault *why);
/* After the commit of a good poll that ended `at`; `boot`: clock_boot of that moment. */
void step_heard(struct account *account, unix_s at, mono_ms boot);
