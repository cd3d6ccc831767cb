/* May work start? Compares a balance and its forecast with a demand. Unknown is never "ok". */
#pragma once

#include "base/money.h"
#include "core/state.h"

enum gate { GATE_OK, GATE_LOW, GATE_UNKNOWN, GATE_NOT_OFFERED, GATES };
const char *gate_name(enum gate gate); /* "ok", "low", "unknown", "not_offered" */

/* The believed state of a token or of an account's credits. */
struct gate_view {
    enum state state;
    struct maybe_money balance; /* what can be spent: the token's balance or its account's credits,
                                   whichever is less */
    bool by_credits;            /* the credits set the balance or the end */
    bool credits_unknown;       /* so the token was judged on its own */
    bool is_estimate; /* credits by hand once, less what was spent since; of a token: those of its
                         account */
    bool is_free;     /* a sandbox: its calls cost nothing, and its balance never moves */
    bool spends_credits; /* no budget of its own: the balance says nothing */
    unix_s seen, likely; /* likely: TIME_NONE: no end in sight */
    unix_s refilled;     /* the next reset, TIME_NONE: none */
};

/* The demand. A limit that is not given is unknown, or below zero. */
struct gate_spec {
    struct maybe_money balance;
    int64_t runway_s, max_age_s;
};

enum { GATE_REASON_BYTES = 200 };

/* Whether the account's credits must be judged instead: the token has no budget of its own, so its
 * balance means nothing. */
bool gate_asks_credits(const struct gate_view *v);

/* `reason` is one line. */
enum gate gate_judge(const struct gate_view *v, const struct gate_spec *w, unix_s now,
                     char reason[GATE_REASON_BYTES]);
