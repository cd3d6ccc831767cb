/* The tables of `ebb status`. */
#pragma once

#include "view/table.h"

struct status_view {
    enum table_format format;
    bool colour;
    unix_s now;
    const char *account; /* NULL: all */
    const char *match;   /* glob over names; NULL: all */
    bool broker;         /* one is configured */
    size_t rows_max;     /* of the terminal, 0: not limited */
};

/* "5m ago", or `never` without a time; its text lives in `room`. */
struct cell status_ago(const struct cell *at, const char *never, unix_s now, struct text *room);

/* Tokens, the nearest exhaustion first; what did not fit is counted in a last line. */
MUST_CHECK bool status_tokens(struct store *s, const struct status_view *view, size_t *ret_matches,
                              struct fault *why);

/* What is left on each account, and how far its consumption is known. */
MUST_CHECK bool status_credits(struct store *s, const struct status_view *view, struct fault *why);

/* Accounts and how their last poll ended. */
MUST_CHECK bool status_accounts(struct store *s, const struct status_view *view, size_t *ret_rows,
                                struct fault *why);

/* The connection to the broker and what waits for it; nothing when none is configured. */
MUST_CHECK bool status_broker(struct store *s, const struct status_view *view, struct fault *why);

/* The size of the database, and since when it has what. */
MUST_CHECK bool status_store(struct store *s, const struct status_view *view, struct fault *why);
