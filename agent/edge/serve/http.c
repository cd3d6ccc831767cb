/* libmicrohttpd, and nothing of ours but names for what it does.
 *
 * Everything of its version that matters here: a connection that is suspended is out of its epoll
 * set, so it does not see a client leave; one that is resumed calls the handler again; an answer
 * may be queued while it is suspended; a reader of bodies that returns 0 must have suspended, or
 * the loop spins; what is still suspended when it stops is a panic; to a HEAD of an answer in
 * chunks it sends the end of the chunks, which a client takes for the next answer, unless chunks
 * are not allowed. */
#include "edge/serve/http.h"

#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/xmalloc.h"

enum {
    CLIENT_BYTES = 32 << 10, /* memory of one: its request line and headers must fit into it */
};

struct http {
    struct MHD_Daemon *daemon;
    struct server *server;
    struct client *newcomer; /* that is being handed to the library */
};

static void on_connection(void *cls, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct http *h = cls;
    (void)connection;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *context = h->newcomer;
        h->newcomer = NULL;
    } else {
        client_gone(h->server, *context);
    }
}

/* The raw target, before it is decoded and split, so that a %2F in a name does not become a slash.
 * What is returned becomes *context below. */
static void *on_target(void *cls, const char *target, struct MHD_Connection *connection)
{
    struct http *h = cls;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return request_begin(h->server, connection, info->socket_context, target);
}

/* Once when the head is there, once at the end of the request; and again when it is resumed. */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *piece,
                                  size_t *piece_bytes, void **context)
{
    struct exchange *x = *context;
    (void)cls, (void)url, (void)piece;
    if (!x || *piece_bytes)
        return MHD_NO;
    if (x->has_head)
        return request_whole(x) ? MHD_YES : MHD_NO;
    const struct refusal *because = request_head(x, method, version);
    return !because || http_refuse(connection, because) ? MHD_YES : MHD_NO;
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode code)
{
    (void)cls, (void)connection, (void)code;
    if (*context)
        request_over(*context);
    *context = NULL;
}

static ssize_t on_room(void *cls, uint64_t at, char *out, size_t room)
{
    (void)at;
    ssize_t given = body_room(cls, out, room);
    return given == ROOM_END ? MHD_CONTENT_READER_END_OF_STREAM
        : given == ROOM_CUT  ? MHD_CONTENT_READER_END_WITH_ERROR
                             : given;
}

bool http_open(struct server *s, const struct serve_options *o, struct http **ret,
               struct fault *why)
{
    struct http *h = xcalloc(1, sizeof *h);
    h->server = s;
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET
        | (o->cert ? MHD_USE_TLS : 0);
    struct MHD_OptionItem tls[] = {
        { MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)o->cert },
        { MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)o->key },
        { MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t) "NORMAL:-VERS-TLS1.0:-VERS-TLS1.1" },
        { MHD_OPTION_END, 0, NULL },
    };
    h->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, h, MHD_OPTION_ARRAY, o->cert ? tls : &tls[COUNT(tls) - 1],
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)(2 * CLIENTS_MAX),
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CLIENT_BYTES, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, h, MHD_OPTION_NOTIFY_CONNECTION, on_connection, h,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, h, MHD_OPTION_END);
    if (!h->daemon) {
        free(h);
        return fault(why, FAULT_FATAL, "cannot start the web server%s",
                     o->cert ? ": `cert` and `key` are no certificate and its private key" : "");
    }
    *ret = h;
    return true;
}

void http_close(struct http *h)
{
    if (!h)
        return;
    MHD_stop_daemon(h->daemon);
    free(h);
}

