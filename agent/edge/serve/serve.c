/* The library's side: its callbacks note what came, and hand over bytes that are there.
 *
 * A connection is suspended from the moment its request is whole until its answer begins, and
 * whenever the library wants bytes that nobody has written yet; so nothing is ever asked twice, and
 * whoever answers takes the time it needs. The library's own time-outs are not used: they are put
 * off by every byte, and a byte a second is what they are wanted for. Ours end a connection by
 * shutdown(2), which the library sees like a client that left. */
#include "edge/serve.h"

#include <assert.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/xmalloc.h"
#include "edge/serve/hosts.h"
#include "edge/serve/listeners.h"

enum {
    CLIENTS_MAX = 256,       /* connections: half of the descriptors that a process usually has */
    CLIENTS_OF_ONE = 128,    /* from one address, which may be a proxy */
    CLIENT_BYTES = 32 << 10, /* memory of one: its request line and headers must fit into it */
    ACCEPTS_A_TURN = 16,     /* a handshake of TLS takes a millisecond */
    SENDING_MAX = 16,        /* answers that are being written at the same time */
    REQUEST_MS = 15 * 1000,  /* from connecting, or the last answer, to the end of a request */
    STALL_MS = 30 * 1000,    /* within which a client must take some more of its answer */
    IMPATIENT_MS = 1000,     /* the same, when others wait for their turn because of it */
    DEAF_MS = 1000,          /* no accepting when descriptors ran out */
};

/* A connection. */
struct client {
    struct server *server;
    int fd;
    struct endpoint from;
    mono_ms since;             /* it has been expected to ask something */
    struct exchange *exchange; /* what it asked; NULL: nothing yet */
    bool ended;                /* it was shut down, and the library will see it */
    struct client *next, *before;
};

struct exchange {
    struct server *server;
    struct MHD_Connection *connection;
    struct client *client;
    char *target;
    enum { HEAD_READING, HEAD_COMPLETE, BODY_SENDING } stage;
    bool suspended;
    bool counted;      /* among those that are being sent */
    bool goes_on;      /* more pieces will come */
    bool cut;          /* they will not, and the client has to see it */
    struct text piece; /* what the library may take */
    size_t taken;      /* of it */
    mono_ms moved;     /* when the client last took some */
    void *answering;
    enum serve_event wants;
    struct exchange *next; /* that wants something */
};

struct queue {
    struct exchange *first, **last;
};

struct server {
    struct MHD_Daemon *daemon;
    struct listeners listeners;
    char *hosts;
    struct client *clients; /* newest first */
    size_t client_count, sending_count;
    struct queue asked, others; /* exchanges that want something: an answer, and anything else */
    mono_ms now;
    mono_ms deaf_until;
    bool hurried; /* the library is to run again at once */
    bool closing;
};

/* ---- queues of wants ---- */

static void enqueue(struct queue *q, struct exchange *x, enum serve_event wants)
{
    x->wants = wants;
    x->next = NULL;
    *q->last = x;
    q->last = &x->next;
}

static struct exchange *dequeue(struct queue *q)
{
    struct exchange *x = q->first;
    q->first = x->next;
    if (!q->first)
        q->last = &q->first;
    x->wants = SERVE_NOTHING;
    return x;
}

static void unqueue(struct queue *q, struct exchange *x)
{
    for (struct exchange **at = &q->first; *at; at = &(*at)->next)
        if (*at == x) {
            *at = x->next;
            if (!*at)
                q->last = at;
            x->wants = SERVE_NOTHING;
            return;
        }
}

/* ---- one exchange ---- */

static void suspend(struct exchange *x)
{
    x->suspended = true;
    MHD_suspend_connection(x->connection);
}

static void resume(struct exchange *x)
{
    if (!x->suspended)
        return;
    x->suspended = false;
    x->moved = x->server->now;
    x->server->hurried = true;
    MHD_resume_connection(x->connection);
}

