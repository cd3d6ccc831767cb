/* When to connect, how often, and in which version of MQTT.
 *
 * One try goes through the address families of the broker's name before it counts as failed: see
 * families.h. Must never put the password into a text. */
#include "edge/publish/link.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"

enum {
    CONNECT_MAX_MS =
        10 * 1000,       /* from the address to the broker's CONNACK, and to wait for the address */
    HELD_MS = 10 * 1000, /* a connection that held so long makes the next back-off start anew */
    SETTLED_MS = 60 * 1000,    /* and one that held so long makes its end news */
    UPKEEP_MS = 5 * 1000,      /* pings may be this late: the broker grants half a keepalive */
    REMINDER_MS = 3600 * 1000, /* the same reason is logged so often */
    SHORT_LIVES_MAX = 3, /* connections in a row that the broker closed soon: somebody has our id */
    UNANSWERED_MAX = 2,  /* tries that were closed without an answer: the other version may help */
};

bool link_is_lost(const struct publisher *p)
{
    const char *words;
    return p->client && client_loss(p->client, &words) != LOSS_NONE;
}

void link_drop(struct publisher *p)
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
    link_drop(p);
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
    if (p->state == LINK_UP && !link_is_lost(p))
        stay(p, now);
    if (link_is_lost(p))
        fall(p, now);
}
