/* Everything that has a retained state, in one order: the accounts, of each its own, its credits
 * and its tokens; last the daemon's status. */
#pragma once

#include "base/text.h"
#include "daemon/retained.h"

/* Tags of the publisher: above the ids of the outbox, below those of the bypass. The same state
 * always has the same one. */
#define TAG_STATUS (INT64_C(1) << 59)
#define TAG_ACCOUNTS (TAG_STATUS + 1)
#define TAG_CREDITS (INT64_C(1) << 60) /* of accounts whose API does not offer them */
#define TAG_TOKENS (INT64_C(1) << 61)  /* ids of tokens that are not stored are below zero */
#define TAG_END (INT64_C(1) << 62)

struct state_topic {
    struct publication *publication;
    struct account *account; /* NULL: the daemon's own */
    struct token *token;     /* NULL: the account's own */
    bool of_credits;         /* that it has none */
    int64_t tag;
};

struct state_place state_walk_first(const struct agent *a);
size_t state_walk_count(const struct agent *a);
/* What is at a place; one that is gone is moved on first. */
struct state_topic state_walk_at(struct agent *a, struct state_place *at);
void state_walk_advance(const struct agent *a,
                        struct state_place *at); /* from the last to the first */
/* Calls `see` with each. */
void state_walk_each(struct agent *a, void (*see)(struct agent *, struct state_topic *, void *),
                     void *context);

/* It is to be sent, and may be. */
bool state_is_due(const struct agent *a, const struct state_topic *s);
void state_make_topic(const struct agent *a, const struct state_topic *s, struct text *out);
void state_encode(const struct agent *a, const struct state_topic *s, struct text *out);
