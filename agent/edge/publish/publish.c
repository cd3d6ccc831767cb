/* Which messages are on their way and what became of them: see link.h for the connection. Must
 * never put the password into a text. */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/xmalloc.h"
#include "edge/publish/link.h"

enum {
    KEPT_FREE_SHARE = 4, /* of the messages on their way: so much room bulk leaves to others */
    CLOSE_STEPS = 20,
    CLOSE_STEP_MS = 50,            /* at most a second together */
    PAYLOAD_BYTES_MAX = 268435455, /* of the protocol */
};

#define FAREWELL_TAG INT64_MAX
static bool check_files(const struct broker *b, struct fault *why)
{
    if (!b->tls)
        return true;
    if (!b->tls_cert != !b->tls_key)
        return fault(why, FAULT_FATAL, "mqtt: a TLS certificate and its key must be set together");
    const char *const files[] = { b->tls_ca, b->tls_cert, b->tls_key };
    for (size_t i = 0; i < COUNT(files); i++)
        if (files[i] && access(files[i], R_OK) < 0)
            return fault(why, FAULT_FATAL, "mqtt: %s: %s", files[i], strerror(errno));
    return true;
}

static bool check_broker(const struct broker *b, struct fault *why)
{
    if (b->port < 1 || b->port > 65535)
        return fault(why, FAULT_FATAL, "mqtt: %d is not a port", b->port);
    if (b->qos != 0 && b->qos != 1)
        return fault(why, FAULT_FATAL, "mqtt: QoS %d is not 0 or 1", b->qos);
    return check_files(b, why) && client_check(b, why);
}

bool publish_open(const struct broker *broker, struct random *random, struct publisher **ret,
                  struct fault *why)
{
    struct publisher *p = xcalloc(1, sizeof *p);
    p->broker = *broker;
    p->random = random;
    p->version = broker->version;
    p->refused_at = -AT_ONCE_MS;
    snprintf(p->reason, sizeof p->reason, NOT_TRIED);
    client_library_open();
    if (!check_broker(&p->broker, why)) {
        client_library_close();
        free(p);
        return false;
    }
    *ret = p;
    return true;
}

mono_ms publish_prepare(struct publisher *p, mono_ms now, struct pollfd *ret)
{
    *ret = (struct pollfd){ .fd = -1 };
    if (link_is_lost(p))
        return now;
    if (!p->client)
        return p->retry_at;
    client_prepare(p->client, ret);
    if (in_flight_can_take(&p->in_flight)) /* with QoS 0, from within the sending */
        return now;
    if (p->looking)
        return p->give_up_at;
    return p->state == LINK_TRYING && p->give_up_at < p->next_upkeep ? p->give_up_at
                                                                     : p->next_upkeep;
}

bool publish_connected(const struct publisher *p)
{
    return p->state == LINK_UP && !link_is_lost(p);
}

bool publish_take_connected(struct publisher *p)
{
    bool fresh = p->fresh && publish_connected(p);
    p->fresh = false;
    return fresh;
}

/* One that may be what the broker closes connections for travels alone. */
static bool alone_is_on_its_way(struct publisher *p)
{
    if (!p->suspects.count)
        return false;
    const struct in_flight_slot *first = in_flight_next_open(&p->in_flight, NULL);
    return first && suspects_has(&p->suspects, first->tag);
}

bool publish_closed_for_message(const struct publisher *p)
{
    return p->closed_for_message;
}

/* How many messages may be on their way at a time, as far as the broker grants it. */
static size_t window_of(const struct publisher *p)
{
    size_t granted = client_window(p->client);
    return granted < PUBLISH_IN_FLIGHT_MAX ? granted : PUBLISH_IN_FLIGHT_MAX;
}

size_t publish_room(struct publisher *p)
{
    if (!publish_connected(p) || p->fresh || alone_is_on_its_way(p))
        return 0;
    size_t room = in_flight_room(&p->in_flight), open = in_flight_open(&p->in_flight);
    size_t window = window_of(p) > open ? window_of(p) - open : 0;
    return room < window ? room : window;
}

