/* Which message ids of the library stand for which tags of the caller, and which were acknowledged. Bounded.
 * A struct in_flight starts as { 0 }. Message ids are 1 to 65535; 0 marks a free slot. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "edge/publish.h"

struct slot {
    int mid; /* written by the library while the message is handed over */
    int64_t tag;
    bool acknowledged;
};

struct in_flight {
    struct slot slots[PUBLISH_IN_FLIGHT_MAX];
};

size_t in_flight_room(const struct in_flight *f);
struct slot *in_flight_add(struct in_flight *f, int64_t tag); /* a slot that waits for its mid; NULL: no room */
void in_flight_cancel(struct slot *slot);
void in_flight_acknowledge(struct in_flight *f, int mid); /* an unknown mid is ignored */
bool in_flight_take(struct in_flight *f, int64_t *ret_tag); /* frees the slot of one acknowledged message */

bool in_flight_can_take(const struct in_flight *f);

/* The connection is gone: what was not acknowledged will never be; what was can still be taken. */
void in_flight_lose(struct in_flight *f);
