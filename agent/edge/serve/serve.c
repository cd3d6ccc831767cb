/* The way of a request: read, let in, handed out, answered piece by piece, over.
 *
 * A connection is suspended from the moment its request is whole until its answer begins, and
 * whenever the library wants bytes that nobody has written yet; so nothing is ever asked twice, and
 * whoever answers takes the time it needs. */
#include "edge/serve.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/xmalloc.h"
#include "edge/serve/hosts.h"
#include "edge/serve/http.h"
#include "edge/serve/listeners.h"
#include "edge/serve/logins.h"

enum {
    ACCEPTS_A_TURN = 16, /* a handshake of TLS takes a millisecond */
    SENDING_MAX = 16,    /* answers that are being written at the same time */
    DEAF_MS = 1000,      /* no accepting when descriptors ran out */
};

struct server {
    struct http *http;
    struct listeners listeners;
    struct logins logins;
    char *hosts;
    struct clients clients;
    struct queue checks; /* logins that are not known yet; the first is being checked */
    struct queue asked;  /* requests */
    struct queue others; /* exchanges that want anything else */
    size_t sending;
    size_t queued;          /* bytes of pieces that are not all taken */
    struct endpoint served; /* whose request was handed out last */
    mono_ms now;
    mono_ms deaf_until;
    bool hurried; /* the library is to run again at once */
    bool closing;
};

static void suspend(struct exchange *x)
{
    x->suspended = true;
    client_turns(x->client, CLIENT_WAITS, x->server->now);
    http_suspend(x->connection);
}

static void resume(struct exchange *x)
{
    if (!x->suspended)
        return;
    x->suspended = false;
    client_turns(x->client, CLIENT_TAKES, x->server->now);
    x->server->hurried = true;
    http_resume(x->connection);
}

static void drop(struct exchange *x)
{
    struct server *s = x->server;
    queue_remove(&s->checks, x);
    queue_remove(&s->asked, x);
    queue_remove(&s->others, x);
    s->sending -= x->counted;
    exchange_free(x);
}

static const struct refusal not_allowed = {
    405, "Allow", "GET, HEAD", "Nothing can be changed here: only GET and HEAD are answered.\n"
};
static const struct refusal no_request = { 400, NULL, NULL,
                                           "This is not a request for a path of this server.\n" };
static const struct refusal not_us = {
    421, NULL, NULL,
    "This server does not go by that name. If it should, add the name to `hosts` under `http` in "
    "the configuration.\n"
};
static const struct refusal no_login = {
    401, "WWW-Authenticate", "Basic realm=\"ebb\", charset=\"UTF-8\"",
    "A name and a password of the password file are needed.\n"
};

/* ---- logins ---- */

static void let_in(struct exchange *x)
{
    exchange_forget_login(x);
    queue_add(&x->server->asked, x, SERVE_ASKED);
}

static void turn_away(struct exchange *x)
{
    exchange_forget_login(x);
    if (!http_refuse(x->connection, &no_login))
        client_end(x->client);
    resume(x);
}

/* A child checks the first that waits. Should none be had, nobody who is not known gets in. */
static void check_next(struct server *s)
{
    struct fault why;
    while (s->checks.first && !logins_are_busy(&s->logins)) {
        struct exchange *x = s->checks.first;
        if (logins_check(&s->logins, x->name, x->password, &why)
            && listeners_watch(&s->listeners, s->logins.result))
            return;
        log_debug("%s", why.text);
        turn_away(queue_take(&s->checks));
    }
}

static void end_check(struct exchange *x, bool good)
{
    queue_remove(&x->server->checks, x);
    good ? let_in(x) : turn_away(x);
}

