/* Tokens and credits as they stand at one moment: what the last poll left, its forecast read again
 * for now.
 *
 * The one reading for every command that shows a forecast, by the function by which the daemon
 * reads its own. */
#pragma once

#include "core/state.h"
#include "edge/store.h"

/* A token; its state and times are those of now. */
enum standing_cell {
    STANDING_ID,
    STANDING_ACCOUNT,
    STANDING_TOKEN,
    STANDING_TYPE,
    STANDING_BALANCE,
    STANDING_BUDGETED,
    STANDING_BURN,
    STANDING_RATE_1H,
    STANDING_RATE_6H,
    STANDING_RATE_24H,
    STANDING_RATE_7D,
    STANDING_STATE,
    STANDING_EARLY,
    STANDING_LIKELY,
    STANDING_LATE,
    STANDING_HORIZON,
    STANDING_FORECAST,
    STANDING_LEVEL,
    STANDING_PERIOD,
    STANDING_RESET_AMOUNT,
    STANDING_EXPIRES,
    STANDING_SEEN,
    STANDING_MISSING,
    STANDING_SOURCE,
    STANDING_UNREADABLE,
    STANDING_AVAILABLE,      /* what can be spent: no more than the account has */
    STANDING_LIMITED_BY,     /* "balance" or "credits"; none: without a budget */
    STANDING_CREDITS_KNOWN,  /* 0: the token was judged by itself */
    STANDING_CREDITS_SOURCE, /* likewise; none before they were first asked for */
    STANDING_SPENT_EVER,     /* since it is watched; never falls */
    STANDING_MEMBER,         /* whose it is; none: nobody's */
    STANDING_COLUMNS,
};

/* The credits of an account, likewise. */
enum credits_cell {
    CREDITS_ACCOUNT,
    CREDITS_BALANCE,
    CREDITS_BURN,
    CREDITS_LIKELY,
    CREDITS_STATE,
    CREDITS_SEEN,
    CREDITS_REASON,
    CREDITS_USAGE_FROM,
    CREDITS_USAGE_UNTIL,
    CREDITS_USAGE_REASON,
    CREDITS_RATE_1H,
    CREDITS_RATE_6H,
    CREDITS_RATE_24H,
    CREDITS_RATE_7D,
    CREDITS_SPENT_EVER, /* since they are watched; never falls */
    CREDITS_SOURCE,     /* "api", "estimate", "none" */
    CREDITS_SET_AT,     /* this and the next one: of an estimate, what was given by hand */
    CREDITS_SET,
    CREDITS_COLUMNS,
};

struct standing;

/* The nearest exhaustion first. `fresh_s`: how old a reading may be, -1: as the plan of the polls
 * says. */
MUST_CHECK bool standing_of_tokens(struct store *s, const struct query_filter *scope,
                                   int64_t fresh_s, struct standing **ret, struct fault *why);
/* The same in slices, for whoever has little time at once; between two nothing of the store is
 * open. `scope` and its names must live until all tokens are loaded. */
MUST_CHECK bool standing_begin(struct store *s, const struct query_filter *scope, int64_t fresh_s,
                               struct standing **ret, struct fault *why);
/* Loads at most so many further tokens, or sorts some when all are loaded; *ret_more false: all are
 * there, in their order. Before, rows may be read in no order. */
MUST_CHECK bool standing_load(struct standing *s, size_t most, bool *ret_more, struct fault *why);
void standing_forget(struct standing *s); /* the rows that are loaded: they were read */

/* By account. */
MUST_CHECK bool standing_of_credits(struct store *s, const struct query_filter *scope,
                                    int64_t fresh_s, struct standing **ret, struct fault *why);

/* Fills the first `count` cells of the next row, whose texts live until standing_end; false when
 * there is none. */
bool standing_next(struct standing *s, struct cell *cells, size_t count);
/* Goes on behind a row that had this urgency when it was handed out: the place where an earlier
 * answer ended. When that row is gone, or stands elsewhere by now, with the first row that is not
 * more urgent. */
void standing_go_on(struct standing *s, const struct urgency *last, int64_t id);
struct urgency standing_urgency(const struct standing *s); /* of the row that was filled last */
enum state standing_state(const struct standing *s);       /* likewise */
const struct forecast *standing_forecast(const struct standing *s);
/* The forecast of now of a token, or of an account's credits, from an answer about tokens; of none:
 * forecast_none. */
struct forecast standing_of_token(const struct standing *s, int64_t id);
struct forecast standing_of_account(const struct standing *s, struct span account);
void standing_end(struct standing *s); /* accepts NULL */
