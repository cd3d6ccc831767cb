/* A plan becomes one transaction, and memory adopts it. */
#pragma once

#include "base/fault.h"
#include "core/plan.h"

struct agent;
struct account;

/* Begins the transaction. FAULT_RETRY: the store takes none now; while the account is ahead of it,
 * that is not even tried. */
MUST_CHECK bool commit_begin(struct agent *a, const struct account *account, struct fault *why);
/* Within it: all that the plan changes. It belongs to the poll that was added or resumed last. */
MUST_CHECK bool commit_plan(struct agent *a, struct account *account, struct plan *p,
                            struct fault *why);
/* Ends it; `written` false: with nothing stored, for `why`. Then, with FAULT_RETRY, alerts and
 * events go past the store, and memory moves on all the same, ahead of it. */
MUST_CHECK bool commit_end(struct agent *a, struct account *account, struct plan *p, bool written,
                           struct fault *why);
/* All three, for a plan that belongs to a poll which is stored. */
MUST_CHECK bool commit_now(struct agent *a, struct account *account, struct plan *p,
                           struct fault *why);
