/* What was spent on what, as the API reports it. */
#pragma once

#include "api/usage_call.h"
#include "core/schedule.h"
#include "daemon/namesakes.h"
#include "edge/store.h"

struct agent;
struct account;

/* What the usage endpoint reported for an account, and the call that fetches it. */
struct consumption {
    struct usage_call asked;
    struct namesakes namesakes;
    struct usage_range range; /* asked for */
    unix_s asked_at;
    struct usage_known known; /* as stored */
    unix_s pass_first; /* first day of a pass over several days, which may take several answers */
    unix_s resume;     /* the day that the pass goes on with; TIME_NONE: none is under way */
    struct schedule schedule;
};

/* Asks at once, or an hour after the last answer. */
void consumption_open(struct agent *a, struct consumption *c);
/* Asks if it is time, a poll was good and the budget has a spare call. */
void consumption_start(struct account *account, mono_ms now);
mono_ms consumption_deadline(const struct account *account,
                             mono_ms now); /* MONO_NEVER: something else comes first */
/* Whether the account is still to be asked, or to answer. */
bool consumption_is_owed(const struct account *account, mono_ms now);
void consumption_done(struct consumption *c);
/* Reads what arrived, and stores an answer once it is whole and no poll runs. */
MUST_CHECK bool consumption_turn(struct agent *a, struct account *account, unix_s now,
                                 struct fault *why);