/* The verdict is on the first that waits, and on all that wait with the same words. */
static void take_verdict(struct server *s)
{
    if (!logins_are_busy(&s->logins))
        return;
    enum login_verdict verdict = logins_verdict(&s->logins);
    if (verdict == LOGIN_PENDING)
        return;
    struct exchange *first = s->checks.first, *next;
    if (verdict == LOGIN_GOOD)
        logins_remember(&s->logins, first->name, first->password);
    for (struct exchange *x = first->next; x; x = next) {
        next = x->next;
        if (strcmp(x->name, first->name) == 0 && strcmp(x->password, first->password) == 0)
            end_check(x, verdict == LOGIN_GOOD);
    }
    end_check(first, verdict == LOGIN_GOOD);
    check_next(s);
}

/* ---- what the library tells of ---- */

struct exchange *request_begin(struct server *s, struct MHD_Connection *c, struct client *client,
                               const char *target)
{
    struct exchange *x = xcalloc(1, sizeof *x);
    x->server = s;
    x->queued = &s->queued;
    x->connection = c;
    x->client = client;
    client->exchange = x;
    x->target = xstrdup(target);
    return x;
}

static bool has_body(const struct exchange *x)
{
    const char *length = exchange_header(x, "Content-Length");
    return exchange_header(x, "Transfer-Encoding") || (length && strcmp(length, "0") != 0);
}

/* A client of HTTP/1.0 need not send a name; no browser is one. */
static bool is_for_us(const struct exchange *x, const char *version)
{
    int count = http_count_header(x->connection, "Host");
    const char *host = exchange_header(x, "Host");
    if (count == 0)
        return strcmp(version, "HTTP/1.0") == 0;
    return count == 1 && host && host_is_ours(host, x->server->hosts);
}

const struct refusal *request_head(struct exchange *x, const char *method, const char *version)
{
    x->has_head = true;
    x->asks_head_only = strcmp(method, "HEAD") == 0;
    if (strcmp(method, "GET") != 0 && !x->asks_head_only)
        return &not_allowed;
    if (has_body(x) || x->target[0] != '/')
        return &no_request;
    if (!is_for_us(x, version))
        return &not_us;
    if (x->server->logins.lines && !http_login(x->connection, &x->name, &x->password))
        return &no_login;
    return NULL;
}

bool request_whole(struct exchange *x)
{
    struct server *s = x->server;
    if (s->closing || x->is_whole)
        return !s->closing;
    x->is_whole = true;
    suspend(x);
    if (s->logins.lines && !logins_know(&s->logins, x->name, x->password)) {
        queue_add(&s->checks, x, SERVE_NOTHING);
        check_next(s);
    } else {
        let_in(x);
    }
    return true;
}

void request_over(struct exchange *x)
{
    struct server *s = x->server;
    client_turns(x->client, CLIENT_ASKS, s->now);
    x->client->exchange = NULL;
    x->client = NULL;
    x->connection = NULL;
    if (!x->answering) {
        drop(x);
        return;
    }
    queue_remove(&s->others, x);
    queue_add(&s->others, x, SERVE_OVER);
}

ssize_t body_room(struct exchange *x, char *out, size_t room)
{
    size_t left = x->piece.len - x->taken, some = left < room ? left : room;
    client_turns(x->client, CLIENT_TAKES, x->server->now);
    if (some) {
        memcpy(out, x->piece.at + x->taken, some);
        x->taken += some;
        return (ssize_t)some;
    }
    if (x->cut || x->server->closing)
        return ROOM_CUT;
    if (!x->goes_on)
        return ROOM_END;
    suspend(x);
    queue_add(&x->server->others, x, SERVE_ROOM);
    return ROOM_LATER;
}

void client_gone(struct server *s, struct client *c)
{
    clients_remove(&s->clients, c);
}

/* ---- clients come ---- */

