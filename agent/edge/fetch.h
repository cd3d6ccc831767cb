/* libcurl: transfers with limits, many at once, in one wait.
 *
 * Promises: HTTPS is verified, TLS 1.2 or newer; plain http only to a loopback address; no redirect
 * is followed, so no other host ever sees the key; no proxy from the environment, no cookies, no
 * netrc. A body is handed over in pieces and at most FETCH_WINDOW_BYTES of it are held: a slow
 * reader pauses the transfer. fetch_wait is the only place of the daemon that waits. Names are
 * resolved by a thread of the library. Callbacks only record. A request that writes goes out at
 * most once, on a connection of its own: the library repeats what a stale connection swallowed. */
#pragma once

#include <poll.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/span.h"
#include "base/text.h"

enum { FETCH_WINDOW_BYTES = 256 * 1024 };

struct fetch;
struct transfer;

enum method { METHOD_GET, METHOD_POST, METHOD_PATCH, METHOD_DELETE, METHODS };

const char *method_name(enum method method); /* "GET", ... */

struct request {
    const char *account; /* for fault texts */
    const char *url;     /* absolute; its path goes out as it is, dots and all */
    enum method method;
    struct span body; /* JSON, for METHOD_POST and METHOD_PATCH; copied */
    const char *key;  /* bearer; never in a fault text; wiped after use */
    int64_t connect_timeout_s;
    int64_t timeout_s;      /* whole transfer; also less than 1 byte/s for a third of it ends it */
    int64_t body_bytes_max; /* a longer body is a fault */
    bool compression;
};

enum transfer_end {
    TRANSFER_ANSWERED, /* a complete answer: see status */
    TRANSFER_FAILED,   /* network or limit: see why */
};

struct outcome {
    enum transfer_end end;
    bool sent;             /* the request, or a part of it, went out */
    int status;            /* HTTP status, 0 when none came */
    int64_t retry_after_s; /* lower bound the server asks for; 0: none. A date is turned into
                              seconds by `now` */
    bool json;             /* Content-Type says JSON */
    int64_t bytes;         /* body bytes received, inflated */
    int64_t took_ms;
    struct fault why; /* TRANSFER_FAILED: FAULT_RETRY, or FAULT_REJECT when a size limit was hit */
};

/* Adds the absolute URL that `reference` means within an answer to `base`: a URL, a path, a query.
 * False: it is none, or is of another origin, where no key may go. */
MUST_CHECK bool fetch_resolve(const char *base, const char *reference, struct text *ret);

MUST_CHECK bool fetch_open(int parallel_max, struct fetch **ret, struct fault *why);
void fetch_close(struct fetch *f); /* ends all transfers; accepts NULL */

/* Starts a request; more than parallel_max wait their turn inside. The transfer is owned by the
 * caller and must be freed before fetch_close. FAULT_REJECT: a URL or a key that is not allowed. */
MUST_CHECK bool fetch_start(struct fetch *f, const struct request *request, struct transfer **ret,
                            struct fault *why);

/* Moves all transfers, then waits for them, for the `others` (at most 16; an fd of -1 is ignored;
 * revents is filled) or for the deadline, whichever is first. Returns early on anything.
 * FAULT_FATAL. */
MUST_CHECK bool fetch_wait(struct fetch *f, struct pollfd *others, size_t count, int64_t timeout_ms,
                           struct fault *why);

/* Whether the last fetch_wait brought bytes, or the end of a transfer. */
bool fetch_has_news(const struct fetch *f);

/* The body bytes that arrived since the last take; they live until the next fetch_wait. Resumes a
 * paused transfer. */
struct span transfer_take(struct transfer *t);

/* Whether no more bytes will come. The last ones may still be there to take; free the transfer
 * after them. `ret` is what is known so far, and final once over. */
bool transfer_over(const struct transfer *t, unix_s now, struct outcome *ret);

void transfer_free(struct transfer *t); /* aborts it if need be; accepts NULL */
