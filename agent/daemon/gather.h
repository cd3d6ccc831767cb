/* What a plan needs to know, gathered before it is made. */
#pragma once

#include "core/plan.h"

struct agent;
struct account;

struct gathered {
    struct plan_base base;
    struct plan_edit *edits; /* owned; in the order of the account's */
    struct plan_undo *undos; /* owned, with their entries */
    size_t undo_count;
    struct token_set returned; /* deleted tokens that the list has again, as they ended */
};

/* What memory knows. The caller must release it after the plan. */
void gather(const struct agent *a, struct account *account, struct gathered *ret);
/* Within a transaction: what the store alone knows about the tokens of the poll that is over, and
 * about the credits. Deleted ones that are back live again with it. */
MUST_CHECK bool gather_stored(struct agent *a, struct account *account, unix_s at,
                              struct gathered *g, struct fault *why);
void gathered_done(struct gathered *g);
