/* The tokens of one account, found by key, or by the bytes of their element in the last list.
 *
 * What one complete list does to them is in presence.h. */
#pragma once

#include "core/token.h"

struct place_index;

struct token_set {
    struct token *tokens; /* owned; in no order */
    size_t count, room;
    struct place_index *by_key, *by_hash; /* owned */
    int suspicious;                       /* suspicious lists in a row */
    size_t expected; /* the place of the token that the next element may be of */
    size_t doubles;  /* elements of the last list that was believed whose token it had before */
    bool freed;      /* a token left since how all are shown was settled: its name is free */
};

void token_set_done(struct token_set *f); /* leaves an empty one */

/* Adds a token that is not there yet; the names are copied, the slug made, every stamp TIME_NONE.
 * The pointer lives until the next add or remove. */
struct token *token_set_add_as(struct token_set *f, const struct identity *is, const char *shown);
/* One that is known by its name alone. */
struct token *token_set_add(struct token_set *f, const char *name);
struct token *token_set_find(struct token_set *f, struct span key); /* NULL: there is none */

/* The token whose bytes in the last list had this hash, NULL when there is none: its decoding can
 * be spared. A hash of 0 is nobody's. */
struct token *token_set_recognise(struct token_set *f, uint64_t element_hash);
void token_set_remember(struct token_set *f, struct token *t,
                        uint64_t element_hash); /* 0: forgets */

/* Moves a token, with all that it owns, from another set; its key must not be in `f` yet. What
 * is left of it in the other set has no name and is good only for token_set_done. */
struct token *token_set_adopt(struct token_set *f, struct token *from);

/* Puts a changed clone in the place of its token: bytes stay the set's, and so do names that the
 * clone shares. What was there before is the caller's, for token_clone_done; for token_done if the
 * clone had names of its own. */
void token_set_exchange(struct token_set *f, size_t place, struct token *clone);

/* Removes a token and frees what it owns. The last one takes its place in `tokens`: remove while
 * walking backwards. */
void token_set_remove(struct token_set *f, struct token *t);
