/* A wall clock that is set. */
#pragma once

#include "core/ledger.h"
#include "core/token_set.h"

struct agent;
struct account;

/* The present; while the wall clock was never set, what it would show if no time had passed while
 * nobody looked. */
unix_s step_now(const struct account *account);
/* At the start, within a transaction: what an earlier run stamped with a clock that was never set
 * is put before now. */
MUST_CHECK bool step_open(struct agent *a, struct account *account, struct fault *why);
/* Before a poll that ended `at` is stored, within its transaction: when the wall clock was set
 * since the last one, the times that memory looks back on move with it, so that no gap appears
 * where none was. */
MUST_CHECK bool step_over(struct agent *a, struct account *account, unix_s at, struct fault *why);
/* What was spent since a token's last reading was spent since then by the clock as it is now. */
void step_correct(const struct token *t, struct entry *e);
/* After the commit of a good poll that ended `at`; `boot`: clock_boot of that moment. */
void step_heard(struct account *account, unix_s at, mono_ms boot);
