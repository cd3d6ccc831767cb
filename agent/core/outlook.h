/* What the tokens of an account ask of its rhythm: how soon one is empty, whether one burns much
 * faster than it did, and when budgets are set back. Pure: a token set in, a few words out. */
#pragma once

#include "core/token_set.h"

enum {
    OUTLOOK_JUMP_TIMES = 4,        /* an office's morning is three times its day; a jump is more */
    OUTLOOK_JUMP_RUNWAY_S = DAY_S, /* and matters when it would use up the rest within so long */
    OUTLOOK_LATE_S = 30
        * MINUTE_S, /* a reset that was not seen is looked for so long at the resets' own times */
};

struct outlook {
    bool moved;    /* something changed with the last list: the caller's to say */
    unix_s dry_at; /* the earliest exhaustion, by the early forecast; TIME_NONE: none in sight */
    int64_t dry_token;
    int64_t jumped_token; /* burns much more in an hour than in the day; 0: none */
    int64_t held_token;   /* its newest reading is not believed yet; 0: none */
    unix_s last_reset;    /* the newest midnight that sets a budget back; TIME_NONE: no token has
                             resets */
    unix_s next_reset;    /* the first after now */
    bool reset_missing;   /* last_reset is younger than OUTLOOK_LATE_S and a token has not shown it
                             yet */
};

/* An outlook of nothing: no token, nothing moved. */
struct outlook outlook_none(void);

/* The midnights around a moment, for budgets of each period. */
struct midnights {
    unix_s now, last[RESET_OTHER + 1], next[RESET_OTHER + 1];
};
struct midnights midnights_around(unix_s now);

/* Of a token with its forecast of now: when its money may end, and whether its burn jumped. */
void outlook_judge(const struct token *t, const struct forecast *f, struct judged *ret);

/* Adds the outlook of a token for which that was found. One that is empty, stale or without budget
 * asks for nothing. */
void outlook_add_token(struct outlook *o, const struct token *t, const struct judged *j,
                       const struct midnights *m);

/* What two sets ask together; of equal ones the first. */
struct outlook outlook_of_both(const struct outlook *x, const struct outlook *y);
