/* The only file that knows libmosquitto.
 *
 * Facts about version 2.0.11: mosquitto_connect_bind_async resolves the name with a blocking
 * getaddrinfo and connects without blocking; TLS verifies the certificate against the host it was
 * given there, so it must be the name and not an address. In MQTT 5 the broker's receive maximum
 * replaces our own limit, and the library queues what exceeds it; on_publish comes for refused
 * messages too, with a reason code of 128 or more (16, no subscribers, is a success). */
#include "edge/publish/client.h"

#include <errno.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/xmalloc.h"
#include "edge/publish/background.h"

enum { REASON_CODE_FAILED = 128, SUBSCRIPTION_FAILED = 128, CONNACK_BAD_VERSION = 1 };

struct mqtt_client {
    struct mosquitto *library;
    struct background lookup;
    char *host; /* owned: the lookup may outlive the settings */
    int port, qos;
    enum mqtt_version version;
    struct families families;
    size_t family;
    struct in_flight *in_flight;

    /* what the callbacks recorded */
    bool accepted;
    enum loss_kind lost;
    char loss[LOSS_BYTES];
    char
        library_words[LOSS_BYTES]; /* its last error line: says more about TLS than an error code */
    size_t window;
    uint32_t packet_bytes_max; /* 0: the broker names no limit */
    bool deaf;
    uint64_t heard;
};

void client_lose(struct mqtt_client *c, enum loss_kind kind, const char *words)
{
    if (c->lost) /* the first reason is the cause, what follows are its effects */
        return;
    c->lost = kind;
    snprintf(c->loss, sizeof c->loss, "%.*s", (int)sizeof c->loss - 1, words);
    size_t len = strlen(c->loss);
    if (len && c->loss[len - 1] == '.')
        c->loss[len - 1] = '\0';
}

/* To be called before anything else can touch errno. */
static void lose_by_code(struct mqtt_client *c, int code)
{
    bool closed = code == MOSQ_ERR_CONN_LOST || (code == MOSQ_ERR_ERRNO && errno == EPIPE);
    if (closed)
        client_lose(c, LOSS_CLOSED, "the broker closed the connection");
    else if (code == MOSQ_ERR_ERRNO)
        client_lose(c, LOSS_ERROR, errno ? strerror(errno) : "the connection was lost");
    else if ((code == MOSQ_ERR_TLS || code == MOSQ_ERR_TLS_HANDSHAKE) && c->library_words[0])
        client_lose(c, LOSS_ERROR, c->library_words);
    else if (code == MOSQ_ERR_PROTOCOL || code == MOSQ_ERR_MALFORMED_PACKET)
        client_lose(c, LOSS_CLOSED, "the broker sent invalid MQTT");
    else
        client_lose(c, LOSS_ERROR, mosquitto_strerror(code));
}

/* Reasons of a DISCONNECT that are about a packet of ours. */
static bool is_about_a_message(int reason)
{
    return reason == MQTT_RC_MALFORMED_PACKET || reason == MQTT_RC_PROTOCOL_ERROR
        || reason == MQTT_RC_NOT_AUTHORIZED || reason == MQTT_RC_TOPIC_NAME_INVALID
        || reason == MQTT_RC_PACKET_TOO_LARGE || reason == MQTT_RC_PAYLOAD_FORMAT_INVALID
        || reason == MQTT_RC_RETAIN_NOT_SUPPORTED || reason == MQTT_RC_QOS_NOT_SUPPORTED;
}

static void lose_by_reason(struct mqtt_client *c, int reason)
{
    char words[LOSS_BYTES];
    enum loss_kind kind = reason == MQTT_RC_SESSION_TAKEN_OVER ? LOSS_TAKEN_OVER
        : is_about_a_message(reason)                           ? LOSS_MESSAGE
                                                               : LOSS_ERROR;
    snprintf(words, sizeof words, "the broker closed the connection: %s",
             mosquitto_reason_string(reason));
    client_lose(c, kind, words);
}