size_t publish_room_for_bulk(struct publisher *p)
{
    size_t room = publish_room(p);
    size_t kept_free = room ? window_of(p) / KEPT_FREE_SHARE : 0;
    return room > kept_free ? room - kept_free : 0;
}

bool publish_is_idle(const struct publisher *p)
{
    return in_flight_room(&p->in_flight) == PUBLISH_IN_FLIGHT_MAX;
}

bool publish_send(struct publisher *p, int64_t tag, const char *topic, struct span payload,
                  bool retain, struct fault *why)
{
    assert(tag > 0);
    if (payload.len > PAYLOAD_BYTES_MAX)
        return fault(why, FAULT_REJECT, "mqtt: %s: a payload of %zu bytes is not allowed", topic,
                     payload.len);
    if (!publish_connected(p))
        return fault(why, FAULT_RETRY, "mqtt: not connected: %s", p->reason);
    if (publish_room(p) == 0
        || (suspects_has(&p->suspects, tag) && in_flight_open(&p->in_flight) > 0))
        return fault(why, FAULT_RETRY, "mqtt: %zu messages are waiting for the broker",
                     in_flight_open(&p->in_flight));

    struct in_flight_slot *slot = in_flight_add(&p->in_flight, tag);
    slot->bytes = payload.len;
    slot->sent_at = p->turned_at;
    if (!client_send(p->client, slot, topic, payload, retain, why)) {
        in_flight_cancel(&p->in_flight, slot);
        return false;
    }
    if (p->broker.will_topic && strcmp(topic, p->broker.will_topic) == 0)
        echo_sent(&p->echo, payload);
    return true;
}

void publish_hold(struct publisher *p)
{
    if (publish_connected(p))
        client_hold(p->client, true);
}

void publish_release(struct publisher *p)
{
    if (publish_connected(p))
        client_hold(p->client, false);
}

bool publish_take_answer(struct publisher *p, struct publish_answer *ret)
{
    struct in_flight_slot slot;
    if (!in_flight_take(&p->in_flight, &slot))
        return false;
    suspects_clear(&p->suspects, slot.tag);
    *ret = (struct publish_answer){ slot.tag, slot.refusal,
                                    slot.closes || (slot.refusal && p->closes_on_refusal) };
    return true;
}

const char *publish_reason(const struct publisher *p)
{
    const char *words;
    if (link_is_lost(p) && client_loss(p->client, &words))
        return words;
    return p->state == LINK_UP ? echo_words(&p->echo) : p->reason;
}

enum mqtt_version publish_version(const struct publisher *p)
{
    return p->version;
}

/* One short wait of the farewell, which is bounded by their number, so that it needs no clock. */
static void step(struct publisher *p)
{
    struct pollfd fd;
    client_prepare(p->client, &fd);
    if (poll(&fd, 1, CLOSE_STEP_MS) > 0)
        client_turn(p->client, fd.revents, false);
}

/* Waits for the acknowledgement: closing with bytes unread resets the connection, and the broker
 * may lose the end. */
static void say_farewell(struct publisher *p)
{
    bool sent = !p->broker.will_topic, heard = sent;
    int steps = CLOSE_STEPS;
    p->fresh = false; /* nobody is going to ask any more */
    while (!heard && publish_connected(p) && steps-- > 0) {
        struct fault why; /* no room yet, or the connection broke: both are seen by the loop */
        if (!sent)
            sent = publish_send(p, FAREWELL_TAG, p->broker.will_topic,
                                span_of(p->broker.will_payload), true, &why);
        for (struct publish_answer answer; publish_take_answer(p, &answer);)
            heard = heard || answer.tag == FAREWELL_TAG;
        if (!heard)
            step(p);
    }
    client_disconnect(p->client); /* without it the broker would send the will */
    while (client_wants_write(p->client) && publish_connected(p) && steps-- > 0)
        step(p);
}

void publish_close(struct publisher *p)
{
    if (!p)
        return;
    if (publish_connected(p))
        say_farewell(p);
    link_drop(p);
    client_library_close();
    free(p);
}
