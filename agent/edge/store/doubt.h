/* Readings that are not believed yet, and bookings that turned out to be wrong; within a
 * transaction. */
#pragma once

#include "edge/store.h"

/* What is held of a token, and its leap, as they are now. */
MUST_CHECK bool store_put_doubt(struct store *s, const struct token *t, struct fault *why);

/* What was booked, as it was booked. */
struct reversal {
    struct entry *at; /* owned */
    size_t count;
};

/* All that was booked of a token from a poll on, oldest first; `ret->at` is the caller's to free.
 */
MUST_CHECK bool store_bookings_since(struct store *s, int64_t token, int64_t poll,
                                     struct reversal *ret, struct fault *why);
/* Turns it into corrections, and takes it out of the sums of its hours and days. */
MUST_CHECK bool store_reverse(struct store *s, int64_t token, int64_t poll, struct fault *why);

/* How the forecasts of a token turned out that came due until `since`. */
MUST_CHECK bool store_scores_until(struct store *s, int64_t token, unix_s since,
                                   struct accuracy *ret, struct fault *why);
/* Forgets those that came due after it. */
MUST_CHECK bool store_drop_scores(struct store *s, int64_t token, unix_s since, struct fault *why);
