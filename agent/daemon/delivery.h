/* How that goes. */
#pragma once

#include "edge/store.h"
#include "edge/wire.h"

struct agent;

/* How well messages get to the broker: delivery.c. */
struct delivery {
    struct outbox_depth outbox; /* as it was last looked at */
    struct text refusal;        /* the broker's answer to the first message that it refused */
    struct text refused_topic;  /* of one that it refused since the start */
    mono_ms look_at;
    mono_ms moved_at;    /* the broker last answered, or nothing waited */
    mono_ms retry_at;    /* when refused messages are sent again */
    unix_s delivered_at; /* the last acknowledgement in this run; TIME_NONE: none yet */
    int64_t merge_above; /* events; as many as cannot be merged are left until they are more than
                            that */
    struct text state, reason; /* as stored */
};

enum { RETRY_REFUSED_MS = HOUR_S * 1000 }; /* messages that the broker refused */

MUST_CHECK bool delivery_start(struct agent *a, mono_ms now, struct fault *why);
void delivery_moved(struct agent *a, mono_ms now, unix_s at); /* the broker answered */
/* Looks at the outbox now and then and keeps it within its bound, reports a delivery that stalls or
 * is refused, and stores what a reader is to know of the broker. */
MUST_CHECK bool delivery_turn(struct agent *a, mono_ms now, unix_s at, struct fault *why);
struct delivery_state delivery_state(const struct agent *a);
MUST_CHECK bool delivery_judge(struct agent *a,
                               struct fault *why); /* FAULT_RETRY: the broker refused messages */
void delivery_close(struct agent *a);
