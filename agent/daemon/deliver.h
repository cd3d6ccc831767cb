/* The outbox and the broker. */
#pragma once

#include "base/clock.h"
#include "base/fault.h"

struct agent;

MUST_CHECK bool deliver_open(struct agent *a, struct fault *why);
mono_ms deliver_deadline(const struct agent *a, mono_ms now); /* of what waits for no broker */
/* Sends the events that were just committed, as far as there is room. What fails here fails again
 * in deliver_turn, which reports it. */
void deliver_events(struct agent *a);
MUST_CHECK bool deliver_turn(struct agent *a, unix_s now, struct fault *why);
MUST_CHECK bool deliver_done(struct agent *a, bool *ret_done,
                             struct fault *why); /* nothing waits for the broker */
void deliver_close(struct agent *a);
