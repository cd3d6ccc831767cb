/* libmicrohttpd: a small web server for whoever turns a loop; one descriptor, no thread.
 *
 * Promises: GET and HEAD only, nothing a client sends changes anything; a host name that is not
 * ours is refused (DNS rebinding), and so is a client without a login where one is asked for; every
 * answer carries the headers that keep a browser from doing harm with it. Clients, header bytes,
 * time and bytes queued are bounded: one that is idle, slow or silent costs its connection, never
 * the loop's time. Callbacks only record: whoever answers pulls with serve_next.
 *
 * An exchange is a request and its answer. Once handed out it is the caller's to answer, at once or
 * turns later; it lives until serve_next hands it out as over, or until serve_close. */
#pragma once

#include <poll.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/text.h"

enum {
    SERVE_PORT = 5322,            /* where no port is configured */
    SERVE_PIECE_BYTES = 64 << 10, /* about what a piece of an answer should be, and not much more */
};

struct serve_options {
    const char *listen; /* "127.0.0.1:5322, [::1]:5322": addresses, by comma and blank */
    const char *hosts; /* names by which clients may call us beside addresses and localhost; NULL */
    const char *logins;     /* lines of NAME:BCRYPT; NULL: everybody may read */
    const char *cert, *key; /* PEM texts; NULL: no TLS */
};

struct server;
struct exchange;

/* Copies the options. FAULT_FATAL: an address cannot be had, or a certificate is none; says what to
 * do. */
MUST_CHECK bool serve_open(const struct serve_options *o, struct server **ret, struct fault *why);

/* Ends all connections, whatever is open, and forgets all exchanges; what hangs on them is the
 * caller's still. Accepts NULL. */
void serve_close(struct server *s);

/* Adds the one descriptor to wait for, and returns when serve_turn is due at the latest. */
mono_ms serve_prepare(struct server *s, mono_ms now, struct pollfd *ret);

/* Accepts, reads, writes, and ends what takes too long. */
void serve_turn(struct server *s, mono_ms now);

/* Bytes of answers that wait for clients to take them. */
size_t serve_queued(const struct server *s);

enum serve_event {
    SERVE_NOTHING, /* no exchange wants anything now */
    SERVE_ASKED,   /* a request is here: serve_answer */
    SERVE_ROOM,    /* there is room for the next piece: serve_add, or serve_cut */
    SERVE_OVER,    /* sent or given up; release what hangs on it, then serve_forget */
};

/* The next exchange that wants something: whose answer was begun before whose was not, and then in
 * the order of their coming, address by address. */
enum serve_event serve_next(struct server *s, struct exchange **ret);

/* What whoever answers hangs on an exchange; NULL at first. */
void **exchange_answering(struct exchange *x);

/* As the client sent it, percent-encoded: "/token/main/a%2Fb?since=7d". Borrowed. */
const char *exchange_target(const struct exchange *x);
const char *exchange_header(const struct exchange *x, const char *name); /* NULL: not sent */

struct serve_head {
    int status;
    const char *type;     /* Content-Type */
    const char *etag;     /* with quotes; NULL: none, and then nobody may keep the answer */
    bool lasts;           /* its address names its content: a browser may keep it for good */
    const char *location; /* of a redirection; NULL */
    const char *link;     /* Link: other pages of a list; NULL */
    int retry_after_s;    /* of a refusal that does not last; 0: none */
    const char *download; /* a file name of plain characters, to be saved and not shown; NULL */
};

/* Begins the answer. The body is `body`, taken over and left empty; `more`: only its beginning, and
 * each SERVE_ROOM is to be answered by serve_add or serve_cut. */
void serve_answer(struct exchange *x, const struct serve_head *head, struct text *body, bool more);
/* Takes a piece over, which may be empty. */
void serve_add(struct exchange *x, struct text *piece, bool more);
void serve_cut(
    struct exchange *x); /* no more, and the client has to see that something is missing */
void serve_forget(struct exchange *x);
