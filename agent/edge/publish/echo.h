/* Whether the broker lets our messages through: our own status topic is read back.
 *
 * In MQTT 3.1.1 a broker acknowledges a message that its access rules drop. So with each connection
 * the topic of the status is subscribed to, and what is published there is waited for. It is a hint
 * and no proof: a broker may let through one topic and not another, or not let us read what we may
 * write. */
#pragma once

#include "base/clock.h"
#include "edge/publish/client.h"

enum echo_state { ECHO_OFF, ECHO_LISTENING, ECHO_SENT, ECHO_HEARD, ECHO_MISSING, ECHO_REFUSED };

struct echo {
    enum echo_state state;
    uint64_t expected; /* hash of the payload */
    mono_ms due;       /* 0: not known yet */
};

void echo_begin(struct echo *e, struct mqtt_client *c, const char *topic);
void echo_sent(struct echo *e, struct span payload); /* on the topic */
/* True when the state moved. */
bool echo_turn(struct echo *e, struct mqtt_client *c, const char *topic, mono_ms now);
/* What is to be said of it, "" when nothing is wrong. */
const char *echo_words(const struct echo *e);
