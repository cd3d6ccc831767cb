/* One answer for scripts: is enough left of a token, or of an account's credits? */
#pragma once

#include "core/gate.h"
#include "edge/store.h"
#include "view/writer.h"

struct gate_query {
    const char *token;   /* NULL: the credits */
    const char *account; /* NULL: the only one that has it */
    struct gate_spec spec;
    unix_s now;
};

struct gate_answer {
    enum gate gate;
    char reason[GATE_REASON_BYTES];
    struct maybe_money balance, available; /* available: what can be spent */
    bool by_credits;                       /* these limit it */
    unix_s likely, seen;                   /* TIME_NONE: no end in sight, not known */
};

void gate_ask(struct store *s, const struct gate_query *q, struct gate_answer *ret);
struct gate_answer gate_not_asked(const char *reason); /* unknown, for want of a store */

void gate_show(const struct gate_query *q, const struct gate_answer *a, struct writer *w);
