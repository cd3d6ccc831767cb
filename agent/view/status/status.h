/* What `ebb status` shows: as a whole, for people or as one JSON document, and its parts. */
#pragma once

#include "view/table.h"

struct status_view {
    unix_s now;
    const char *account; /* NULL: all */
    const char *match;   /* glob over names; NULL: all */
    bool broker;         /* one is configured */
    size_t rows_max;     /* of tokens, 0: not limited */
};

/* How much there was to see. */
struct status_seen {
    size_t accounts, tokens;
};

/* All of it, as JSON or as text. */
MUST_CHECK bool status_show(struct store *s, const struct status_view *view, struct writer *w,
                            struct status_seen *ret, struct fault *why);

/* "5m ago", or `never` without a time; its text lives in `room`. */
struct cell status_ago(const struct cell *at, const char *never, unix_s now, struct text *room);

/* Tokens, the nearest exhaustion first; what did not fit is counted in a last line. */
MUST_CHECK bool status_tokens(struct store *s, const struct status_view *view, struct writer *w,
                              size_t *ret_matches, struct fault *why);

/* What is left on each account, and how far its consumption is known. */
MUST_CHECK bool status_credits(struct store *s, const struct status_view *view, struct writer *w,
                               struct fault *why);

/* Accounts and how their last poll ended. */
MUST_CHECK bool status_accounts(struct store *s, const struct status_view *view, struct writer *w,
                                size_t *ret_rows, struct fault *why);

/* The connection to the broker and what waits for it; nothing when none is configured. */
MUST_CHECK bool status_broker(struct store *s, const struct status_view *view, struct writer *w,
                              struct fault *why);

/* The size of the database, and since when it has what. */
MUST_CHECK bool status_store(struct store *s, struct writer *w, struct fault *why);
