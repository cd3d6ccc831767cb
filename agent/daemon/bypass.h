/* Messages past a store that cannot be written. */
#pragma once

#include "edge/publish.h"
#include "edge/store.h"

/* A message that could not be stored. */
struct bypassed {
    char *topic; /* owned */
    struct text payload;
    int64_t tag;
    bool retain, sent, acknowledged;
};

struct bypass {
    struct bypassed *at; /* owned */
    size_t count, room;
    size_t retained; /* of them */
    bool dropped;    /* they were too many to keep all */
    int64_t tags;    /* counts on */
};

/* What could not be stored, to be sent now and stored later. */
void bypass_keep(struct bypass *b, const struct message *m);
void bypass_start_over(struct bypass *b); /* a new connection */
void bypass_turn(struct bypass *b,
                 struct publisher *p); /* sends what waits, as far as there is room */
bool bypass_take_answer(struct bypass *b,
                        const struct publish_answer *answer); /* false: one of the outbox */
bool bypass_waits(const struct bypass *b); /* for the broker to acknowledge something */
/* Within a transaction: posts what is kept. */
MUST_CHECK bool bypass_store(const struct bypass *b, struct store *s, struct fault *why);
void bypass_clear(struct bypass *b); /* it is stored now */
/* Whether retained messages were dropped in the outage, which is over. */
bool bypass_end(struct bypass *b);
size_t bypass_events(const struct bypass *b); /* kept, not stored */
void bypass_done(struct bypass *b);
