/* What a reading means, and whether it is to be believed at once.
 *
 * Now and then an API answers nonsense for a moment: 0 USD for a token that has 98, no balance at
 * all, thousands too many. Such a reading is held, and the list read again within seconds, before
 * anything is booked or an alert raised. If the nonsense lasts and is booked, it is taken back when
 * the balance returns within a few readings.
 * Pure: what is known of a token and a reading in, a judgement out. */
#pragma once

#include "core/fleet.h"
#include "core/ledger.h"

enum {
    DOUBT_AGAIN_MS = 4000, /* after so long a doubtful reading is read again */
    LEAP_READINGS = 6,     /* within so many a return is the end of an error, later a top-up */
};

/* What Ebb itself set of a token, and the readings do not show yet. */
struct own_edit {
    struct maybe_money balance; /* unknown: it was left as it was */
};

struct judgement {
    struct entry entries[LEDGER_ENTRIES_MAX];
    size_t entry_count;
    bool doubtful; /* hold it: doubt_holds */
    bool leaps;    /* remember it: doubt_leap */
    bool undoes;   /* entries[0] is a correction of what was booked since token.leap */
    bool edited;   /* it shows the own edit */
};

/* What `is`, read at `at`, means for a token as it was believed to be until now; `edit` NULL: no
 * edit of our own is waited for. */
struct judgement doubt_weigh(const struct token *t, const struct reading *is, unix_s at,
                             const struct own_edit *edit);

/* Takes a reading to token.held; false when it is to be booked now: it is not doubtful, or the
 * second doubtful one in a row, which confirms it. `poll`: the row of the poll that brought it. */
bool doubt_holds(struct token *t, const struct judgement *f, struct maybe_money balance, unix_s at,
                 int64_t poll);

/* Whether the confirmed fall in token.held is booked for the time when it was first read, and then
 * what was read since. */
bool doubt_splits(const struct token *t, const struct judgement *f, const struct reading *is,
                  unix_s at);

/* The leap that a judgement makes from the token as it is, before it moves on. */
struct leap doubt_leap(const struct token *t, int64_t poll);