static void take_limits(struct mqtt_client *c, const mosquitto_property *limits)
{
    uint16_t at_once = UINT16_MAX;
    uint8_t qos = 1;
    mosquitto_property_read_int16(limits, MQTT_PROP_RECEIVE_MAXIMUM, &at_once, false);
    mosquitto_property_read_int32(limits, MQTT_PROP_MAXIMUM_PACKET_SIZE, &c->packet_bytes_max,
                                  false);
    mosquitto_property_read_byte(limits, MQTT_PROP_MAXIMUM_QOS, &qos, false);
    c->window = at_once;
    c->qos = qos < c->qos ? qos : c->qos;
}

static void on_connect(struct mosquitto *library, void *context, int code, int flags,
                       const mosquitto_property *limits)
{
    struct mqtt_client *c = context;
    bool five = c->version == MQTT_5;
    (void)library, (void)flags;
    if (code == 0) {
        take_limits(c, limits);
        c->accepted = true;
    } else if (code == (five ? MQTT_RC_UNSUPPORTED_PROTOCOL_VERSION : CONNACK_BAD_VERSION)) {
        client_lose(c, LOSS_VERSION,
                    five ? "the broker does not speak MQTT 5"
                         : "the broker does not speak MQTT 3.1.1");
    } else {
        client_lose(c, LOSS_REFUSED,
                    five ? mosquitto_reason_string(code) : mosquitto_connack_string(code));
    }
}

static void on_disconnect(struct mosquitto *library, void *context, int code,
                          const mosquitto_property *ignored)
{
    (void)library, (void)ignored;
    if (code >= REASON_CODE_FAILED)
        lose_by_reason(context, code);
    else
        lose_by_code(context, code);
}

static void on_publish(struct mosquitto *library, void *context, int mid, int reason,
                       const mosquitto_property *ignored)
{
    struct mqtt_client *c = context;
    (void)library, (void)ignored;
    in_flight_answer(c->in_flight, mid,
                     reason >= REASON_CODE_FAILED ? mosquitto_reason_string(reason) : NULL);
}

static void on_subscribe(struct mosquitto *library, void *context, int mid, int count,
                         const int *granted)
{
    struct mqtt_client *c = context;
    (void)library, (void)mid;
    c->deaf = count < 1 || granted[0] >= SUBSCRIPTION_FAILED;
}

static void on_message(struct mosquitto *library, void *context, const struct mosquitto_message *m)
{
    struct mqtt_client *c = context;
    (void)library;
    c->heard = hash_of((struct span){ m->payload, (size_t)m->payloadlen });
}

static void on_log(struct mosquitto *library, void *context, int level, const char *words)
{
    struct mqtt_client *c = context;
    (void)library;
    if (level == MOSQ_LOG_ERR)
        snprintf(c->library_words, sizeof c->library_words, "%s", words);
}

/* Without this OpenSSL would ask for the password of an encrypted key on the terminal. */
static int no_key_password(char *buffer, int size, int writing, void *context)
{
    (void)buffer, (void)size, (void)writing, (void)context;
    return 0;
}

static int set_tls(struct mosquitto *library, const struct broker *b)
{
    int code = mosquitto_tls_set(library, b->tls_ca, b->tls_ca ? NULL : "/etc/ssl/certs",
                                 b->tls_cert, b->tls_key, no_key_password);
    enum { VERIFY_PEER = 1 }; /* SSL_VERIFY_PEER; the name is checked too unless told otherwise */
    return code ? code
                : mosquitto_tls_opts_set(library, VERIFY_PEER, "tlsv1.2", NULL); /* or newer */
}

