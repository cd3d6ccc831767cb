/* What was said before and what stands now. */
#pragma once

#include "base/clock.h"
#include "base/fault.h"

struct agent;
struct account;

/* Which rules are new to an account: fills new_rules. */
MUST_CHECK bool standing_meet_rules(struct agent *a, struct account *account, struct fault *why);
/* Notes the rules that an account was judged by; within a transaction. */
MUST_CHECK bool standing_know_rules(struct agent *a, struct account *account, struct fault *why);
/* Ends what was said of accounts that are configured no more, and clears every retained topic that
 * nothing stands behind. */
MUST_CHECK bool standing_settle(struct agent *a, unix_s now, struct fault *why);
