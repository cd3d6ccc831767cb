/* When to connect, how often, and in which version of MQTT; which messages are on their way and
 * what became of them.
 *
 * One try goes through the address families of the broker's name before it counts as failed: see
 * families.h. Must never put the password into a text. */
#include "edge/publish.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/xmalloc.h"
#include "edge/publish/client.h"
#include "edge/publish/echo.h"
#include "edge/publish/in_flight.h"
#include "edge/publish/suspects.h"

enum {
    CONNECT_MAX_MS =
        10 * 1000,       /* from the address to the broker's CONNACK, and to wait for the address */
    HELD_MS = 10 * 1000, /* a connection that held so long makes the next back-off start anew */
    SETTLED_MS = 60 * 1000,    /* and one that held so long makes its end news */
    UPKEEP_MS = 5 * 1000,      /* pings may be this late: the broker grants half a keepalive */
    REMINDER_MS = 3600 * 1000, /* the same reason is logged so often */
    AT_ONCE_MS = 2 * 1000,     /* from a refusal to the end of the connection */
    SHORT_LIVES_MAX = 3, /* connections in a row that the broker closed soon: somebody has our id */
    UNANSWERED_MAX = 2,  /* tries that were closed without an answer: the other version may help */
    KEPT_FREE_SHARE = 4, /* of the messages on their way: so much room bulk leaves to others */
    CLOSE_STEPS = 20,
    CLOSE_STEP_MS = 50, /* at most a second together */
    REASON_BYTES = 400,
    PAYLOAD_BYTES_MAX = 268435455, /* of the protocol */
};

#define FAREWELL_TAG INT64_MAX
#define NOT_TRIED "not tried yet"

enum link_state { LINK_DOWN, LINK_TRYING, LINK_UP };

struct publisher {
    struct broker broker;
    struct random *random;
    struct mqtt_client *client; /* NULL while the link is down */
    enum link_state state;
    enum mqtt_version version;
    bool looking; /* for the broker's address */
    bool fresh;   /* up, and the caller was not told yet */
    mono_ms up_since, give_up_at, next_upkeep, retry_at;
    mono_ms turned_at;
    int failures, short_lives, unanswered;
    struct families families;
    size_t family; /* the one that is tried */
    struct in_flight in_flight;
    struct suspects suspects;
    size_t refusals_seen;
    mono_ms refused_at;      /* the last one; before any: long ago */
    bool closes_on_refusal;  /* the broker refuses, and closes the connection at once */
    bool closed_for_message; /* or may have: the last connection */
    struct echo echo;
    char reason[REASON_BYTES]; /* of the last failure; "" while up */
    char logged[REASON_BYTES];
    mono_ms logged_at;
    bool missed; /* a failure was logged, and no return since */
};

static bool is_lost(const struct publisher *p)
{
    const char *words;
    return p->client && client_loss(p->client, &words) != LOSS_NONE;
}

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

static void drop_client(struct publisher *p)
{
    client_free(p->client);
    p->client = NULL;
    p->state = LINK_DOWN;
    p->fresh = p->looking = false;
    p->echo = (struct echo){ 0 };
    in_flight_lose(&p->in_flight);
}

static mono_ms back_off_ms(struct publisher *p)
{
    int64_t ms = PUBLISH_BACKOFF_FIRST_MS;
    for (int i = 0; i < p->failures && ms < PUBLISH_BACKOFF_MAX_MS; i++)
        ms *= 2;
    if (ms > PUBLISH_BACKOFF_MAX_MS)
        ms = PUBLISH_BACKOFF_MAX_MS;
    else
        p->failures++;
    return (mono_ms)((double)ms * (0.5 + 0.5 * random_unit(p->random)));
}

/* The same reason again is no news, be it after a short life or after none. */
static void log_failure(struct publisher *p, bool was_up, mono_ms now)
{
    if (strcmp(p->reason, p->logged) == 0 && now - p->logged_at < REMINDER_MS)
        return;
    log_warning(was_up ? "mqtt: connection to %s:%d lost: %s" : "mqtt: no connection to %s:%d: %s",
                p->broker.host, p->broker.port, p->reason);
    snprintf(p->logged, sizeof p->logged, "%s", p->reason);
    p->logged_at = now;
    p->missed = true;
}

