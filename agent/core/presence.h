/* What one complete list does to what is believed of the tokens of an account.
 *
 * A token absent from a complete, valid list is missing. It counts as deleted once it was absent
 * from PRESENCE_PATIENCE lists in a row and for a time: PRESENCE_ABSENCE_S, or
 * PRESENCE_MASS_ABSENCE_S when more than half of the tokens, or all, are absent together. A list
 * that lost so many at once is suspicious: it changes nothing until PRESENCE_PATIENCE lists in a
 * row say the same; then what it shows is believed, and what it lacks is missing. Pure: readings
 * in, changes out. */
#pragma once

#include "core/token_set.h"

enum {
    PRESENCE_PATIENCE = 3,
    PRESENCE_ABSENCE_S =
        2 * HOUR_S, /* an outage of a part of the API is over by then, or someone looks at it */
    PRESENCE_MASS_ABSENCE_S =
        DAY_S, /* a wrong key or a broken filter looks like this: a person has a day to see it */
};

/* One list is read so: presence_begin; `listed = true` for each token that appears; once the list
 * is complete and valid presence_loss_of says what it lacks, and presence_note takes that to each
 * token, suspicious or not. A suspicious list ends there. After a plausible one each token is
 * booked: presence_book; presence_is_gone: it counts as deleted. Only then are newcomers added,
 * for they would dilute what the list has lost. */
void presence_begin(struct token_set *f);

/* What a complete list lacks of the tokens that were not missing before it. */
struct presence_loss {
    bool suspicious; /* more than half of them at once */
    bool mass;       /* more than half of all, at once or in parts */
    bool plausible;  /* to be believed: not suspicious, or the PRESENCE_PATIENCE-th in a row */
    int run;         /* suspicious lists in a row, this one counted, for token_set.suspicious */
};
struct presence_loss presence_loss_of(const struct token_set *f);

/* Notes presence or absence in a list that was read at `now`. */
void presence_note(struct token *t, const struct presence_loss *loss, unix_s now);

/* Books presence or absence in a plausible list; true when `missing` changed. */
bool presence_book(struct token *t);
bool presence_is_gone(const struct token *t, unix_s now);

/* How long a token must be absent before it counts as deleted. */
int64_t presence_patience_s(const struct token *t);

/* Since when the set lacks more than half of its tokens; TIME_NONE: it does not. `ret_lost`: how
 * many are absent. */
unix_s presence_lost_since(const struct token_set *f, size_t *ret_lost);