int http_fd(const struct http *h)
{
    return MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

mono_ms http_deadline(const struct http *h, mono_ms now)
{
    MHD_UNSIGNED_LONG_LONG ms;
    return MHD_get_timeout(h->daemon, &ms) == MHD_YES ? now + (mono_ms)ms : MONO_NEVER;
}

void http_run(struct http *h)
{
    if (MHD_run(h->daemon) != MHD_YES)
        log_debug("the web server could not look for its clients");
}

bool http_admit(struct http *h, struct client *c)
{
    h->newcomer = c;
    MHD_add_connection(h->daemon, c->fd, &c->from.address.any, c->from.len);
    bool admitted = !h->newcomer; /* it may be gone again by now, all the same */
    h->newcomer = NULL;
    return admitted;
}

void http_suspend(struct MHD_Connection *c)
{
    MHD_suspend_connection(c);
}

void http_resume(struct MHD_Connection *c)
{
    MHD_resume_connection(c);
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

static bool queue_response(struct MHD_Connection *c, unsigned status, struct MHD_Response *r)
{
    bool queued = MHD_queue_response(c, status, r) == MHD_YES;
    MHD_destroy_response(r);
    return queued;
}

bool http_refuse(struct MHD_Connection *c, const struct refusal *because)
{
    struct MHD_Response *r = MHD_create_response_from_buffer(
        strlen(because->words), (void *)(uintptr_t)because->words, MHD_RESPMEM_PERSISTENT);
    add_guards(r, "no-store");
    MHD_add_response_header(r, "Content-Type", "text/plain; charset=utf-8");
    if (because->header)
        MHD_add_response_header(r, because->header, because->value);
    return queue_response(c, because->status, r);
}

bool http_answer(struct exchange *x, const struct serve_head *head)
{
    struct MHD_Response *r = MHD_create_response_from_callback(
        x->goes_on ? MHD_SIZE_UNKNOWN : x->piece.len, CLIENT_BYTES, on_room, x, NULL);
    add_guards(r,
               head->lasts      ? "max-age=31536000, immutable"
                   : head->etag ? "no-cache"
                                : "no-store");
    if (x->asks_head_only && x->goes_on)
        MHD_set_response_options(r, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
    if (head->type)
        MHD_add_response_header(r, "Content-Type", head->type);
    if (head->etag)
        MHD_add_response_header(r, "ETag", head->etag);
    if (head->location)
        MHD_add_response_header(r, "Location", head->location);
    if (head->retry_after_s) {
        char seconds[16];
        snprintf(seconds, sizeof seconds, "%d", head->retry_after_s);
        MHD_add_response_header(r, "Retry-After", seconds);
    }
    if (head->link)
        MHD_add_response_header(r, "Link", head->link);
    if (head->download) {
        struct text words = { 0 };
        text_addf(&words, "attachment; filename=\"%s\"", head->download);
        MHD_add_response_header(r, "Content-Disposition", text_z(&words));
        text_done(&words);
    }
    return queue_response(x->connection, (unsigned)head->status, r);
}

const char *http_header(struct MHD_Connection *c, const char *name)
{
    return MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

struct header_count {
    const char *name;
    int count;
};

static enum MHD_Result count_one(void *cls, enum MHD_ValueKind kind, const char *name,
                                 const char *value)
{
    struct header_count *c = cls;
    (void)kind, (void)value;
    c->count += strcasecmp(name, c->name) == 0;
    return MHD_YES;
}

int http_count_header(struct MHD_Connection *c, const char *name)
{
    struct header_count counted = { .name = name };
    MHD_get_connection_values(c, MHD_HEADER_KIND, count_one, &counted);
    return counted.count;
}

/* The library's copies are wiped. */
static char *take_secret(char *words)
{
    char *ours = xstrdup(words);
    explicit_bzero(words, strlen(words));
    MHD_free(words);
    return ours;
}

bool http_login(struct MHD_Connection *c, char **ret_name, char **ret_password)
{
    char *password = NULL;
    char *name = MHD_basic_auth_get_username_password(c, &password);
    if (!name || !password) {
        MHD_free(name);
        return false;
    }
    *ret_name = take_secret(name);
    *ret_password = take_secret(password);
    return true;
}
