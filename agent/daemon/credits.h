/* What is left on the account. */
#pragma once

#include "api/api_call.h"
#include "core/forecast_queue.h"
#include "core/plan.h"
#include "core/token_set.h"

struct agent;
struct account;

/* What is left on an account, and the call that asks it. */
struct credits {
    struct api_call call;
    struct token_set series; /* one, or none before they were first told */
    struct forecast_queue forecast_queue;
    struct text reason; /* why they were not told last; empty: they were */
};

void credits_ask(struct account *account); /* with the poll that starts */
/* Whether the last answer told them: what is known of them limits every token. */
bool credits_are_owed(
    const struct account *account); /* not asked yet, or not answered, or not stored */
/* What an answer that is there would change. */
void credits_plan(struct account *account, struct plan *p);
/* Within the plan's transaction: why they were not told. */
MUST_CHECK bool credits_write(struct agent *a, const struct account *account, struct fault *why);
bool credits_are_held(const struct account *account); /* their reading is not believed yet */
void credits_settle(struct agent *a,
                    struct account *account); /* after the commit: the answer is taken */
/* Reads what arrived; an answer that came after its poll is stored in a transaction of its own. */
MUST_CHECK bool credits_turn(struct agent *a, struct account *account, unix_s now,
                             struct fault *why);
void credits_done(struct credits *c);
