/* Readings that are not believed yet, and bookings that turned out to be wrong; within a
 * transaction. */
#pragma once

#include "edge/store.h"

/* token.held and token.leap as they are now. */
MUST_CHECK bool store_put_doubt(struct store *s, const struct token *t, struct fault *why);

/* What was booked, as it was booked. */
struct reversal {
    struct entry *at; /* owned */
    size_t count;
};

/* Turns all that was booked of a token from a poll on into corrections, and takes it out of the
 * sums of its hours and days. `ret->at` is the caller's to free. */
MUST_CHECK bool store_reverse(struct store *s, int64_t token, int64_t poll, struct reversal *ret,
                              struct fault *why);

/* Forgets how the forecasts turned out that came due after `since`; `ret`: the record that is left.
 */
MUST_CHECK bool store_drop_scores(struct store *s, int64_t token, unix_s since,
                                  struct accuracy *ret, struct fault *why);
