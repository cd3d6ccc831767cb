/* Faults to play on API answers, in the order in which they were asked for. */
#pragma once

#include "sim/http.h"
#include "sim/json.h"

#define LOGIN_PATH "/login/"

enum trouble_kind {
    TROUBLE_STATUS,
    TROUBLE_DELAY,
    TROUBLE_DRIP,
    TROUBLE_STALL,
    TROUBLE_CUT,
    TROUBLE_ENDLESS,
    TROUBLE_BROKEN_JSON,
    TROUBLE_EMPTY_LIST,
    TROUBLE_HALF_LIST,
    TROUBLE_HTML,
    TROUBLE_REDIRECT,
    TROUBLE_CLOSE,
    TROUBLE_BODY,
    TROUBLE_KINDS,
};

struct trouble {
    enum trouble_kind kind;
    int64_t times;      /* how often it is still to be played; negative: for ever */
    int64_t after;      /* how many matching requests still pass first */
    char *path;         /* shell pattern over the undecoded path; NULL: any */
    char *account;      /* by name; NULL: any */
    int64_t status;
    char *retry_after;    /* as the header is to say it; NULL: none */
    int64_t retry_date_s; /* as an HTTP date so far ahead of real time; negative: not so */
    char *location;       /* NULL: LOGIN_PATH */
    char *body;           /* what is answered; %n in it is `played` */
    int64_t played;       /* answers before this one */
    int64_t bytes;      /* drip: a piece; stall and cut: where; negative: half of the body */
    int64_t ms;         /* delay: how long; drip: between pieces */
    struct trouble *next;
};

struct troubles {
    struct trouble *first;
};

/* Reads one from a control request and adds it at the end. FAULT_REJECT names the member. */
MUST_CHECK bool troubles_add(struct troubles *list, const struct json *wanted, struct fault *why);

/* The fault to play on this request, counted down; the caller owns it (trouble_free). NULL: none. `account` may be
 * NULL: no valid key. */
struct trouble *troubles_take(struct troubles *list, const char *path, const char *account);
void troubles_clear(struct troubles *list);
void troubles_render(const struct troubles *list, struct text *out);
void trouble_free(struct trouble *t);

const char *trouble_name(enum trouble_kind kind);
int64_t trouble_delay_ms(const struct trouble *t); /* before anything is answered; NULL: 0 */
size_t trouble_list_kept(const struct trouble *t, size_t tokens); /* how many of them a list may show; NULL: all */

/* Whether the fault answers instead of the route; then `ret` is filled. */
bool trouble_answers(const struct trouble *t, struct answer *ret);

/* Bends a finished answer. */
void trouble_bend(const struct trouble *t, struct answer *a);
