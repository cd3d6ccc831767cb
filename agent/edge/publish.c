/* The connection to the broker over libmosquitto, and which of our messages it has acknowledged.
 *
 * MQTT 3.1.1: the widest spoken, and nothing that only version 5 has is used; with 5, a broker's "receive maximum"
 * would make the library queue behind our back. Each try has a client of its own, so a message left over from the
 * last connection is never sent by itself. Callbacks only record. Must never put the password into a text.
 *
 * One try goes through the address families of the broker's name before it counts as failed: see families.h. */
#include "edge/publish.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <mosquitto.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/xmalloc.h"
#include "edge/publish/families.h"
#include "edge/publish/in_flight.h"

enum {
    CONNECT_MAX_MS = 10 * 1000,        /* from the start of a try to the broker's CONNACK */
    HELD_MS = 10 * 1000,               /* a connection that held so long makes the next back-off start anew */
    UPKEEP_MS = 5 * 1000,              /* pings may be this late: the broker grants half a keepalive */
    CLOSE_STEPS = 20, CLOSE_STEP_MS = 50, /* at most a second together */
    REASON_BYTES = 200,
    PAYLOAD_BYTES_MAX = 268435455,     /* of the protocol */
};

#define FAREWELL_TAG INT64_MAX

enum link_state { LINK_DOWN, LINK_TRYING, LINK_UP };

struct publisher {
    struct broker broker;
    struct random *random;
    struct mosquitto *client; /* NULL while the link is down */
    enum link_state state;
    bool fresh; /* up, and the caller was not told yet */
    mono_ms up_since, give_up_at, next_upkeep, retry_at;
    int failures;
    struct families families;
    size_t family; /* the one that is tried */
    struct in_flight in_flight;
    char reason[REASON_BYTES]; /* of the last failure; "" while up */
    char logged[REASON_BYTES];

    /* what the callbacks recorded about this client */
    bool accepted, refused, lost;
    char loss[REASON_BYTES];
    char library_words[REASON_BYTES]; /* its last error line: says more about TLS than an error code */
};

static void record_loss(struct publisher *p, const char *what)
{
    if (p->lost) /* the first reason is the cause, what follows are its effects */
        return;
    p->lost = true;
    snprintf(p->loss, sizeof p->loss, "%s", what);
    size_t len = strlen(p->loss);
    if (len && p->loss[len - 1] == '.')
        p->loss[len - 1] = '\0';
}

/* To be called before anything else can touch errno. */
static void record_code(struct publisher *p, int code)
{
    if (code == MOSQ_ERR_ERRNO)
        record_loss(p, strerror(errno));
    else if ((code == MOSQ_ERR_TLS || code == MOSQ_ERR_TLS_HANDSHAKE) && p->library_words[0])
        record_loss(p, p->library_words);
    else
        record_loss(p, mosquitto_strerror(code));
}

static void on_connect(struct mosquitto *client, void *context, int code)
{
    struct publisher *p = context;
    (void)client;
    if (code == 0) {
        p->accepted = true;
        return;
    }
    p->refused = true;
    record_loss(p, mosquitto_connack_string(code));
}

static void on_disconnect(struct mosquitto *client, void *context, int code)
{
    (void)client;
    record_code(context, code);
}

static void on_publish(struct mosquitto *client, void *context, int mid)
{
    struct publisher *p = context;
    (void)client;
    in_flight_acknowledge(&p->in_flight, mid);
}

static void on_log(struct mosquitto *client, void *context, int level, const char *words)
{
    struct publisher *p = context;
    (void)client;
    if (level == MOSQ_LOG_ERR)
        snprintf(p->library_words, sizeof p->library_words, "%s", words);
}

/* Without this OpenSSL would ask for the password of an encrypted key on the terminal. */
static int no_key_password(char *buffer, int size, int writing, void *context)
{
    (void)buffer, (void)size, (void)writing, (void)context;
    return 0;
}

static int set_tls(struct mosquitto *client, const struct broker *b)
{
    int code = mosquitto_tls_set(client, b->tls_ca, b->tls_ca ? NULL : "/etc/ssl/certs", b->tls_cert, b->tls_key,
                                 no_key_password);
    enum { VERIFY_PEER = 1 }; /* SSL_VERIFY_PEER; the name is checked too unless told otherwise */
    return code ? code : mosquitto_tls_opts_set(client, VERIFY_PEER, "tlsv1.2", NULL); /* or newer */
}

static int set_up(struct mosquitto *client, const struct broker *b)
{
    mosquitto_connect_callback_set(client, on_connect);
    mosquitto_disconnect_callback_set(client, on_disconnect);
    mosquitto_publish_callback_set(client, on_publish);
    mosquitto_log_callback_set(client, on_log);

    int code = mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V311);
    if (!code) /* more than there ever are (one is the farewell), so that the library sends each at once */
        code = mosquitto_max_inflight_messages_set(client, PUBLISH_IN_FLIGHT_MAX + 1);
    if (!code && b->user)
        code = mosquitto_username_pw_set(client, b->user, b->password);
    if (!code && b->will_topic)
        code = mosquitto_will_set(client, b->will_topic, (int)strlen(b->will_payload), b->will_payload, b->qos, true);
    if (!code && b->tls)
        code = set_tls(client, b);
    return code;
}