static void exchange_free(struct exchange *x)
{
    struct server *s = x->server;
    unqueue(&s->asked, x);
    unqueue(&s->others, x);
    s->sending_count -= x->counted;
    text_done(&x->piece);
    free(x->target);
    free(x);
}

/* What every answer says to browsers. The strictest there is: scripts, styles and pictures come
 * from here alone and from files of their own, nobody frames a page, and no other site may read
 * one. */
static const char *const guards[][2] = {
    { "Content-Security-Policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
      "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'" },
    { "X-Content-Type-Options", "nosniff" },
    { "X-Frame-Options", "DENY" },
    { "Referrer-Policy", "no-referrer" },
    { "Cross-Origin-Resource-Policy", "same-origin" },
    { "Cross-Origin-Opener-Policy", "same-origin" },
};

static void add_guards(struct MHD_Response *r, const char *cache)
{
    for (size_t i = 0; i < COUNT(guards); i++)
        MHD_add_response_header(r, guards[i][0], guards[i][1]);
    MHD_add_response_header(r, "Cache-Control", cache);
}

/* An answer of the server's own, to a request that nobody is to see. */
static enum MHD_Result refuse(struct MHD_Connection *c, unsigned status, const char *words)
{
    struct MHD_Response *r = MHD_create_response_from_buffer(
        strlen(words), (void *)(uintptr_t)words, MHD_RESPMEM_PERSISTENT);
    add_guards(r, "no-store");
    MHD_add_response_header(r, "Content-Type", "text/plain; charset=utf-8");
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
        MHD_add_response_header(r, "Allow", "GET, HEAD");
    enum MHD_Result queued = MHD_queue_response(c, status, r);
    MHD_destroy_response(r);
    return queued;
}

/* ---- callbacks of the library ---- */

static struct client *client_of(struct MHD_Connection *c)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

/* The client that is being added; the library has no other way to hand it over. */
static void on_connection(void *cls, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct server *s = cls;
    (void)connection;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *context = s->clients; /* just put there: see admit */
        return;
    }
    struct client *c = *context;
    if (c->next)
        c->next->before = c->before;
    *(c->before ? &c->before->next : &s->clients) = c->next;
    s->client_count--;
    free(c);
}

/* The raw target, before it is decoded and split, so that a %2F in a name does not become a slash.
 * What is returned becomes *context below. */
static void *on_target(void *cls, const char *target, struct MHD_Connection *connection)
{
    struct exchange *x = xcalloc(1, sizeof *x);
    x->server = cls;
    x->connection = connection;
    x->client = client_of(connection);
    x->target = xstrdup(target);
    return x;
}

static bool has_body(struct MHD_Connection *c)
{
    const char *length = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Content-Length");
    return MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Transfer-Encoding")
        || (length && strcmp(length, "0") != 0);
}

static enum MHD_Result count_host(void *count, enum MHD_ValueKind kind, const char *name,
                                  const char *value)
{
    (void)kind, (void)value;
    *(int *)count += strcasecmp(name, "Host") == 0;
    return MHD_YES;
}

/* A client of HTTP/1.0 need not send a name; no browser is one. */
static bool is_for_us(const struct exchange *x, const char *version)
{
    int count = 0;
    MHD_get_connection_values(x->connection, MHD_HEADER_KIND, count_host, &count);
    if (count == 0)
        return strcmp(version, "HTTP/1.0") == 0;
    const char *host = exchange_header(x, "Host");
    return count == 1 && host && host_is_ours(host, x->server->hosts);
}

