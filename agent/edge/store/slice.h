/* A slice of living tokens, and what is added up of rows about each: readings that token_state does
 * not know yet, and alerts that fire. A plain scan, added up here, takes a third of what SQL takes
 * for the same sums. */
#pragma once

#include "core/level.h"
#include "edge/store/reader.h"

struct sliced_token {
    int64_t id, account;
    int64_t known_poll;         /* its state knows the readings up to this one's */
    bool newer;                 /* there are readings that it does not know: */
    unix_s at;                  /* when the newest was taken, */
    struct maybe_money balance; /* its balance, */
    int64_t spent_nano;         /* and what all of them show to be spent */
    enum level level;           /* the most urgent of its alerts */
};

struct token_slice {
    struct sliced_token *at; /* owned; by id */
    size_t count, room;
};

/* A token whose id is above those that are there. */
void slice_add(struct token_slice *slice, int64_t id, int64_t account, int64_t known_poll);
/* Adds up what there is about them. To be asked in one moment with what they were read from. */
MUST_CHECK bool slice_load(struct store *s, struct token_slice *slice, struct fault *why);
void slice_done(struct token_slice *slice);