static struct mosquitto *new_client(struct publisher *p, int *ret_code)
{
    struct mosquitto *client = mosquitto_new(p->broker.client_id, true, p);
    *ret_code = client ? set_up(client, &p->broker) : errno == ENOMEM ? MOSQ_ERR_NOMEM : MOSQ_ERR_INVAL;
    if (*ret_code == MOSQ_ERR_SUCCESS)
        return client;
    mosquitto_destroy(client);
    return NULL;
}

static bool check_files(const struct broker *b, struct fault *why)
{
    if (!b->tls)
        return true;
    if (!b->tls_cert != !b->tls_key)
        return fault(why, FAULT_FATAL, "mqtt: a TLS certificate and its key are only good together");
    const char *const files[] = { b->tls_ca, b->tls_cert, b->tls_key };
    for (size_t i = 0; i < COUNT(files); i++)
        if (files[i] && access(files[i], R_OK) < 0)
            return fault(why, FAULT_FATAL, "mqtt: %s: %s", files[i], strerror(errno));
    return true;
}

/* A client made and thrown away lets the library check everything that it can check without a connection. */
static bool check_broker(struct publisher *p, struct fault *why)
{
    const struct broker *b = &p->broker;
    if (b->port < 1 || b->port > 65535)
        return fault(why, FAULT_FATAL, "mqtt: %d is not a port", b->port);
    if (b->qos != 0 && b->qos != 1)
        return fault(why, FAULT_FATAL, "mqtt: QoS %d is not 0 or 1", b->qos);
    if (!check_files(b, why))
        return false;
    int code;
    struct mosquitto *trial = new_client(p, &code);
    if (!trial)
        return fault(why, FAULT_FATAL, "mqtt: the settings are refused: %s", mosquitto_strerror(code));
    mosquitto_destroy(trial);
    return true;
}

bool publish_open(const struct broker *broker, struct random *random, struct publisher **ret, struct fault *why)
{
    struct publisher *p = xcalloc(1, sizeof *p);
    p->broker = *broker;
    p->random = random;
    snprintf(p->reason, sizeof p->reason, "not tried yet");
    mosquitto_lib_init();
    if (!check_broker(p, why)) {
        mosquitto_lib_cleanup();
        free(p);
        return false;
    }
    *ret = p;
    return true;
}

