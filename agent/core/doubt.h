/* What a reading means, and whether to believe it at once.
 *
 * Now and then an API answers nonsense for a moment: 0 USD for a token that has 98, no balance at
 * all, or thousands too many. Such a reading is held, and the list is read again within seconds,
 * before anything is booked or any alert is raised. If the nonsense persists and is booked, it is
 * reversed when the balance returns within a few readings.
 * Pure: a token's state and a reading in, a judgement out. */
#pragma once

#include "core/ledger.h"
#include "core/token_set.h"

enum {
    DOUBT_AGAIN_MS = 4000, /* delay before a doubtful reading is read again */
    LEAP_READINGS = 6,     /* a return within this many ends an error; later it is a top-up */
};

/* An edit by Ebb itself that no reading shows yet. */
struct own_edit {
    struct maybe_money balance; /* unknown: the edit left it unchanged */
};

struct judgement {
    struct entry entries[LEDGER_ENTRIES_MAX];
    size_t entry_count;
    bool doubtful; /* hold it: doubt_holds */
    bool leaps;    /* remember it: doubt_leap */
    bool undoes;   /* entries[0] is a correction of what was booked since the leap */
    bool edited;   /* it shows Ebb's own edit */
};

/* What `is`, read at `at`, means for a token in its believed state; `edit` NULL: no edit of our
 * own is pending. */
struct judgement doubt_weigh(const struct token *t, const struct reading *is, unix_s at,
                             const struct own_edit *edit);

/* Whether what was booked since the leap has to be known to weigh this reading: only one that moves
 * the balance back towards where it was can undo the leap. */
bool doubt_may_undo(const struct token *t, const struct reading *is);

/* Moves a reading to what is held of the token. False when it must be booked now: it is not
 * doubtful, or it is the second doubtful one in a row, which confirms it. `poll`: row of the poll
 * that read it. */
bool doubt_holds(struct token *t, const struct judgement *f, struct maybe_money balance, unix_s at,
                 int64_t poll);

/* Whether the confirmed fall that is held is booked for the time when it was first read, and then
 * what was read since. */
bool doubt_splits(const struct token *t, const struct judgement *f, const struct reading *is,
                  unix_s at);

/* The leap that a judgement makes from the token as it is, before it moves on. */
struct leap doubt_leap(const struct token *t, int64_t poll);
