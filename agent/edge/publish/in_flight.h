/* Which message ids of the library stand for which tags of the caller, and what the broker
 * answered. Bounded. A struct in_flight starts as { 0 }. Message ids are 1 to 65535; 0 marks a free
 * slot. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "edge/publish.h"

struct in_flight_slot {
    int mid; /* written by the library while the message is handed over */
    int64_t tag;
    size_t bytes; /* of its payload */
    mono_ms sent_at;
    bool answered;
    const char *refusal;   /* static; NULL: acknowledged */
    bool closes;           /* refused by closing the connection */
    uint8_t before, after; /* in its list: places in the table plus one, 0: none */
};

struct in_flight_list {
    uint8_t first, last;
    size_t count;
};

struct in_flight {
    struct in_flight_slot slots[PUBLISH_IN_FLIGHT_MAX];
    size_t used; /* slots that ever were */
    struct in_flight_list free, open, answered;
    size_t refusals;       /* so far */
    bool last_was_refused; /* of the answers */
};

size_t in_flight_room(const struct in_flight *f);
size_t in_flight_open(const struct in_flight *f); /* how many wait for an answer */
mono_ms in_flight_oldest(const struct in_flight *f,
                         mono_ms none); /* when the first of them was sent */
struct in_flight_slot *in_flight_add(
    struct in_flight *f, int64_t tag); /* a slot that waits for its mid; NULL: no room */
void in_flight_cancel(struct in_flight *f, struct in_flight_slot *slot);
/* `refusal` NULL: acknowledged. An unknown mid is ignored, and so is one that was answered: ids
 * start anew with each client, and an answer of the one before may not have been taken yet. */
void in_flight_answer(struct in_flight *f, int mid, const char *refusal);
/* The answer to a slot that waits for one, without the broker's word for it. */
void in_flight_settle(struct in_flight *f, struct in_flight_slot *slot, const char *refusal);
/* Frees the slot of one message that was answered, and copies it. */
bool in_flight_take(struct in_flight *f, struct in_flight_slot *ret);

bool in_flight_can_take(const struct in_flight *f);

/* The one that was sent after `from` and waits for an answer (NULL: the first); NULL: there is
 * none.
 */
struct in_flight_slot *in_flight_next_open(struct in_flight *f, struct in_flight_slot *from);

/* The connection is gone: what was not answered will never be; what was can still be taken. */
void in_flight_lose(struct in_flight *f);