static void drop_client(struct publisher *p)
{
    mosquitto_destroy(p->client);
    p->client = NULL;
    p->state = LINK_DOWN;
    p->accepted = p->refused = p->lost = p->fresh = false;
    p->library_words[0] = '\0';
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

static void log_failure(struct publisher *p, bool was_up)
{
    if (was_up)
        log_warning("mqtt: connection to %s:%d lost: %s", p->broker.host, p->broker.port, p->reason);
    else if (strcmp(p->reason, p->logged) != 0)
        log_warning("mqtt: no connection to %s:%d: %s", p->broker.host, p->broker.port, p->reason);
    snprintf(p->logged, sizeof p->logged, "%s", p->reason);
}

/* The client is of no use any more: on to the next family, or back off. */
static void fall(struct publisher *p, mono_ms now)
{
    bool was_up = p->state == LINK_UP, refused = p->refused;
    snprintf(p->reason, sizeof p->reason, "%s", p->loss);
    drop_client(p);
    if (!was_up && !refused && p->family + 1 < p->families.count) {
        p->family++;
        p->retry_at = now;
        return;
    }
    log_failure(p, was_up);
    p->family = 0;
    if (was_up && now - p->up_since >= HELD_MS)
        p->failures = 0;
    p->retry_at = now + back_off_ms(p);
}

static void try_connect(struct publisher *p, mono_ms now)
{
    struct fault why;
    if (p->family == 0 && !families_find(p->broker.host, &p->families, &why)) {
        p->families.count = 0;
        record_loss(p, why.text);
        return;
    }
    int code;
    p->client = new_client(p, &code);
    if (p->client)
        code = mosquitto_connect_bind_async(p->client, p->broker.host, p->broker.port, PUBLISH_KEEPALIVE_S,
                                            p->families.wildcards[p->family]);
    if (code != MOSQ_ERR_SUCCESS) {
        record_code(p, code);
        return;
    }
    p->state = LINK_TRYING;
    p->give_up_at = now + CONNECT_MAX_MS;
    p->next_upkeep = now + UPKEEP_MS;
}

static void rise(struct publisher *p, mono_ms now)
{
    p->state = LINK_UP;
    p->fresh = true;
    p->up_since = now;
    p->reason[0] = p->logged[0] = '\0';
    log_info("mqtt: connected to %s:%d", p->broker.host, p->broker.port);
}

static void move(struct publisher *p, mono_ms now, short revents)
{
    int code = MOSQ_ERR_SUCCESS;
    if (revents & (POLLIN | POLLERR | POLLHUP))
        code = mosquitto_loop_read(p->client, 1);
    if (!code && !p->lost && revents & POLLOUT)
        code = mosquitto_loop_write(p->client, 1);
    if (!code && !p->lost && now >= p->next_upkeep) {
        code = mosquitto_loop_misc(p->client);
        p->next_upkeep = now + UPKEEP_MS;
    }
    if (code)
        record_code(p, code);
}

void publish_turn(struct publisher *p, mono_ms now, short revents)
{
    if (p->client)
        move(p, now, revents);
    else if (now >= p->retry_at)
        try_connect(p, now);

    if (p->state == LINK_TRYING && p->accepted && !p->lost)
        rise(p, now);
    if (p->state == LINK_TRYING && now >= p->give_up_at)
        record_loss(p, "no answer within 10 s");
    if (p->lost)
        fall(p, now);
}

mono_ms publish_prepare(struct publisher *p, mono_ms now, struct pollfd *ret)
{
    *ret = (struct pollfd){ .fd = -1 };
    if (p->lost)
        return now;
    if (!p->client)
        return p->retry_at;
    ret->fd = mosquitto_socket(p->client);
    ret->events = POLLIN | (mosquitto_want_write(p->client) ? POLLOUT : 0);
    if (in_flight_can_take(&p->in_flight)) /* with QoS 0, from within the sending */
        return now;
    return p->state == LINK_TRYING && p->give_up_at < p->next_upkeep ? p->give_up_at : p->next_upkeep;
}

bool publish_connected(const struct publisher *p)
{
    return p->state == LINK_UP && !p->lost;
}

bool publish_take_connected(struct publisher *p)
{
    bool fresh = p->fresh && publish_connected(p);
    p->fresh = false;
    return fresh;
}

size_t publish_room(const struct publisher *p)
{
    return publish_connected(p) ? in_flight_room(&p->in_flight) : 0;
}

static bool is_about_the_message(int code)
{
    return code == MOSQ_ERR_INVAL || code == MOSQ_ERR_MALFORMED_UTF8 || code == MOSQ_ERR_PAYLOAD_SIZE
        || code == MOSQ_ERR_OVERSIZE_PACKET;
}

bool publish_send(struct publisher *p, int64_t tag, const char *topic, struct span payload, bool retain,
                  struct fault *why)
{
    assert(tag > 0);
    if (payload.len > PAYLOAD_BYTES_MAX)
        return fault(why, FAULT_REJECT, "mqtt: %s: a payload of %zu bytes is not allowed", topic, payload.len);
    if (!publish_connected(p))
        return fault(why, FAULT_RETRY, "mqtt: not connected: %s", p->reason);
    struct slot *slot = in_flight_add(&p->in_flight, tag);
    if (!slot)
        return fault(why, FAULT_RETRY, "mqtt: %d messages are waiting for the broker", PUBLISH_IN_FLIGHT_MAX);

    /* The id is written before anything is sent: QoS 0 is acknowledged from within the call. */
    int code = mosquitto_publish(p->client, &slot->mid, topic, (int)payload.len, payload.at, p->broker.qos, retain);
    if (code == MOSQ_ERR_SUCCESS)
        return true;
    bool rejected = is_about_the_message(code);
    if (!rejected)
        record_code(p, code); /* the library may have kept it: it goes away with this client */
    in_flight_cancel(slot);
    return fault(why, rejected ? FAULT_REJECT : FAULT_RETRY, "mqtt: %s: %s", topic, mosquitto_strerror(code));
}

bool publish_take_acknowledged(struct publisher *p, int64_t *ret_tag)
{
    return in_flight_take(&p->in_flight, ret_tag);
}

const char *publish_reason(const struct publisher *p)
{
    return p->lost ? p->loss : p->reason;
}

/* One short wait of the farewell, which is bounded by their number, so that it needs no clock. */
static void step(struct publisher *p)
{
    struct pollfd fd;
    publish_prepare(p, 0, &fd);
    if (poll(&fd, 1, CLOSE_STEP_MS) > 0)
        move(p, 0, fd.revents);
}

/* Waits for the acknowledgement: closing with bytes unread resets the connection, and the broker may lose the end. */
static void say_farewell(struct publisher *p)
{
    bool sent = !p->broker.will_topic, heard = sent;
    int steps = CLOSE_STEPS;
    while (!heard && publish_connected(p) && steps-- > 0) {
        struct fault why; /* no room yet, or the connection broke: both are seen by the loop */
        if (!sent)
            sent = publish_send(p, FAREWELL_TAG, p->broker.will_topic, span_of(p->broker.will_payload), true, &why);
        for (int64_t tag; publish_take_acknowledged(p, &tag);)
            heard = heard || tag == FAREWELL_TAG;
        if (!heard)
            step(p);
    }
    mosquitto_disconnect(p->client); /* without it the broker would send the will */
    while (mosquitto_want_write(p->client) && publish_connected(p) && steps-- > 0)
        step(p);
}

void publish_close(struct publisher *p)
{
    if (!p)
        return;
    if (publish_connected(p))
        say_farewell(p);
    drop_client(p);
    mosquitto_lib_cleanup();
    free(p);
}
