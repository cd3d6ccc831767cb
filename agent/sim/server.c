/* The sim's one user of libmicrohttpd, run by an outside loop over its epoll descriptor.
 *
 * Waiting is never done by blocking: a transfer that must wait is suspended ("parked") with a time
 * to wake, and the loop resumes it. Facts about 0.9.75: suspended connections do not notice that
 * their client has gone, and must be resumed before the daemon stops; a content reader may suspend
 * its own connection and return 0. */
#include "sim/server.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <poll.h>
#include <stdlib.h>

#include "base/xmalloc.h"
#include "sim/routes.h"

enum {
    BODY_BYTES_MAX = 1 << 20, /* of a request */
    LOOK_MS = 200,            /* how often a stalled transfer looks whether its client has gone */
    BLOCK_BYTES =
        64 * 1024, /* handed to the socket at once when a body is read through a callback */
};

enum sim_stage { STAGE_HEAD, STAGE_BODY, STAGE_DELAYED, STAGE_ANSWERED };

/* One request from its first line until its last byte is sent. */
struct exchange {
    struct server *server;
    struct MHD_Connection *connection;
    enum sim_stage stage;
    char *target;
    struct text body;
    struct visit visit;
    struct sim_answer answer;
    bool parked;
    mono_ms wakes;
    struct exchange *next_parked;
};

struct server {
    struct MHD_Daemon *daemon;
    struct world *world;
    struct exchange *parked;
    bool closing;
};

static void park(struct exchange *x, int64_t wait_ms)
{
    x->parked = true;
    x->wakes = clock_mono() + wait_ms;
    x->next_parked = x->server->parked;
    x->server->parked = x;
    MHD_suspend_connection(x->connection);
}

/* Resumes what is due (everything when closing); returns when to look again. */
static mono_ms wake_parked(struct server *s)
{
    mono_ms now = clock_mono(), next = MONO_NEVER;
    for (struct exchange **at = &s->parked; *at;) {
        struct exchange *x = *at;
        if (x->wakes > now && !s->closing) {
            if (x->wakes < next)
                next = x->wakes;
            at = &x->next_parked;
            continue;
        }
        *at = x->next_parked;
        x->parked = false;
        MHD_resume_connection(x->connection);
        next = now; /* MHD_get_timeout does not always tell of resumed connections: run at once */
    }
    return next;
}

static bool client_is_gone(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct pollfd fd = { .fd = info ? info->connect_fd : -1, .events = POLLRDHUP };
    return poll(&fd, 1, 0) > 0 && (fd.revents & (POLLRDHUP | POLLHUP | POLLERR));
}

static size_t copy_piece(const struct exchange *x, uint64_t at, char *out, size_t room)
{
    const struct text *whole = &x->answer.body->text;
    size_t left = whole->len - (size_t)at, piece = left < room ? left : room;
    memcpy(out, whole->at + at, piece);
    return piece;
}

static ssize_t read_dripping(struct exchange *x, uint64_t at, char *out, size_t room)
{
    if (at > 0 && clock_mono() < x->wakes) {
        park(x, x->wakes - clock_mono());
        return 0;
    }
    x->wakes = clock_mono() + x->answer.pause_ms;
    return (ssize_t)copy_piece(x, at, out, room < x->answer.at ? room : x->answer.at);
}

static ssize_t read_until_place(struct exchange *x, uint64_t at, char *out, size_t room)
{
    size_t left = x->answer.at > at ? x->answer.at - (size_t)at : 0;
    if (left)
        return (ssize_t)copy_piece(x, at, out, room < left ? room : left);
    if (x->answer.delivery == DELIVER_CUT || client_is_gone(x->connection))
        return MHD_CONTENT_READER_END_WITH_ERROR;
    park(x, LOOK_MS);
    return 0;
}

/* An array that never closes, of elements that are valid by themselves. */
static ssize_t read_endlessly(uint64_t at, char *out, size_t room)
{
    static const char element[] =
        "{\"name\":\"endless\",\"token\":null,\"token_type\":\"api_token\",\"balance\":1.0,"
        "\"active_balance\":true,\"expire_time\":null},\n";
    for (size_t i = 0; i < room; i++)
        out[i] = at + i == 0 ? '[' : element[(at + i - 1) % (sizeof element - 1)];
    return (ssize_t)room;
}

static ssize_t read_body(void *cls, uint64_t at, char *out, size_t room)
{
    struct exchange *x = cls;
    if (x->server->closing)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    switch (x->answer.delivery) {
    case DELIVER_DRIP:
        return read_dripping(x, at, out, room);
    case DELIVER_STALL:
    case DELIVER_CUT:
        return read_until_place(x, at, out, room);
    case DELIVER_ENDLESS:
        return read_endlessly(at, out, room);
    case DELIVER_WHOLE:
    case DELIVER_NOTHING:
        break;
    }
    return MHD_CONTENT_READER_END_WITH_ERROR;
}

static void release_body(void *cls)
{
    body_release(cls);
}

static struct MHD_Response *make_response(struct exchange *x)
{
    struct sim_answer *a = &x->answer;
    if (a->delivery == DELIVER_WHOLE)
        return MHD_create_response_from_buffer_with_free_callback_cls(
            a->body->text.len, a->body->text.at, release_body, body_keep(a->body));
    uint64_t size = a->delivery == DELIVER_ENDLESS ? MHD_SIZE_UNKNOWN : a->body->text.len;
    return MHD_create_response_from_callback(size, BLOCK_BYTES, read_body, x, NULL);
}

