/* Messages that may be what a broker closes the connection for, such as those larger than it
 * accepts.
 *
 * A broker that does so says nothing in MQTT 3.1.1, and the message would be sent first again with
 * each connection, for ever. So what was on its way when the broker closed is sent one at a time
 * from then on: one that is alone on its way when the broker closes again and again is convicted;
 * the others were innocent. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "edge/publish/in_flight.h"

struct suspects {
    struct suspect {
        int64_t tag;
        int closings; /* while it was alone on its way */
    } at[PUBLISH_IN_FLIGHT_MAX];
    size_t count;
    size_t convicted_bytes; /* the smallest that was convicted, 0: none: one as large needs no
                               further proof */
};

bool suspects_has(const struct suspects *s, int64_t tag);
void suspects_clear(struct suspects *s, int64_t tag); /* answered */

/* The broker closed the connection with these on their way, for a message as it said or without a
 * word. A message that is convicted by that gets its answer. */
void suspects_closed(struct suspects *s, struct in_flight *f, bool for_a_message);
