/* The connection to the broker: connect, back off, send, collect answers.
 *
 * Messages are accepted only while connected and at most PUBLISH_IN_FLIGHT_MAX at a time, fewer
 * where the broker says so: the queue is the caller's outbox, never the library's memory. Every
 * connection starts with a fresh client, so nothing the library kept from the last one is sent
 * behind our back. The caller pulls. No call ever waits for a name server. Known limits: MQTT 3.1.1
 * does not report a message that the broker's access rules drop, nor does QoS 0. */
#pragma once

#include <poll.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/mqtt_version.h"
#include "base/random.h"
#include "base/span.h"

enum {
    PUBLISH_IN_FLIGHT_MAX = 64,
    PUBLISH_BACKOFF_FIRST_MS = 500,
    PUBLISH_BACKOFF_MAX_MS = 30 * 1000,
    PUBLISH_KEEPALIVE_S = 30,
    PUBLISH_SILENCE_MAX_MS =
        150 * 1000, /* without an acknowledgement: then the connection is made anew */
};

/* All borrowed for the life of the publisher. */
struct broker {
    const char *host;
    int port;
    const char *client_id;
    const char *user, *password; /* NULL: anonymous */
    bool tls;
    const char *tls_ca, *tls_cert,
        *tls_key; /* NULL: not given; without a CA the system's CA certificates are used */
    int qos;      /* of every message: 0 or 1 */
    const char *will_topic, *will_payload; /* retained; also sent by publish_close */
    enum mqtt_version version; /* a broker that does not speak MQTT 5 is spoken to in 3.1.1 */
};

struct publisher;

/* Checks the parameters and that the TLS files can be read (what is in them is seen on connecting:
 * see publish_reason); connects later, in publish_turn. FAULT_FATAL. */
MUST_CHECK bool publish_open(const struct broker *broker, struct random *random,
                             struct publisher **ret, struct fault *why);

/* Sends the will's payload, disconnects in order (waiting at most a second) and frees; accepts
 * NULL. */
void publish_close(struct publisher *p);

/* What to wait for: fills fd (-1: nothing) and events, and returns the next deadline. */
mono_ms publish_prepare(struct publisher *p, mono_ms now, struct pollfd *ret);

/* Reads, writes, keeps alive, connects when due. Logs connection and loss once each, not every try.
 */
void publish_turn(struct publisher *p, mono_ms now, short revents);

bool publish_connected(const struct publisher *p);

/* True once after each new connection: all retained state is to be sent again, and nothing is in
 * flight. Before that there is no room on it. */
bool publish_take_connected(struct publisher *p);

/* Whether the connection before this one ended because of a message, as far as one can see: then
 * what was refused is not to be tried again with this one. */
bool publish_closed_for_message(const struct publisher *p);

/* How many messages may be sent now. */
size_t publish_room(struct publisher *p);
/* The same for messages that others must not wait behind: a part of the room stays free. */
size_t publish_room_for_bulk(struct publisher *p);
bool publish_is_idle(
    const struct publisher *p); /* nothing is on its way, and no answer is left to take */

/* Sends one message under a tag of the caller's (> 0). False when it was not taken: not connected,
 * no room, or it is to travel alone and others are on their way (FAULT_RETRY); the caller keeps it.
 * FAULT_REJECT: this broker would not take this message; the text says why. */
MUST_CHECK bool publish_send(struct publisher *p, int64_t tag, const char *topic,
                             struct span payload, bool retain, struct fault *why);

/* What is sent between the two leaves in few large packets, at the second call at the latest: many
 * messages that can wait for one another. A single one leaves at once without them. */
void publish_hold(struct publisher *p);
void publish_release(struct publisher *p);

/* What the broker made of one message. */
struct publish_answer {
    int64_t tag;
    const char *refusal; /* NULL: acknowledged; else the broker's reason, static: the message was
                            not delivered */
    bool closes;         /* refused by closing the connection: each further try costs one */
};

/* Pulls one answer; false when there is none. With QoS 0 a message counts as acknowledged once it
 * was written. What was answered can still be pulled after the connection was lost. */
MUST_CHECK bool publish_take_answer(struct publisher *p, struct publish_answer *ret);

/* A reason for people while not connected; while connected a doubt about the connection, or "". */
const char *publish_reason(const struct publisher *p);
enum mqtt_version publish_version(const struct publisher *p); /* spoken now, or at the next try */
