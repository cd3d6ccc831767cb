/* The library behind this edge, as far as the rest of it needs to know. */
#pragma once

#include <sys/types.h>

#include "edge/serve/exchange.h"

struct http;

MUST_CHECK bool http_open(struct server *s, const struct serve_options *o, struct http **ret,
                          struct fault *why);
void http_close(struct http *h); /* nothing may be suspended; accepts NULL */

int http_fd(const struct http *h);                        /* readable when http_run is due */
mono_ms http_deadline(const struct http *h, mono_ms now); /* or when this is */
void http_run(struct http *h);

/* Hands a connection over; false: it was refused, and its socket is closed. */
bool http_admit(struct http *h, struct client *c);

void http_suspend(struct MHD_Connection *c);
void http_resume(struct MHD_Connection *c);

/* An answer of the server's own, to a request that nobody is to see. */
struct refusal {
    unsigned status;
    const char *header, *value; /* one more; NULL */
    const char *words;
};
bool http_refuse(struct MHD_Connection *c, const struct refusal *because);

/* Queues the answer whose body body_room hands out. */
bool http_answer(struct exchange *x, const struct serve_head *head);

const char *http_header(struct MHD_Connection *c, const char *name); /* NULL: not sent */
int http_count_header(struct MHD_Connection *c, const char *name);
/* Of the header Authorization; copies, to be wiped. False: there is none. */
bool http_login(struct MHD_Connection *c, char **ret_name, char **ret_password);

/* ---- what the library's callbacks are handed to, in serve.c ---- */

enum { ROOM_LATER = 0, ROOM_END = -1, ROOM_CUT = -2 };

struct exchange *request_begin(struct server *s, struct MHD_Connection *c, struct client *client,
                               const char *target);
const struct refusal *request_head(struct exchange *x, const char *method,
                                   const char *version); /* NULL: go on */
bool request_whole(struct exchange *x);                  /* false: close the connection */
void request_over(struct exchange *x);
ssize_t body_room(struct exchange *x, char *out, size_t room); /* bytes, or ROOM_... */
void client_gone(struct server *s, struct client *c);