static enum MHD_Result take_head(struct exchange *x, const char *method, const char *version)
{
    x->stage = HEAD_COMPLETE;
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
        return refuse(x->connection, MHD_HTTP_METHOD_NOT_ALLOWED,
                      "Nothing can be changed here: only GET and HEAD are answered.\n");
    if (has_body(x->connection) || x->target[0] != '/')
        return refuse(x->connection, MHD_HTTP_BAD_REQUEST,
                      "This is not a request for a path of this server.\n");
    if (!is_for_us(x, version))
        return refuse(x->connection, MHD_HTTP_MISDIRECTED_REQUEST,
                      "This server does not go by that name. If it should, add the name to `hosts` "
                      "under `http` in the configuration.\n");
    return MHD_YES;
}

/* Once when the head is there, once at the end of the request; and again when it is resumed. */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *piece,
                                  size_t *piece_bytes, void **context)
{
    struct server *s = cls;
    struct exchange *x = *context;
    (void)connection, (void)url, (void)piece;
    if (!x || *piece_bytes || s->closing)
        return MHD_NO; /* closes the connection */
    if (x->stage == HEAD_READING)
        return take_head(x, method, version);
    if (x->client->exchange != x) {
        x->client->exchange = x;
        suspend(x);
        enqueue(&s->asked, x, SERVE_ASKED);
    }
    return MHD_YES;
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode code)
{
    struct server *s = cls;
    struct exchange *x = *context;
    (void)connection, (void)code;
    if (!x)
        return;
    *context = NULL;
    x->client->exchange = NULL;
    x->client->since = s->now;
    x->client = NULL;
    x->connection = NULL;
    if (!x->answering) {
        exchange_free(x);
        return;
    }
    unqueue(&s->others, x);
    enqueue(&s->others, x, SERVE_OVER);
}

static ssize_t on_room(void *cls, uint64_t at, char *out, size_t room)
{
    struct exchange *x = cls;
    size_t left = x->piece.len - x->taken, some = left < room ? left : room;
    (void)at;
    x->moved = x->server->now;
    if (some) {
        memcpy(out, x->piece.at + x->taken, some);
        x->taken += some;
        return (ssize_t)some;
    }
    if (x->cut || x->server->closing)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (!x->goes_on)
        return MHD_CONTENT_READER_END_OF_STREAM;
    suspend(x);
    enqueue(&x->server->others, x, SERVE_ROOM);
    return 0;
}

/* ---- clients come and go ---- */

static void end_client(struct client *c)
{
    if (!c->ended)
        shutdown(c->fd, SHUT_RDWR);
    c->ended = true;
}

static bool is_same_address(const struct endpoint *a, const struct endpoint *b)
{
    if (a->address.any.sa_family != b->address.any.sa_family)
        return false;
    return a->address.any.sa_family == AF_INET6
        ? memcmp(&a->address.v6.sin6_addr, &b->address.v6.sin6_addr, sizeof(struct in6_addr)) == 0
        : a->address.v4.sin_addr.s_addr == b->address.v4.sin_addr.s_addr;
}

/* Counts those who are there, of one address or of all, and finds who has asked nothing longest. */
static size_t count_clients(const struct server *s, const struct endpoint *from,
                            struct client **ret_idlest)
{
    size_t count = 0;
    *ret_idlest = NULL;
    for (struct client *c = s->clients; c; c = c->next) {
        if (c->ended || (from && !is_same_address(&c->from, from)))
            continue;
        count++;
        if (!c->exchange && (!*ret_idlest || c->since < (*ret_idlest)->since))
            *ret_idlest = c;
    }
    return count;
}

/* Whoever only keeps a connection open makes room for who comes; who is being answered does not. */
static bool make_room(struct server *s, const struct endpoint *from)
{
    struct client *idlest;
    if (count_clients(s, from, &idlest) < CLIENTS_OF_ONE
        && count_clients(s, NULL, &idlest) < CLIENTS_MAX)
        return true;
    if (idlest)
        end_client(idlest);
    return idlest;
}

