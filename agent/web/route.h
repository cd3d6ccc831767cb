/* The contract between a route and the floor that serves it.
 *
 * To add one: a file agent/web/route_NAME.c with the function, its row in routes.c, its prototype
 * below, a line in docs/http.md (a test compares). The function must be quick, 5 ms at most: what
 * takes longer it gives in pieces.
 *
 *     bool route_spend(const struct asked *q, struct answer *a, struct fault *why)
 *     {
 *         const char *by = asked_parameter(q, "by");
 *         if (by && !is_dimension(by))
 *             return answer_refuse(a, 400, "by: one of account, token, day");
 *         a->type = "text/html; charset=utf-8";
 *         return spend_page(q->store, q->now, by, &a->body, why); // a view, into a writer
 *     }
 *
 * What takes longer before its first byte is known, because it has to be loaded and sorted whole,
 * or gets an ETag, is done in steps: fill a->work. `step` is called turn after turn, at most a few
 * milliseconds each, until it says that there is no more; only then the answer counts. No client is
 * waited for meanwhile, so a statement may stay open between two steps.
 *
 * In pieces: fill a->pieces instead of (or after) writing to a->body. `next` is called whenever the
 * client has taken what it was given, and never while it has not, so no more than one piece is ever
 * held for a slow reader; a piece is about 16 to 64 KiB and at most a few milliseconds of work. It
 * may write nothing (it is called again) as long as it says that there is more. No statement of the
 * database may be open between two calls: load rows, close, then write them out. */
#pragma once

#include "base/clock.h"
#include "base/fault.h"
#include "base/span.h"
#include "core/live.h"
#include "view/writer.h"

enum { ASKED_SEGMENTS_MAX = 8, ASKED_PARAMETERS_MAX = 32 };

struct store;
struct http_settings;
struct settings;

struct asked_parameter {
    const char *name, *value; /* decoded, "" where there was none; UTF-8 without NUL */
};

/* A request. All of it is borrowed, and lives until the answer was given in full. */
struct asked {
    struct store *store; /* for reading */
    unix_s now;
    const struct settings *settings;  /* the configuration; NULL: there is none */
    const struct http_settings *http; /* how this is served, with or without one */
    const struct live *live; /* NULL: nothing runs beside the database; for this call alone */
    const char *path;        /* decoded, for people; never to be taken apart */
    const char *segments[ASKED_SEGMENTS_MAX]; /* decoded: what stands for each {} of the pattern */
    size_t segment_count;
    struct asked_parameter parameters[ASKED_PARAMETERS_MAX]; /* in the order of the request */
    size_t parameter_count;
    const char *accept; /* the header; "" when there is none */
};

/* The first parameter of that name, decoded; NULL: it was not given. */
const char *asked_parameter(const struct asked *q, const char *name);

/* What is to be sent. Starts as 200 with an empty body in memory. */
struct answer {
    int status;
    const char *type;   /* Content-Type; NULL: text/plain; charset=utf-8 */
    char etag[64];      /* with its quotes; "": nobody may keep the answer. When the client has this
                           one already, the body is dropped and 304 is sent */
    bool lasts;         /* the address names the content: a browser may keep the answer for good */
    char location[256]; /* for a redirection, percent-encoded; "" */
    const char *download; /* a file name, [A-Za-z0-9._-], to be saved instead of shown; NULL */
    struct writer body;   /* in memory; all of the body, or its beginning */
    struct text link;     /* the value of a header Link; empty: none */
    bool is_api;          /* refusals are JSON (RFC 9457), not words */
    struct answer_work {  /* what is left to do before anything is sent; NULL: nothing */
        bool (*step)(void *state, struct answer *a, bool *ret_more, struct fault *why);
        void (*done)(void *state); /* always called, once */
        void *state;
    } work;
    struct answer_pieces { /* the rest of it; NULL: there is none */
        bool (*next)(void *state, struct writer *out, bool *ret_more, struct fault *why);
        size_t (*bytes)(const void *state); /* that are held meanwhile; NULL: hardly any */
        void (*done)(void *state);          /* always called, once */
        void *state;
    } pieces;
};

/* A refusal in plain words: replaces what the body holds. Returns true, so that a route can end
 * with it. */
bool answer_refuse(struct answer *a, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

struct route {
    const char *path; /* "/token/{account}/{token}": {} stands for one segment, whatever is in it */
    const char *help; /* one line */
    /* False: it could not be read; 503 is sent, and the log says why. */
    bool (*answer)(const struct asked *q, struct answer *a, struct fault *why);
};

/* All of them, ended by one without a path; the first that fits is taken. */
extern const struct route routes[];

bool route_home(const struct asked *q, struct answer *a, struct fault *why);
bool route_token(const struct asked *q, struct answer *a, struct fault *why);
bool route_alerts(const struct asked *q, struct answer *a, struct fault *why);
bool route_accounts(const struct asked *q, struct answer *a, struct fault *why);
bool route_spend(const struct asked *q, struct answer *a, struct fault *why);
bool route_spend_csv(const struct asked *q, struct answer *a, struct fault *why);
bool route_asset(const struct asked *q, struct answer *a, struct fault *why);
bool route_healthy(const struct asked *q, struct answer *a, struct fault *why);
bool route_ready(const struct asked *q, struct answer *a, struct fault *why);
bool route_metrics(const struct asked *q, struct answer *a, struct fault *why);
bool route_api_accounts(const struct asked *q, struct answer *a, struct fault *why);
bool route_api_tokens(const struct asked *q, struct answer *a, struct fault *why);
bool route_api_token(const struct asked *q, struct answer *a, struct fault *why);
bool route_api_credits(const struct asked *q, struct answer *a, struct fault *why);
bool route_api_history(const struct asked *q, struct answer *a, struct fault *why);
bool route_api_credits_history(const struct asked *q, struct answer *a, struct fault *why);
bool route_api_alerts(const struct asked *q, struct answer *a, struct fault *why);
bool route_api_events(const struct asked *q, struct answer *a, struct fault *why);
bool route_api_report(const struct asked *q, struct answer *a, struct fault *why);
bool route_api_openapi(const struct asked *q, struct answer *a, struct fault *why);