static int set_up(struct mosquitto *library, const struct broker *b, enum mqtt_version version)
{
    mosquitto_connect_v5_callback_set(library, on_connect);
    mosquitto_disconnect_v5_callback_set(library, on_disconnect);
    mosquitto_publish_v5_callback_set(library, on_publish);
    mosquitto_subscribe_callback_set(library, on_subscribe);
    mosquitto_message_callback_set(library, on_message);
    mosquitto_log_callback_set(library, on_log);

    int code = mosquitto_int_option(library, MOSQ_OPT_PROTOCOL_VERSION,
                                    version == MQTT_5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311);
    if (!code) /* more than there ever are (one is the farewell), so that the library sends each at
                  once */
        code = mosquitto_max_inflight_messages_set(library, PUBLISH_IN_FLIGHT_MAX + 1);
    if (!code) /* else the second of two messages waits until the first was received */
        code = mosquitto_int_option(library, MOSQ_OPT_TCP_NODELAY, 1);
    if (!code && b->user)
        code = mosquitto_username_pw_set(library, b->user, b->password);
    if (!code && b->will_topic)
        code = mosquitto_will_set(library, b->will_topic, (int)strlen(b->will_payload),
                                  b->will_payload, b->qos, true);
    if (!code && b->tls)
        code = set_tls(library, b);
    return code;
}

static struct mosquitto *new_library(const struct broker *b, enum mqtt_version version,
                                     void *context, int *ret_code)
{
    struct mosquitto *library = mosquitto_new(b->client_id, true, context);
    *ret_code = library   ? set_up(library, b, version)
        : errno == ENOMEM ? MOSQ_ERR_NOMEM
                          : MOSQ_ERR_INVAL;
    if (*ret_code == MOSQ_ERR_SUCCESS)
        return library;
    mosquitto_destroy(library);
    return NULL;
}

bool client_check(const struct broker *b, struct fault *why)
{
    int code;
    struct mosquitto *trial = new_library(b, b->version, NULL, &code);
    if (!trial)
        return fault(why, FAULT_FATAL, "mqtt: invalid settings: %s", mosquitto_strerror(code));
    mosquitto_destroy(trial);
    return true;
}

static void release(void *context)
{
    struct mqtt_client *c = context;
    mosquitto_destroy(c->library);
    background_done(&c->lookup);
    free(c->host);
    free(c);
}

/* In a thread of its own: the name, and a first step of the connection. */
static void open_connection(void *context)
{
    struct mqtt_client *c = context;
    struct fault why;
    if (c->families.count == 0 && !families_find(c->host, &c->families, &why)) {
        client_lose(c, LOSS_ERROR, why.text);
        return;
    }
    if (background_is_abandoned(&c->lookup))
        return;
    int code = mosquitto_connect_bind_async(c->library, c->host, c->port, PUBLISH_KEEPALIVE_S,
                                            c->families.wildcards[c->family]);
    if (code)
        lose_by_code(c, code);
}

struct mqtt_client *client_start(const struct broker *b, enum mqtt_version version,
                                 const struct families *families, size_t family,
                                 struct in_flight *in_flight)
{
    struct mqtt_client *c = xcalloc(1, sizeof *c);
    int code, refused;
    *c = (struct mqtt_client){
        .host = xstrdup(b->host),
        .port = b->port,
        .qos = b->qos,
        .version = version,
        .families = *families,
        .family = family,
        .in_flight = in_flight,
    };
    background_init(&c->lookup, open_connection, release, c);
    c->library = new_library(b, version, c, &refused);
    if (refused)
        lose_by_code(c, refused);
    else if ((code = background_start(&c->lookup)) != 0)
        client_lose(c, LOSS_ERROR, strerror(code));
    return c;
}

void client_free(struct mqtt_client *c)
{
    if (c)
        background_leave(&c->lookup);
}

bool client_is_looking(const struct mqtt_client *c)
{
    return background_is_at_work(&c->lookup);
}

bool client_is_accepted(const struct mqtt_client *c)
{
    return !client_is_looking(c) && c->accepted && !c->lost;
}

struct families client_families(const struct mqtt_client *c)
{
    return c->families;
}

enum loss_kind client_loss(const struct mqtt_client *c, const char **ret_words)
{
    if (client_is_looking(c))
        return LOSS_NONE;
    *ret_words = c->loss;
    return c->lost;
}

