/* What `ebb status` shows: as a whole, for people or as one JSON document, and its parts. */
#pragma once

#include "view/table.h"

struct status_view {
    unix_s now;
    const char *account;                     /* NULL: all */
    const char *match;                       /* glob over names; NULL: all */
    const char *environment, *state, *level; /* that tokens are in; NULL: any */
    bool broker;                             /* one is configured */
    size_t rows_max;                         /* of tokens, 0: not limited */
    const char *cursor; /* tokens that follow those of an earlier answer; NULL: from the first on */
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

/* The same in steps, for whoever has little time at once; view and writer are borrowed until its
 * end. FAULT_REJECT: the cursor is none. */
struct status_list;
MUST_CHECK bool status_list_begin(struct store *s, const struct status_view *view, struct writer *w,
                                  struct status_list **ret, struct fault *why);
/* *ret_more false: all is written. */
MUST_CHECK bool status_list_step(struct status_list *l, bool *ret_more, struct fault *why);
/* The cursor of what follows, when rows_max left something out; else nothing. */
void status_list_cursor(const struct status_list *l, struct text *out);
void status_list_end(struct status_list *l); /* accepts NULL */

/* What is left on each account, and how far its consumption is known. */
MUST_CHECK bool status_credits(struct store *s, const struct status_view *view, struct writer *w,
                               struct fault *why);

/* Accounts and how their last poll ended. */
MUST_CHECK bool status_accounts(struct store *s, const struct status_view *view, struct writer *w,
                                size_t *ret_rows, struct fault *why);

/* What is known of accounts, as one JSON object: how they were polled, their credits, and how good
 * their forecasts have been. */
MUST_CHECK bool status_accounts_show(struct store *s, const struct status_view *view,
                                     struct writer *w, struct fault *why);

/* The connection to the broker and what waits for it; nothing when none is configured. */
MUST_CHECK bool status_broker(struct store *s, const struct status_view *view, struct writer *w,
                              struct fault *why);

/* The size of the database, and since when it has what. */
MUST_CHECK bool status_store(struct store *s, struct writer *w, struct fault *why);