static void admit(struct server *s, int fd, const struct endpoint *from)
{
    struct client *c = xcalloc(1, sizeof *c);
    *c = (struct client){ .server = s, .fd = fd, .from = *from, .since = s->now };
    c->next = s->clients;
    if (c->next)
        c->next->before = c;
    s->clients = c;
    size_t count = ++s->client_count;
    if (MHD_add_connection(s->daemon, fd, &from->address.any, from->len) == MHD_YES)
        return;
    if (s->client_count
        == count) { /* refused before the library knew of it; it closed the socket */
        s->clients = c->next;
        if (c->next)
            c->next->before = NULL;
        s->client_count--;
        free(c);
    }
}

static void accept_some(struct server *s)
{
    struct endpoint from;
    bool out_of = false;
    if (s->listeners.deaf && s->now >= s->deaf_until)
        listeners_be_deaf(&s->listeners, false);
    for (int i = 0; i < ACCEPTS_A_TURN; i++) {
        int fd = listeners_accept(&s->listeners, &from, &out_of);
        if (fd < 0)
            break;
        if (make_room(s, &from))
            admit(s, fd, &from);
        else
            close(fd);
    }
    if (out_of) {
        log_debug("no descriptors left for web clients");
        listeners_be_deaf(&s->listeners, true);
        s->deaf_until = s->now + DEAF_MS;
    }
}

/* When a client has had all the time that it gets; MONO_NEVER while it waits for us. */
static mono_ms client_deadline(const struct client *c)
{
    const struct exchange *x = c->exchange;
    if (c->ended || (x && (x->stage != BODY_SENDING || x->suspended)))
        return MONO_NEVER;
    bool others_wait = c->server->asked.first && c->server->sending_count >= SENDING_MAX;
    return !x ? c->since + REQUEST_MS : x->moved + (others_wait ? IMPATIENT_MS : STALL_MS);
}

/* ---- what the header promises ---- */

static bool start(struct server *s, const struct serve_options *o, struct fault *why)
{
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET
        | (o->cert ? MHD_USE_TLS : 0);
    struct MHD_OptionItem tls[] = {
        { MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)o->cert },
        { MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)o->key },
        { MHD_OPTION_END, 0, NULL },
    };
    s->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, s, MHD_OPTION_ARRAY, o->cert ? tls : &tls[COUNT(tls) - 1],
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)(2 * CLIENTS_MAX),
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CLIENT_BYTES, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, s, MHD_OPTION_NOTIFY_CONNECTION, on_connection, s,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, s, MHD_OPTION_END);
    if (!s->daemon)
        return fault(why, FAULT_FATAL, "cannot start the web server%s",
                     o->cert ? ": `cert` and `key` must be a certificate and its private key" : "");
    int fd = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    return listeners_watch(&s->listeners, fd)
        || fault(why, FAULT_FATAL, "cannot start the web server: epoll failed");
}

bool serve_open(const struct serve_options *o, struct server **ret, struct fault *why)
{
    if (o->logins) /* better closed than open */
        return fault(why, FAULT_FATAL, "`password_file` is not served yet");
    struct server *s = xcalloc(1, sizeof *s);
    s->hosts = o->hosts ? xstrdup(o->hosts) : NULL;
    s->asked.last = &s->asked.first;
    s->others.last = &s->others.first;
    if (!listeners_open(&s->listeners, o->listen, why) || !start(s, o, why)) {
        serve_close(s);
        return false;
    }
    *ret = s;
    return true;
}

/* What is suspended must be resumed before the library lets go of it. */
void serve_close(struct server *s)
{
    if (!s)
        return;
    s->closing = true;
    listeners_close(&s->listeners);
    for (struct client *c = s->clients; c; c = c->next)
        if (c->exchange)
            resume(c->exchange);
    if (s->daemon) {
        MHD_run(s->daemon);
        MHD_stop_daemon(s->daemon);
    }
    while (s->others.first)
        exchange_free(dequeue(&s->others));
    free(s->hosts);
    free(s);
}

