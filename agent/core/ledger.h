/* Bookkeeping: what a change between two readings of one token means.
 *
 * The balance alone cannot tell everything (a fall may hide a top-up in the same interval), so
 * consumption from balances is a lower bound. What is never done: count a rise as negative
 * consumption, or take an edit for use. */
#pragma once

#include "core/reading.h"

enum entry_kind {
    ENTRY_CONSUMPTION, /* amount > 0, spent between `since` and `at` */
    ENTRY_TOPUP,       /* amount > 0, somebody added money */
    ENTRY_RESET,       /* the periodic reset: amount is new minus old, may be negative */
    ENTRY_EDIT,       /* the budget or its rule was changed: amount is new minus old, may be zero */
    ENTRY_UNKNOWN,    /* the balance became known or unknown (amount zero), or nobody can say why it
                         moved */
    ENTRY_CORRECTION, /* takes back a move that never happened, whose own entries become
                         corrections, too */
    ENTRY_KINDS,
};

struct entry {
    enum entry_kind kind;
    struct money amount;
    unix_s since; /* the reading before; consumption is spread over [since, at] */
    unix_s at;
};

enum { LEDGER_ENTRIES_MAX = 2 };

/* What happened between reading `was` (seen at `since`) and `is` (seen at `at`), oldest first;
 * returns how many entries, at most LEDGER_ENTRIES_MAX (a reset, then what was spent since).
 * `last_reset` is the time of the token's newest ENTRY_RESET or TIME_NONE: one midnight explains
 * one reset only. Where the API does not show resets (reset_untold), a rise read within hours of
 * a midnight is one. `at` before `since` (the clock was set back) matches no midnight and gives
 * entries whose `since` is `at`. The entries add up: consumption negative, all others as they are,
 * the sum is the change of the balance. There are none while the token has no budget: then its
 * balance means nothing. */
size_t ledger_compare(const struct reading *was, unix_s since, const struct reading *is, unix_s at,
                      unix_s last_reset, struct entry ret[LEDGER_ENTRIES_MAX]);

/* Whether a snapshot of `is` would say anything that `was` does not. */
bool ledger_differs(const struct reading *was, const struct reading *is);

/* Whether they differ in anything but the balance. */
bool ledger_terms_differ(const struct reading *was, const struct reading *is);

/* What one poll changed about the balance of one token. */
struct change {
    struct entry entries[LEDGER_ENTRIES_MAX];
    size_t entry_count;
    struct maybe_money was, is; /* the balance before and after */
    unix_s at;                  /* of the poll */
};

/* No consumption over a longer time, or of more, follows from readings: its sums by hour can be
 * computed in 64 bits, and it spans two hours at most. */
enum { FOLLOWS_MOST_S = HOUR_S };
#define FOLLOWS_MOST_NANO (INT64_C(1) << 46)

/* Whether two readings by themselves show the change: ordinary consumption between them. The poll
 * at `poll_at` and the account's good poll before it, `prior_at`, are the time it was spent in. */
bool ledger_follows(const struct change *c, unix_s prior_at, unix_s poll_at);

/* The level that counts as 100 % once an entry has moved the balance from `was` to `is`: the budget
 * as it was set last, else the highest level since the last real top-up. A rise, or an edit, of
 * less than a tenth of it keeps it. */
struct maybe_money ledger_full(struct maybe_money full, enum entry_kind kind,
                               struct maybe_money was, struct maybe_money is);
