/* The credits of an account: what is left on it, shared by its tokens. */
#pragma once

#include "api/api_call.h"
#include "core/credits.h"
#include "core/forecast_queue.h"
#include "core/plan.h"
#include "core/token_set.h"

struct agent;
struct account;

/* What is left on an account, and the call that fetches it. */
struct credits {
    enum credits_source source;
    struct credits_level level;   /* as stored */
    struct credits_level ordered; /* set by a command, to be stored with the poll that is planned */
    bool is_ordered;
    mono_ms looked_at;                     /* for levels set by commands, last */
    char hurried_for[CREDITS_ORDER_BYTES]; /* the last of these that made a poll due */
    struct credits_news news;              /* of the answer that is being stored */
    int64_t counted_nano;                  /* and how much of it counts */
    unix_s counted_from;        /* since when what is counted and not booked was spent; TIME_NONE:
                                   nothing is */
    struct publication absence; /* of the state that says that they are not offered */
    struct api_call call;
    struct token_set series; /* one; none before they were first reported, and while not offered */
    struct forecast_queue forecast_queue;
    struct text reason; /* why they are not known, or do not count down; empty: they are known */
};

/* Within a transaction: loads the level, and notes the source. */
MUST_CHECK bool credits_open(struct agent *a, struct account *account, struct fault *why);
/* Within a transaction, once: alerts about credits that nobody reports any more have ended. */
MUST_CHECK bool credits_retire(struct agent *a, struct account *account, unix_s now,
                               struct fault *why);

void credits_ask(struct account *account); /* with the poll that starts */
bool credits_are_owed(
    const struct account *account); /* not asked yet, or not answered, or not stored */
/* What an answer that has arrived would change. */
void credits_plan(struct account *account, struct plan *p);
/* Within the plan's transaction: why they are not known. */
MUST_CHECK bool credits_write(struct agent *a, struct account *account, struct fault *why);
bool credits_are_held(const struct account *account); /* their reading is held, not believed yet */
void credits_settle(struct agent *a,
                    struct account *account); /* after the commit: the answer is taken */
/* Reads what arrived; an answer that came after its poll is stored in a transaction of its own. */
MUST_CHECK bool credits_turn(struct agent *a, struct account *account, unix_s now,
                             struct fault *why);
void credits_done(struct credits *c);