static void admit(struct server *s, int fd, const struct endpoint *from)
{
    struct client *c = clients_add(&s->clients, fd, from, s->now);
    if (!http_admit(s->http, c))
        clients_remove(&s->clients, c);
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
        if (clients_make_room(&s->clients, &from))
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

/* ---- what the header promises ---- */

bool serve_open(const struct serve_options *o, struct server **ret, struct fault *why)
{
    struct server *s = xcalloc(1, sizeof *s);
    s->hosts = o->hosts ? xstrdup(o->hosts) : NULL;
    queue_open(&s->checks);
    queue_open(&s->asked);
    queue_open(&s->others);
    logins_open(&s->logins, o->logins);
    if (!listeners_open(&s->listeners, o->listen, why) || !http_open(s, o, &s->http, why)) {
        serve_close(s);
        return false;
    }
    if (!listeners_watch(&s->listeners, http_fd(s->http))) {
        serve_close(s);
        return fault(why, FAULT_FATAL, "cannot start the web server: epoll failed");
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
    for (struct client *c = s->clients.first; c; c = c->next)
        if (c->exchange)
            resume(c->exchange);
    if (s->http)
        http_run(s->http);
    http_close(s->http);
    while (s->others.first)
        drop(s->others.first);
    listeners_close(&s->listeners);
    logins_done(&s->logins);
    free(s->hosts);
    free(s);
}

/* Requests wait because all answers that may be written at a time are being written. */
static bool is_crowded(const struct server *s)
{
    return s->asked.first && s->sending >= SENDING_MAX;
}

mono_ms serve_prepare(struct server *s, mono_ms now, struct pollfd *ret)
{
    *ret = (struct pollfd){ .fd = s->listeners.wait, .events = POLLIN };
    if (s->hurried || s->others.first || (s->asked.first && !is_crowded(s)))
        return now;
    mono_ms next = clients_deadline(&s->clients, is_crowded(s));
    mono_ms library = http_deadline(s->http, now);
    next = library < next ? library : next;
    return s->listeners.deaf && s->deaf_until < next ? s->deaf_until : next;
}

void serve_turn(struct server *s, mono_ms now)
{
    s->now = now;
    s->hurried = false;
    clients_end_overdue(&s->clients, is_crowded(s), now);
    take_verdict(s);
    accept_some(s);
    http_run(s->http);
}

/* The first that waits; of another address than the last one, if there is any: a crowd from one
 * address waits for itself. */
static struct exchange *take_asked(struct server *s)
{
    struct exchange *x = s->asked.first;
    while (x && endpoint_same_address(&x->client->from, &s->served))
        x = x->next;
    x = x ? x : s->asked.first;
    queue_remove(&s->asked, x);
    s->served = x->client->from;
    x->counted = true;
    s->sending++;
    return x;
}

enum serve_event serve_next(struct server *s, struct exchange **ret)
{
    if (s->others.first) {
        enum serve_event wants = s->others.first->wants;
        *ret = queue_take(&s->others);
        return wants;
    }
    if (!s->asked.first || is_crowded(s))
        return SERVE_NOTHING;
    *ret = take_asked(s);
    return SERVE_ASKED;
}

size_t serve_queued(const struct server *s)
{
    return s->queued;
}

void **exchange_answering(struct exchange *x)
{
    return &x->answering;
}

const char *exchange_target(const struct exchange *x)
{
    return x->target;
}

const char *exchange_header(const struct exchange *x, const char *name)
{
    return http_header(x->connection, name);
}

void serve_answer(struct exchange *x, const struct serve_head *head, struct text *body, bool more)
{
    exchange_take_over(x, body);
    x->goes_on = more;
    if (!http_answer(x, head))
        client_end(x->client);
    resume(x);
}

void serve_add(struct exchange *x, struct text *piece, bool more)
{
    exchange_take_over(x, piece);
    x->goes_on = more;
    if (x->piece.len || !more)
        resume(x);
    else
        queue_add(&x->server->others, x, SERVE_ROOM);
}

void serve_cut(struct exchange *x)
{
    x->goes_on = false;
    x->cut = true;
    resume(x);
}

void serve_forget(struct exchange *x)
{
    drop(x);
}
