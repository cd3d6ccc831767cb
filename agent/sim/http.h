/* A request and its answer as the routes see them, without any HTTP library. */
#pragma once

#include "base/clock.h"
#include "base/text.h"

struct sim_request {
    const char *method;
    const char *target;        /* as sent: percent-encoded path and query */
    const char *authorization; /* NULL: none; holds a secret, never copied or logged */
    struct span body;
    unsigned client_port;
};

/* The bytes of an answer, shared between a cache and the transfers that still send it. */
struct body {
    size_t refs;
    struct text text;
};

struct body *body_new(void); /* one reference, the caller's */
struct body *body_keep(struct body *b);
void body_release(struct body *b); /* NULL is fine */

/* How the bytes of an answer reach the client. */
enum delivery {
    DELIVER_WHOLE,
    DELIVER_DRIP,    /* `at` bytes every `pause_ms` */
    DELIVER_STALL,   /* nothing after `at` bytes, the connection stays open */
    DELIVER_CUT,     /* the connection ends after `at` bytes of the announced length */
    DELIVER_ENDLESS, /* a list that goes on for as long as the client reads */
    DELIVER_NOTHING, /* the connection is closed before any answer */
};

struct sim_answer {
    int status;
    const char *type;  /* media type; NULL: application/json */
    struct body *body; /* owned */
    char *location;    /* owned; NULL: none */
    char *retry_after; /* owned; NULL: none */
    enum delivery delivery;
    size_t at;
    int64_t pause_ms;
};

void answer_done(struct sim_answer *a);

/* Each fills an empty answer; `text` is a whole JSON document. */
void answer_json(struct sim_answer *a, int status, const char *text);
void answer_error(struct sim_answer *a, int status, const char *type, const char *message);
void answer_invalid(struct sim_answer *a, const char *field, const char *words); /* 400 */
void answer_detail(struct sim_answer *a, int status, const char *words);         /* as v3 says it */
void answer_not_found(struct sim_answer *a);
struct text *answer_begin(struct sim_answer *a, int status); /* for writing the body */

/* The value of a parameter of a query, as it was sent; false: not there. */
bool query_value(const char *query, const char *name, struct span *ret);

/* Percent-decodes; '+' is a space in queries. An owned terminated text, or NULL when it is not
 * valid or holds a NUL. */
char *http_decode(struct span encoded, bool query);
