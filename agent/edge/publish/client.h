/* libmosquitto: one connection to the broker, from the lookup of its name to its loss.
 *
 * The library resolves names with a call that blocks, so a thread of the client's own makes the
 * lookup and opens the socket; from then on the client belongs to the caller's thread alone. A
 * lookup that nobody waits for any more ends by itself and frees what it holds. Callbacks only
 * record; the caller pulls. */
#pragma once

#include <poll.h>

#include "edge/publish.h"
#include "edge/publish/families.h"
#include "edge/publish/in_flight.h"

enum { LOSS_BYTES = 200 };

enum loss_kind {
    LOSS_NONE,
    LOSS_ERROR,      /* of the network, of TLS, or a time that ran out */
    LOSS_CLOSED,     /* the broker closed the connection without a word */
    LOSS_REFUSED,    /* the broker does not let this client in */
    LOSS_VERSION,    /* it does not speak this version of MQTT */
    LOSS_TAKEN_OVER, /* another client came with the same id */
    LOSS_MESSAGE,    /* the broker said that it closes because of what was sent */
};

struct mqtt_client;

/* Lets the library check all that it can check without a connection. FAULT_FATAL. */
MUST_CHECK bool client_check(const struct broker *b, struct fault *why);

/* Starts a try; what goes wrong shows as a loss. `families` with a count of 0 are looked up, else
 * the one at `family` is tried. `in_flight` takes the answers to what is sent, and must outlive the
 * client. */
struct mqtt_client *client_start(const struct broker *b, enum mqtt_version version,
                                 const struct families *families, size_t family,
                                 struct in_flight *in_flight);
void client_free(struct mqtt_client *c); /* never waits; accepts NULL */

bool client_is_looking(
    const struct mqtt_client *c); /* the name is being looked up: nothing else may be asked yet */
bool client_is_accepted(const struct mqtt_client *c);
struct families client_families(const struct mqtt_client *c);

/* Why the connection is over; LOSS_NONE while it is not. The first reason stays. */
enum loss_kind client_loss(const struct mqtt_client *c, const char **ret_words);
void client_lose(struct mqtt_client *c, enum loss_kind kind, const char *words);

void client_prepare(const struct mqtt_client *c, struct pollfd *ret);
void client_turn(struct mqtt_client *c, short revents, bool upkeep);

/* How many messages the broker takes at a time; known once it has accepted the client. */
size_t client_window(const struct mqtt_client *c);

/* Hands one message over; its id is in the slot before anything is sent. FAULT_REJECT: the message
 * itself is not allowed here. FAULT_RETRY: the connection is lost. */
MUST_CHECK bool client_send(struct mqtt_client *c, struct in_flight_slot *slot, const char *topic,
                            struct span payload, bool retain, struct fault *why);

/* Whether the kernel gathers what is sent into full packets, or sends each message at once. */
void client_hold(struct mqtt_client *c, bool held);

/* Subscribes to a topic, to hear what is published there. */
void client_listen(struct mqtt_client *c, const char *topic);
void client_unlisten(struct mqtt_client *c, const char *topic);
bool client_is_deaf(const struct mqtt_client *c); /* the broker refused the subscription */
uint64_t client_heard(
    const struct mqtt_client *c); /* hash of the payload that arrived last, 0: none did */

void client_disconnect(struct mqtt_client *c); /* in order: the broker does not send the will */
bool client_wants_write(const struct mqtt_client *c);

void client_library_open(void); /* before any other call */
void client_library_close(void);