static void find_reason(struct publisher *p, enum loss_kind kind, const char *words)
{
    if (kind == LOSS_TAKEN_OVER)
        snprintf(p->reason, sizeof p->reason,
                 "another client with the id \"%s\" took over the session; give each agent its own "
                 "mqtt.client_id",
                 p->broker.client_id);
    else if (p->short_lives >= SHORT_LIVES_MAX)
        snprintf(p->reason, sizeof p->reason,
                 "%s again and again, soon after it was made: another client with the id \"%s\" "
                 "may be taking over the "
                 "session; give each agent its own mqtt.client_id",
                 words, p->broker.client_id);
    else
        snprintf(p->reason, sizeof p->reason, "%s", words);
}

static void see_refusals(struct publisher *p, mono_ms now)
{
    if (p->refusals_seen != p->in_flight.refusals)
        p->refused_at = now;
    p->refusals_seen = p->in_flight.refusals;
}

/* Mosquitto 2.0.11 does so where max_queued_messages is 0, others by design: each such message
 * costs a connection, and must not be sent again with the next one. */
static bool closed_on_refusal(struct publisher *p, enum loss_kind kind, mono_ms now)
{
    see_refusals(p, now);
    return (kind == LOSS_CLOSED || kind == LOSS_MESSAGE) && p->in_flight.last_was_refused
        && now - p->refused_at < AT_ONCE_MS;
}

/* What the end of a connection says about those to come. */
static void learn(struct publisher *p, enum loss_kind kind, mono_ms now)
{
    bool closed = kind == LOSS_CLOSED, idle = in_flight_open(&p->in_flight) == 0;
    bool singled_out = p->suspects.count > 0;
    if (closed_on_refusal(p, kind, now)) {
        p->closes_on_refusal = p->closed_for_message = true;
        p->failures = 0; /* one less to be refused */
        suspects_closed(&p->suspects, &p->in_flight, false);
        return;
    }
    p->closed_for_message = kind == LOSS_MESSAGE || (closed && !idle);
    if (closed || kind == LOSS_MESSAGE)
        suspects_closed(&p->suspects, &p->in_flight, kind == LOSS_MESSAGE);
    if (now - p->up_since >= SETTLED_MS)
        p->short_lives = 0;
    else if (closed && idle) /* mosquitto 2.0.11 says no more than that when it gives a session
                                away, in MQTT 5 too */
        p->short_lives++;
    if (now - p->up_since >= HELD_MS
        || (singled_out && !idle)) /* to find the one that it closes for is progress */
        p->failures = 0;
    if (kind == LOSS_TAKEN_OVER)
        p->failures = PUBLISH_BACKOFF_MAX_MS; /* back soon, we would only throw out the other */
}

static void speak(struct publisher *p, enum mqtt_version version)
{
    p->version = version;
    p->unanswered = 0;
}

/* Whether the other version of MQTT is to be tried: the broker said so, or it closes without any
 * answer. */
static bool change_version(struct publisher *p, enum loss_kind kind)
{
    if (p->broker.version != MQTT_5)
        return false;
    if (kind == LOSS_VERSION && p->version == MQTT_5) {
        speak(p, MQTT_311);
        return true;
    }
    p->unanswered = kind == LOSS_CLOSED ? p->unanswered + 1 : 0;
    if (p->unanswered >= UNANSWERED_MAX)
        speak(p, p->version == MQTT_5 ? MQTT_311 : MQTT_5);
    return false;
}

/* The client is of no use any more: on to the next family, or version, or back off. */
static void fall(struct publisher *p, mono_ms now)
{
    const char *words;
    bool was_up = p->state == LINK_UP;
    enum loss_kind kind = client_loss(p->client, &words);
    if (was_up)
        learn(p, kind, now);
    find_reason(p, kind, words);
    p->families = client_families(p->client);
    drop_client(p);
    p->retry_at = now;
    if (!was_up && (kind == LOSS_ERROR || kind == LOSS_CLOSED)
        && p->family + 1 < p->families.count) {
        p->family++;
        return;
    }
    p->family = 0;
    p->families.count = 0;
    if (!was_up && change_version(p, kind))
        return;
    log_failure(p, was_up, now);
    p->retry_at = now + back_off_ms(p);
}

