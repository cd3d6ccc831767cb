/* The one word for how a token, or an account's credits, stand: what the newest list says of it,
 * what its forecast says, and how old both are.
 *
 * Every surface shows this word. Which fact goes before which, how the words are spelt and which
 * state is the most urgent is decided here and nowhere else; a database that dashboards read
 * carries these decisions as rows (edge/store/decisions.c). Pure. */
#pragma once

#include "core/credits.h"
#include "core/forecast.h"
#include "core/level.h"

/* A verdict is a state; the others are about the list that the token is in. */
enum state {
    STATE_LEARNING = VERDICT_LEARNING,
    STATE_NO_BUDGET = VERDICT_NO_BUDGET,
    STATE_STALE = VERDICT_STALE,
    STATE_UNUSED = VERDICT_UNUSED,
    STATE_IDLE = VERDICT_IDLE,
    STATE_SAFE = VERDICT_SAFE,
    STATE_TIGHT = VERDICT_TIGHT,
    STATE_RUNS_DRY = VERDICT_RUNS_DRY,
    STATE_EXHAUSTED = VERDICT_EXHAUSTED,
    STATE_UNREADABLE = VERDICTS, /* its entry in the newest list is invalid */
    STATE_MISSING,               /* the newest list does not have it */
    STATE_EXPIRED,
    STATE_NOT_OFFERED, /* of credits: the API does not report them, and nobody gave them by hand */
    STATES,
};

/* What is known of a token beside its forecast. */
struct presence {
    bool missing, unreadable; /* in the newest complete list */
    bool listed_lately;       /* that list is not stale */
    bool expired;
};

/* `list_at`: the newest complete list, TIME_NONE: there was none. */
struct presence presence_at(bool missing, bool unreadable, unix_s expires, unix_s list_at,
                            int64_t stale_after_s, unix_s now);

/* `verdict` is that of the same moment. */
enum state state_of(enum verdict verdict, const struct presence *p);

/* Of an account's credits; `known`: they were reported, or counted down, with the last poll. */
enum state state_of_credits(enum credits_source source, enum verdict verdict, bool known);

/* What a verdict becomes when its reading gets stale. */
enum verdict state_aged(enum verdict verdict);

/* Whether a token's balance may still be judged: the list has it, readable, and it works. */
bool state_is_in_use(enum state state);

/* What is shown of a forecast beside this state: all of it, or, where the state is not its verdict,
 * nothing that says when the balance ends. */
struct forecast state_forecast(enum state state, const struct forecast *f);

/* Whether it is said of a forecast that has times: far ones, when no end is in sight. */
bool state_has_times(enum state state);

/* How soon somebody should look at it. */
struct urgency {
    enum state state;
    unix_s likely; /* TIME_NONE: no end is known */
    enum level level;
};
/* Negative: `a` comes first. 0: alike. */
int urgency_compare(const struct urgency *a, const struct urgency *b);

const char *state_name(enum state state); /* "runs dry", ... */
const char *state_slug(enum state state); /* "runs_dry", ... */
/* All slugs, in the order of enum state. */
#define STATE_SLUGS                                                                                \
    "learning|no_budget|stale|unused|idle|safe|tight|runs_dry|exhausted|unreadable|missing|"       \
    "expired|not_offered"
