/* The retained states of tokens, credits and accounts, and the daemon's own status. What such a
 * topic says follows from what is known, so only whether it is due is kept, and the payload is made
 * when it is sent. Events and the topics of alerts, which survive on their own, go through the
 * outbox and leave first. */
#pragma once

#include "base/clock.h"
#include "base/text.h"
#include "core/token_set.h"
#include "edge/publish.h"

struct agent;
struct account;

/* A place among all states: of an account its own, its credits, its tokens; last the status. */
struct state_place {
    size_t account, place;
};

/* The broker's answer to a state, until the store has it. */
struct state_note {
    char *topic, *refusal; /* owned; without a refusal it was accepted */
};

struct retained {
    struct publication status;
    struct state_sent {
        int64_t tag;
        struct state_place at; /* when it was sent */
    } sent[PUBLISH_IN_FLIGHT_MAX];
    size_t sent_count;
    struct state_place next; /* where the walk goes on */
    bool waits;              /* some state may be due */
    bool hurries;            /* the walk stopped although there was room */
    bool refused;            /* the broker did not accept some state */
    bool told;               /* this broker has acknowledged all that the run before knew */
    unix_s aside_until;      /* states that the broker closes the connection for; TIME_NONE: none */
    struct state_note *notes; /* owned */
    size_t note_count;
    struct text topic, payload; /* kept, so that a message allocates nothing */
    bool open;
};

/* What the topics hold is settled by now: standing_settle comes first. */
MUST_CHECK bool retained_open(struct agent *a, struct fault *why);
void retained_close(struct agent *a);

/* Its state is news, and is published when the events before it are on their way. */
void retained_tell(struct agent *a, struct publication *p);
void retained_tell_status(struct agent *a);
/* After an outage of the store: publishes again what went out without being registered. */
void retained_store_returned(struct agent *a);

/* A new connection: nothing is in flight, and the broker may have lost everything. */
void retained_start_over(struct agent *a, unix_s now);
/* States that the broker refused are due again. */
void retained_retry(struct agent *a, unix_s now);
/* Publishes what is due as far as there is room. FAULT_RETRY: the store does not take the topics of
 * states that were never published; once a->store_ill says so, they go out all the same. */
MUST_CHECK bool retained_turn(struct agent *a, struct fault *why);
/* False: it is not the answer to a state. */
bool retained_take_answer(struct agent *a, const struct publish_answer *answer, unix_s now);
/* Stores which states were refused, and which are accepted again. */
MUST_CHECK bool retained_note(struct agent *a, struct fault *why);
/* Whether a state is due or on its way. */
bool retained_waits(const struct agent *a);
