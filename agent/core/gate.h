/* May work begin? A balance and its forecast against what somebody asks for. What is not known is never "ok". */
#pragma once

#include "base/money.h"
#include "core/forecast.h"

enum gate { GATE_OK, GATE_LOW, GATE_UNKNOWN, GATES };
const char *gate_name(enum gate gate); /* "ok", "low", "unknown" */

/* What is believed of a token or of an account's credits. */
struct gate_view {
    const char *state; /* a verdict's slug, "missing" or "expired" */
    struct maybe_money balance; /* what can be spent: a token's own, or its account's credits where these are less */
    bool by_credits;      /* it is theirs, or the end is */
    bool credits_unknown; /* a token that was judged by itself */
    bool is_free;        /* a sandbox: its calls cost nothing, and its balance never moves */
    bool spends_credits; /* no budget of its own: the balance says nothing */
    unix_s seen, likely; /* likely: TIME_NONE: no end in sight */
    unix_s refilled;     /* the next reset, TIME_NONE: none */
};

/* What is asked for; a limit that is not given is not known, or below zero. */
struct gate_wish {
    struct maybe_money balance;
    int64_t runway_s, max_age_s;
};

enum { GATE_REASON_BYTES = 200 };

/* Of a token that spends credits this tells at most that it is gone: ask about the credits. `reason` is one line. */
enum gate gate_judge(const struct gate_view *v, const struct gate_wish *w, unix_s now, char reason[GATE_REASON_BYTES]);
