/* libmosquitto: connect, back off, send, collect acknowledgements.
 *
 * Messages are accepted only while connected and at most PUBLISH_IN_FLIGHT_MAX at a time: the queue is the caller's
 * outbox, never the library's memory. Every connection starts with a fresh client, so nothing the library kept from
 * the last one is sent behind our back. Callbacks only record; the caller pulls. Known limits: resolving the
 * broker's name blocks; MQTT 3.1.1 does not tell when a broker's access rules drop a message it acknowledged. */
#pragma once

#include <poll.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/random.h"
#include "base/span.h"

enum {
    PUBLISH_IN_FLIGHT_MAX = 64,
    PUBLISH_BACKOFF_FIRST_MS = 500,
    PUBLISH_BACKOFF_MAX_MS = 30 * 1000,
    PUBLISH_KEEPALIVE_S = 30,
};

/* All borrowed for the life of the publisher. */
struct broker {
    const char *host;
    int port;
    const char *client_id;
    const char *user, *password;            /* NULL: anonymous */
    bool tls;
    const char *tls_ca, *tls_cert, *tls_key; /* NULL: not given; without a CA the system's authorities are used */
    int qos;                                /* of every message: 0 or 1 */
    const char *will_topic, *will_payload;  /* retained; also sent by publish_close */
};

struct publisher;

/* Checks the parameters and that the TLS files can be read (what is in them is seen on connecting: see publish_reason);
 * connects later, in publish_turn. FAULT_FATAL. */
MUST_CHECK bool publish_open(const struct broker *broker, struct random *random, struct publisher **ret,
                             struct fault *why);

/* Sends the will's payload, disconnects in order (waiting at most a second) and frees; accepts NULL. */
void publish_close(struct publisher *p);

/* What to wait for: fills fd (-1: nothing) and events, and returns the next deadline. */
mono_ms publish_prepare(struct publisher *p, mono_ms now, struct pollfd *ret);

/* Reads, writes, keeps alive, connects when due. Logs connection and loss once each, not every try. */
void publish_turn(struct publisher *p, mono_ms now, short revents);

bool publish_connected(const struct publisher *p);

/* True once after each new connection: all retained state is to be sent again, and nothing is in flight. */
bool publish_take_connected(struct publisher *p);

/* How many messages may be sent now. */
size_t publish_room(const struct publisher *p);

/* Sends one message under a tag of the caller's (> 0). False when it was not taken: not connected, no room, or the
 * library refused it; the caller keeps it. FAULT_REJECT: this message can never be sent (topic or payload not
 * allowed). */
MUST_CHECK bool publish_send(struct publisher *p, int64_t tag, const char *topic, struct span payload, bool retain,
                             struct fault *why);

/* Pulls one acknowledged tag; false when there is none. With QoS 0 a message counts once it was written. What was
 * acknowledged can still be pulled after the connection was lost. */
bool publish_take_acknowledged(struct publisher *p, int64_t *ret_tag);

/* A reason for people while not connected, "" while connected. */
const char *publish_reason(const struct publisher *p);
