/* The credits of accounts as they stand: a row of each, and the purse that its tokens live from. */
#pragma once

#include "view/standing_rows.h"

/* What is left on an account. */
struct credits_columns {
    struct span account;
    struct reading reading;
    struct curve curve;
    struct purse purse;       /* of the two above */
    struct forecast own;      /* of the purse, now */
    struct forecast forecast; /* what is shown of it */
    enum credits_source source;
    bool known;
};

struct standing_credits {
    struct standing_rows rows;
    struct credits_columns **columns; /* owned, each; of `rows` */
};

/* One row of QUERY_CREDITS. */
void standing_credits_take(struct standing_credits *all, const struct cell *asked, unix_s now,
                           int64_t stale_s);
/* NULL: nothing is known of the account's. */
const struct credits_columns *standing_credits_of(const struct standing_credits *all,
                                                  struct span account);
/* What limits the account's tokens; NULL: nothing that is known. Accepts NULL. */
const struct purse *standing_credits_purse(const struct credits_columns *c);
/* Whether they limit the account's tokens now. Accepts NULL. */
bool standing_credits_limit(const struct credits_columns *c);
void standing_credits_done(struct standing_credits *all);
