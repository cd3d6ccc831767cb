/* Credits that a person gave by hand, counted down by consumption. */
#pragma once

#include "core/plan.h"

struct agent;
struct account;

/* Before a plan is made: picks up a level that a command has set since. */
void estimate_look(struct agent *a, struct account *account);
/* Between polls: such a level makes the account due. */
void estimate_watch(const struct agent *a, struct account *account, mono_ms now);
/* The estimate as it is now, into the plan. */
void estimate_plan(struct account *account, struct plan *p);
/* Within the plan's transaction. */
MUST_CHECK bool estimate_write(struct agent *a, struct account *account, struct fault *why);
void estimate_settle(struct agent *a, struct account *account); /* after the commit */

/* Within the transaction of an answer of the usage endpoint, before and after that is stored. */
MUST_CHECK bool estimate_begin_count(struct agent *a, struct account *account, struct fault *why);
MUST_CHECK bool estimate_end_count(struct agent *a, struct account *account, struct fault *why);
void estimate_counted(struct account *account); /* after the commit */