void client_prepare(const struct mqtt_client *c, struct pollfd *ret)
{
    *ret = (struct pollfd){ .fd = c->lookup.woken, .events = POLLIN };
    if (client_is_looking(c))
        return;
    ret->fd = c->lost ? -1 : mosquitto_socket(c->library);
    ret->events =
        (short)(POLLIN | (ret->fd >= 0 && mosquitto_want_write(c->library) ? POLLOUT : 0));
}

void client_turn(struct mqtt_client *c, short revents, bool upkeep)
{
    int code = MOSQ_ERR_SUCCESS;
    if (c->lost)
        return;
    if (revents & (POLLIN | POLLERR | POLLHUP))
        code = mosquitto_loop_read(c->library, 1);
    if (!code && !c->lost && revents & POLLOUT)
        code = mosquitto_loop_write(c->library, 1);
    if (!code && !c->lost && upkeep)
        code = mosquitto_loop_misc(c->library);
    if (code)
        lose_by_code(c, code);
}

size_t client_window(const struct mqtt_client *c)
{
    return c->window;
}

static bool reject(const struct mqtt_client *c, const char *topic, int code, struct fault *why)
{
    if (code == MOSQ_ERR_OVERSIZE_PACKET)
        return fault(why, FAULT_REJECT, "larger than the broker accepts (%u bytes)",
                     (unsigned)c->packet_bytes_max);
    if (code == MOSQ_ERR_RETAIN_NOT_SUPPORTED)
        return fault(why, FAULT_REJECT, "the broker does not support retained messages");
    return fault(why, FAULT_REJECT, "the topic \"%s\" or its payload is not allowed: %s", topic,
                 mosquitto_strerror(code));
}

static bool is_about_the_message(int code)
{
    return code == MOSQ_ERR_INVAL || code == MOSQ_ERR_MALFORMED_UTF8
        || code == MOSQ_ERR_PAYLOAD_SIZE || code == MOSQ_ERR_OVERSIZE_PACKET
        || code == MOSQ_ERR_RETAIN_NOT_SUPPORTED;
}

bool client_send(struct mqtt_client *c, struct in_flight_slot *slot, const char *topic,
                 struct span payload, bool retain, struct fault *why)
{
    /* The id is written before anything is sent: QoS 0 is acknowledged from within the call. */
    int code = mosquitto_publish(c->library, &slot->mid, topic, (int)payload.len, payload.at,
                                 c->qos, retain);
    if (code == MOSQ_ERR_SUCCESS)
        return true;
    if (is_about_the_message(code))
        return reject(c, topic, code, why);
    lose_by_code(c, code); /* the library may have kept it: it goes away with this client */
    return fault(why, FAULT_RETRY, "mqtt: %s: %s", topic, mosquitto_strerror(code));
}

/* The library writes each message by itself: with a cork the kernel passes on many at a time. A
 * socket that cannot have one only costs more. */
void client_hold(struct mqtt_client *c, bool held)
{
    int socket = mosquitto_socket(c->library), cork = held;
    if (socket >= 0 && setsockopt(socket, IPPROTO_TCP, TCP_CORK, &cork, sizeof cork) < 0)
        errno = 0;
}

void client_listen(struct mqtt_client *c, const char *topic)
{
    int code = mosquitto_subscribe(c->library, NULL, topic, c->qos);
    if (code)
        lose_by_code(c, code);
}

void client_unlisten(struct mqtt_client *c, const char *topic)
{
    int code = mosquitto_unsubscribe(c->library, NULL, topic);
    if (code)
        lose_by_code(c, code);
}

bool client_is_deaf(const struct mqtt_client *c)
{
    return c->deaf;
}

uint64_t client_heard(const struct mqtt_client *c)
{
    return c->heard;
}

void client_disconnect(struct mqtt_client *c)
{
    mosquitto_disconnect(c->library);
}

bool client_wants_write(const struct mqtt_client *c)
{
    return mosquitto_want_write(c->library);
}

void client_library_open(void)
{
    mosquitto_lib_init();
}

void client_library_close(void)
{
    mosquitto_lib_cleanup();
}