mono_ms serve_prepare(struct server *s, mono_ms now, struct pollfd *ret)
{
    *ret = (struct pollfd){ .fd = s->listeners.wait, .events = POLLIN };
    MHD_UNSIGNED_LONG_LONG daemon_ms;
    mono_ms next = s->listeners.deaf ? s->deaf_until : MONO_NEVER;
    if (s->hurried || s->others.first || (s->asked.first && s->sending_count < SENDING_MAX))
        return now;
    if (MHD_get_timeout(s->daemon, &daemon_ms) == MHD_YES)
        next = now + (mono_ms)daemon_ms;
    for (const struct client *c = s->clients; c; c = c->next) {
        mono_ms deadline = client_deadline(c);
        next = deadline < next ? deadline : next;
    }
    return next;
}

void serve_turn(struct server *s, mono_ms now)
{
    s->now = now;
    s->hurried = false;
    for (struct client *c = s->clients; c; c = c->next)
        if (client_deadline(c) <= now)
            end_client(c);
    accept_some(s);
    if (MHD_run(s->daemon) != MHD_YES)
        log_debug("the web server could not look for its clients");
}

enum serve_event serve_next(struct server *s, struct exchange **ret)
{
    struct queue *q = s->others.first ? &s->others : &s->asked;
    if (!q->first || (q == &s->asked && s->sending_count >= SENDING_MAX))
        return SERVE_NOTHING;
    enum serve_event wants = q->first->wants;
    *ret = dequeue(q);
    if (wants == SERVE_ASKED) {
        (*ret)->counted = true;
        s->sending_count++;
    }
    return wants;
}

void **exchange_answering(struct exchange *x)
{
    return &x->answering;
}

struct exchange *serve_any(struct server *s)
{
    for (struct exchange *x = s->others.first; x; x = x->next)
        if (x->answering)
            return x;
    for (struct client *c = s->clients; c; c = c->next)
        if (c->exchange && c->exchange->answering)
            return c->exchange;
    return NULL;
}

const char *exchange_target(const struct exchange *x)
{
    return x->target;
}

const char *exchange_header(const struct exchange *x, const char *name)
{
    return MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, name);
}

static void take_over(struct exchange *x, struct text *piece)
{
    text_done(&x->piece);
    x->piece = *piece;
    x->taken = 0;
    *piece = (struct text){ 0 };
}

void serve_answer(struct exchange *x, const struct serve_head *head, struct text *body, bool more)
{
    take_over(x, body);
    x->goes_on = more;
    x->stage = BODY_SENDING;
    struct MHD_Response *r = MHD_create_response_from_callback(
        more ? MHD_SIZE_UNKNOWN : x->piece.len, CLIENT_BYTES, on_room, x, NULL);
    add_guards(r,
               head->lasts      ? "max-age=31536000, immutable"
                   : head->etag ? "no-cache"
                                : "no-store");
    if (head->type)
        MHD_add_response_header(r, "Content-Type", head->type);
    if (head->etag)
        MHD_add_response_header(r, "ETag", head->etag);
    if (head->location)
        MHD_add_response_header(r, "Location", head->location);
    if (head->download) {
        struct text words = { 0 };
        text_addf(&words, "attachment; filename=\"%s\"", head->download);
        MHD_add_response_header(r, "Content-Disposition", text_z(&words));
        text_done(&words);
    }
    if (MHD_queue_response(x->connection, (unsigned)head->status, r) != MHD_YES)
        end_client(x->client);
    MHD_destroy_response(r);
    resume(x);
}

void serve_add(struct exchange *x, struct text *piece, bool more)
{
    take_over(x, piece);
    x->goes_on = more;
    if (x->piece.len || !more)
        resume(x);
    else
        enqueue(&x->server->others, x, SERVE_ROOM);
}

void serve_cut(struct exchange *x)
{
    x->goes_on = false;
    x->cut = true;
    resume(x);
}

void serve_forget(struct exchange *x)
{
    exchange_free(x);
}
