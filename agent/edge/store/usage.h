/* Consumption as the usage endpoint reports it, in the store: days that are replaced, and what of
 * them is booked into the sums.
 *
 * All of it runs within a transaction of the caller's. A name is whom it was on the day: the
 * generation that lived then; one that no list ever showed gets a row that says it is gone. */
#pragma once

#include "core/reconcile.h"
#include "core/usage.h"
#include "edge/store.h"

/* UTC days by their first seconds, both ends included. */
struct usage_range {
    unix_s first_day, last_day;
};

/* Days that lie longer back are read again now and then: the service may report them late. */
enum usage_reread { REREAD_7D, REREAD_35D, USAGE_REREADS };

struct usage_known {
    unix_s from, until; /* consumption is known from the first second of a day up to a moment; both
                         * TIME_NONE: never answered */
    unix_s reread_at[USAGE_REREADS]; /* TIME_NONE: never */
    char reason[FAULT_TEXT_BYTES];   /* why the last answer is missing or incomplete; empty: it
                                        was */
};
MUST_CHECK bool store_usage_known(struct store *s, int64_t account, struct usage_known *ret,
                                  struct fault *why);
MUST_CHECK bool store_set_reread(struct store *s, int64_t account, enum usage_reread what,
                                 unix_s at, struct fault *why);

/* An answer to what was asked about a range. */
struct usage_told {
    const struct usage_book *book;
    struct usage_range range;
    unix_s asked_at, until; /* until: how far it is true, no later than asked_at */
};
/* The answer becomes all that is known of the range; lines of other days are left out. Of a day of
 * a payer that could not be read the older figures stay, and it is marked as not known. */
MUST_CHECK bool store_replace_usage(struct store *s, int64_t account, const struct usage_told *told,
                                    struct fault *why);

/* What all payers of the account together spent on these days, as far as it is known. */
MUST_CHECK bool store_sum_usage(struct store *s, int64_t account, struct usage_range range,
                                int64_t *ret_nano, struct fault *why);

/* Tokens of which usage must be asked for one by one, as their names are not unique. */
struct shares {
    struct usage_share *at; /* owned, and their texts */
    size_t count, room;
};
/* Those that were there on a day from the first one on. */
MUST_CHECK bool store_load_shares(struct store *s, int64_t account, unix_s first_day,
                                  struct shares *ret, struct fault *why);
/* Removes those from `first` to before `end`. */
void shares_remove(struct shares *s, size_t first, size_t end);
void shares_done(struct shares *s); /* leaves an empty one */

/* Why consumption, or the credits, are not known; `reason` NULL: they are. */
MUST_CHECK bool store_set_usage_reason(struct store *s, int64_t account, const char *reason,
                                       struct fault *why);
MUST_CHECK bool store_set_credits_reason(struct store *s, int64_t account, const char *reason,
                                         struct fault *why);

/* What of a day is known from consumption and not in the sums yet: see load_unbooked_usage.sql. */
struct unbooked {
    int64_t token;
    unix_s day, seen_from; /* seen_from: a balance shows what was spent from then on; TIME_NONE:
                              none does */
    struct money more;     /* > 0 */
};
struct unbooked_list {
    struct unbooked *at; /* owned by the caller */
    size_t count, room;
};
/* `caught_up`: from then on a balance has yet to show what the answer already includes. */
MUST_CHECK bool store_unbooked_usage(struct store *s, int64_t account, struct usage_range range,
                                     unix_s caught_up, struct unbooked_list *ret,
                                     struct fault *why);

/* Adds consumption that the endpoint reported to the hours and days it was spent in. */
MUST_CHECK bool store_book_usage(struct store *s, int64_t token, const struct entry *e,
                                 struct fault *why);

/* One series on one day: see reconcile_day.sql for which can be compared. */
struct compared {
    int64_t token;
    struct reconcile_day day;
};
struct compared_list {
    struct compared *at; /* owned by the caller; in the order of tokens */
    size_t count, room;
};
MUST_CHECK bool store_compare_day(struct store *s, int64_t account, unix_s day,
                                  struct compared_list *ret, struct fault *why);
MUST_CHECK bool store_put_reconciled(struct store *s, const struct compared *c, unix_s day,
                                     enum reconciled judged, struct fault *why);