static void try_connect(struct publisher *p, mono_ms now)
{
    if (strcmp(p->reason, NOT_TRIED) == 0)
        snprintf(p->reason, sizeof p->reason, "connecting");
    p->client = client_start(&p->broker, p->version, &p->families, p->family, &p->in_flight);
    p->state = LINK_TRYING;
    p->looking = true;
    p->give_up_at = now + CONNECT_MAX_MS;
    p->next_upkeep = now + UPKEEP_MS;
}

static void rise(struct publisher *p, mono_ms now)
{
    p->state = LINK_UP;
    p->fresh = true;
    p->up_since = now;
    p->reason[0] = '\0';
    p->unanswered = 0;
    log_line(p->missed ? LOG_NOTICE : LOG_INFO, "mqtt: connected to %s:%d, MQTT %s", p->broker.host,
             p->broker.port, mqtt_version_name(p->version));
    p->missed = false;
    if (p->version != p->broker.version)
        log_warning("mqtt: %s:%d does not speak MQTT 5; with MQTT 3.1.1 it cannot report messages "
                    "that it refuses",
                    p->broker.host, p->broker.port);
    if (p->version == MQTT_311 && p->broker.will_topic && p->broker.qos > 0)
        echo_begin(&p->echo, p->client, p->broker.will_topic);
}

static void say_unresolved(struct publisher *p, mono_ms now)
{
    snprintf(p->reason, sizeof p->reason, "no name server has answered for %s yet", p->broker.host);
    log_failure(p, false, now);
    p->give_up_at = MONO_NEVER;
}

static void move(struct publisher *p, mono_ms now, short revents)
{
    if (client_is_looking(p->client)) {
        if (now >= p->give_up_at)
            say_unresolved(p, now);
        return;
    }
    if (p->looking) { /* until just now: what came on the descriptor was only its news */
        p->looking = false;
        p->give_up_at = now + CONNECT_MAX_MS;
        return;
    }
    client_turn(p->client, revents, now >= p->next_upkeep);
    if (now >= p->next_upkeep)
        p->next_upkeep = now + UPKEEP_MS;
}

static void stay(struct publisher *p, mono_ms now)
{
    see_refusals(p, now);
    if (now - in_flight_oldest(&p->in_flight, now) >= PUBLISH_SILENCE_MAX_MS)
        client_lose(p->client, LOSS_ERROR, "the broker did not acknowledge a message for 2m 30s");
    if (now - p->up_since >= SETTLED_MS)
        p->logged[0] = '\0';
    if (echo_turn(&p->echo, p->client, p->broker.will_topic, now) && echo_words(&p->echo)[0])
        log_warning("mqtt: %s:%d: %s", p->broker.host, p->broker.port, echo_words(&p->echo));
}

void publish_turn(struct publisher *p, mono_ms now, short revents)
{
    p->turned_at = now;
    if (p->client)
        move(p, now, revents);
    else if (now >= p->retry_at)
        try_connect(p, now);

    if (p->state == LINK_TRYING && !p->looking && client_is_accepted(p->client))
        rise(p, now);
    if (p->state == LINK_TRYING && !p->looking && now >= p->give_up_at)
        client_lose(p->client, LOSS_ERROR, "no answer within 10 s");
    if (p->state == LINK_UP && !is_lost(p))
        stay(p, now);
    if (is_lost(p))
        fall(p, now);
}

mono_ms publish_prepare(struct publisher *p, mono_ms now, struct pollfd *ret)
{
    *ret = (struct pollfd){ .fd = -1 };
    if (is_lost(p))
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
    return p->state == LINK_UP && !is_lost(p);
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
    if (is_lost(p) && client_loss(p->client, &words))
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
    drop_client(p);
    client_library_close();
    free(p);
}
