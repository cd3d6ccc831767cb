/* A TCP server on a free loopback port that plays a script on each connection, in threads of its
 * own.
 *
 * Start the server, run transfers, close the client's end, stop the server: scripts end when their
 * peer is gone. Nothing here asserts, since cmocka's assertions belong to the main thread. */
#pragma once

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/span.h"

enum { SERVER_CONNECTIONS_MAX = 32, SERVER_REQUEST_BYTES = 8192 };

struct server;
typedef void server_script(struct server *s, int fd);

struct server {
    server_script *script;
    struct span reply; /* for scripts that send one */
    int listener;
    int port;
    char url[64];
    atomic_int connections;
    atomic_long sent; /* bytes */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int arrived, active, most_active;   /* requests; guarded by lock */
    char request[SERVER_REQUEST_BYTES]; /* the last one; guarded by lock */
    pthread_t acceptor;
    pthread_t threads[SERVER_CONNECTIONS_MAX];
};

struct server_connection {
    struct server *server;
    int fd;
};

/* Whether the headers, and the body that they announce, are there. */
static inline bool server_has_request(const char *request)
{
    static const char length[] = "Content-Length: ";
    const char *body = strstr(request, "\r\n\r\n"), *announced = strstr(request, length);
    if (!body)
        return false;
    return !announced || announced > body
        || strlen(body + 4) >= strtoul(announced + strlen(length), NULL, 10);
}

/* Reads up to the empty line, or the end of the body, and returns how many requests the server has
 * seen with this one; 0: the peer is gone. */
static inline int server_read_request(struct server *s, int fd)
{
    char request[SERVER_REQUEST_BYTES];
    size_t len = 0;
    while (len < sizeof request - 1) {
        ssize_t got = read(fd, request + len, sizeof request - 1 - len);
        if (got <= 0)
            return 0;
        len += (size_t)got;
        request[len] = '\0';
        if (server_has_request(request))
            break;
    }
    pthread_mutex_lock(&s->lock);
    memcpy(s->request, request, len + 1);
    int number = ++s->arrived;
    pthread_mutex_unlock(&s->lock);
    return number;
}

static inline bool server_send(struct server *s, int fd, struct span bytes)
{
    while (bytes.len) {
        ssize_t sent = send(fd, bytes.at, bytes.len, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        atomic_fetch_add(&s->sent, sent);
        bytes.at += sent;
        bytes.len -= (size_t)sent;
    }
    return true;
}

static inline void *server_run_connection(void *context)
{
    struct server_connection *c = context;
    c->server->script(c->server, c->fd);
    close(c->fd);
    free(c);
    return NULL;
}

static inline void *server_accept(void *context)
{
    struct server *s = context;
    for (int fd = accept(s->listener, NULL, NULL); fd >= 0; fd = accept(s->listener, NULL, NULL)) {
        int n = atomic_load(&s->connections);
        struct server_connection *c = malloc(sizeof *c);
        if (n == SERVER_CONNECTIONS_MAX || !c)
            abort();
        *c = (struct server_connection){ s, fd };
        if (pthread_create(&s->threads[n], NULL, server_run_connection, c) != 0)
            abort();
        atomic_store(&s->connections, n + 1);
    }
    return NULL;
}

static inline struct server *server_start(server_script *script, const char *reply)
{
    struct server *s = calloc(1, sizeof *s);
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof address;
    if (!s)
        abort();
    s->script = script;
    s->reply = span_of(reply ? reply : "");
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
    s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(s->listener, (struct sockaddr *)&address, sizeof address) < 0
        || listen(s->listener, 16) < 0
        || getsockname(s->listener, (struct sockaddr *)&address, &len) < 0)
        abort();
    s->port = ntohs(address.sin_port);
    snprintf(s->url, sizeof s->url, "http://127.0.0.1:%d/list/?page=secret-query", s->port);
    if (pthread_create(&s->acceptor, NULL, server_accept, s) != 0)
        abort();
    return s;
}

static inline void server_stop(struct server *s)
{
    shutdown(s->listener, SHUT_RDWR);
    pthread_join(s->acceptor, NULL);
    for (int i = 0; i < atomic_load(&s->connections); i++)
        pthread_join(s->threads[i], NULL);
    close(s->listener);
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->changed);
    free(s);
}

/* Answers each request of the connection with the reply, until the peer leaves. */
static inline void script_reply(struct server *s, int fd)
{
    while (server_read_request(s, fd) && server_send(s, fd, s->reply))
        ;
}

/* Answers one request and closes the connection. */
static inline void script_reply_and_close(struct server *s, int fd)
{
    if (server_read_request(s, fd))
        server_send(s, fd, s->reply);
}

/* Answers one request and then says nothing more, until the peer leaves. */
static inline void script_reply_and_stall(struct server *s, int fd)
{
    char byte;
    script_reply_and_close(s, fd);
    while (read(fd, &byte, 1) > 0)
        ;
}