static enum MHD_Result send_answer(struct exchange *x)
{
    struct sim_answer *a = &x->answer;
    if (a->delivery == DELIVER_NOTHING)
        return MHD_NO; /* closes the connection without a word */
    struct MHD_Response *response = make_response(x);
    if (a->status != MHD_HTTP_NO_CONTENT)
        MHD_add_response_header(response, "Content-Type", a->type ? a->type : "application/json");
    if (a->location)
        MHD_add_response_header(response, "Location", a->location);
    if (a->retry_after)
        MHD_add_response_header(response, "Retry-After", a->retry_after);
    enum MHD_Result queued = MHD_queue_response(x->connection, (unsigned)a->status, response);
    MHD_destroy_response(response);
    return queued;
}

static unsigned port_of_client(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info ? ntohs(((const struct sockaddr_in *)(const void *)info->client_addr)->sin_port)
                : 0;
}

/* The whole request is here. A delayed one comes by twice. */
static enum MHD_Result finish(struct exchange *x, const char *method)
{
    struct sim_request request = {
        .method = method,
        .target = x->target,
        .authorization =
            MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, "Authorization"),
        .body = { text_z(&x->body), x->body.len },
        .client_port = port_of_client(x->connection),
    };
    if (x->stage == STAGE_BODY) {
        int64_t wait_ms = route_begin(x->server->world, &request, &x->visit);
        x->stage = STAGE_DELAYED;
        if (wait_ms > 0) {
            park(x, wait_ms);
            return MHD_YES;
        }
    }
    if (x->server->closing)
        return MHD_NO;
    x->stage = STAGE_ANSWERED;
    route_answer(x->server->world, &request, &x->visit, &x->answer);
    return send_answer(x);
}

/* libmicrohttpd: the raw target, before it is decoded and split, so that a %2F in a name does not
 * become a slash. What is returned becomes *context below. */
static void *on_target(void *cls, const char *target, struct MHD_Connection *connection)
{
    struct exchange *x = xcalloc(1, sizeof *x);
    x->server = cls;
    x->connection = connection;
    x->target = xstrdup(target);
    return x;
}

/* libmicrohttpd: once when the head is there, once for each piece of the body, once at its end. */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *piece,
                                  size_t *piece_bytes, void **context)
{
    struct exchange *x = *context;
    (void)cls, (void)connection, (void)url, (void)version;
    if (x->stage == STAGE_HEAD) {
        x->stage = STAGE_BODY;
        return MHD_YES;
    }
    if (*piece_bytes == 0)
        return finish(x, method);
    if (x->body.len + *piece_bytes > BODY_BYTES_MAX)
        return MHD_NO;
    text_add(&x->body, (struct span){ piece, *piece_bytes });
    *piece_bytes = 0;
    return MHD_YES;
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode code)
{
    struct exchange *x = *context;
    (void)cls, (void)connection, (void)code;
    if (!x)
        return;
    free(x->target);
    text_done(&x->body);
    route_done(&x->visit);
    answer_done(&x->answer);
    free(x);
    *context = NULL;
}

bool server_open(uint16_t port, struct world *w, struct server **ret, struct fault *why)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

    struct server *s = xcalloc(1, sizeof *s);
    s->world = w;
    s->daemon =
        MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, port, NULL, NULL, on_request, s,
                         MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u,
                         MHD_OPTION_URI_LOG_CALLBACK, on_target, s, MHD_OPTION_NOTIFY_COMPLETED,
                         on_completed, s, MHD_OPTION_END);
    if (!s->daemon) {
        free(s);
        return fault(why, FAULT_FATAL, "cannot listen on 127.0.0.1:%u", (unsigned)port);
    }
    *ret = s;
    return true;
}

uint16_t server_port(const struct server *s)
{
    return MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}

static int wait_ms(struct server *s, mono_ms next_wake)
{
    MHD_UNSIGNED_LONG_LONG daemon_ms;
    int64_t wait = next_wake == MONO_NEVER ? -1 : next_wake - clock_mono();
    if (next_wake != MONO_NEVER && wait < 0)
        wait = 0;
    if (MHD_get_timeout(s->daemon, &daemon_ms) == MHD_YES
        && (wait < 0 || (int64_t)daemon_ms < wait))
        wait = (int64_t)daemon_ms;
    return wait > INT32_MAX ? INT32_MAX : (int)wait;
}

bool server_serve(struct server *s, int stop_fd, struct fault *why)
{
    int epoll_fd = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    for (;;) {
        struct pollfd fds[] = { { .fd = stop_fd, .events = POLLIN },
                                { .fd = epoll_fd, .events = POLLIN } };
        mono_ms next = wake_parked(s);
        if (poll(fds, COUNT(fds), wait_ms(s, next)) < 0)
            return fault(why, FAULT_FATAL, "poll failed");
        if (fds[0].revents)
            return true;
        if (MHD_run(s->daemon) != MHD_YES)
            return fault(why, FAULT_FATAL, "the HTTP server failed");
    }
}

void server_close(struct server *s)
{
    if (!s)
        return;
    s->closing = true;
    wake_parked(s);
    MHD_run(s->daemon); /* lets what was resumed come to its end */
    MHD_stop_daemon(s->daemon);
    free(s);
}
