/* Faults to play on API answers, in the order in which they were asked for. */
#pragma once

#include "sim/http.h"
#include "sim/json.h"

#define LOGIN_PATH "/login/"

enum sim_fault_kind {
    SIM_FAULT_STATUS,
    SIM_FAULT_DELAY,
    SIM_FAULT_DRIP,
    SIM_FAULT_STALL,
    SIM_FAULT_CUT,
    SIM_FAULT_ENDLESS,
    SIM_FAULT_BROKEN_JSON,
    SIM_FAULT_EMPTY_LIST,
    SIM_FAULT_HALF_LIST,
    SIM_FAULT_HTML,
    SIM_FAULT_REDIRECT,
    SIM_FAULT_CLOSE,
    SIM_FAULT_BODY,
    SIM_FAULT_SHIFT,
    SIM_FAULT_KINDS,
};

struct sim_fault {
    enum sim_fault_kind kind;
    int64_t times; /* how often it is still to be played; negative: for ever */
    int64_t after; /* how many matching requests still pass first */
    char *path;    /* shell pattern over the undecoded path; NULL: any */
    char *account; /* by name; NULL: any */
    int64_t status;
    char *retry_after;    /* as the header is to say it; NULL: none */
    int64_t retry_date_s; /* as an HTTP date so far ahead of real time; negative: not so */
    char *location;       /* NULL: LOGIN_PATH */
    char *body;           /* what is answered; %n in it is `played` */
    int64_t by;           /* shift: how many rows before a page have gone; negative: were added */
    int64_t played;       /* answers before this one */
    int64_t bytes;        /* drip: a piece; stall and cut: where; negative: half of the body */
    int64_t ms;           /* delay: how long; drip: between pieces */
    struct sim_fault *next;
};

struct sim_faults {
    struct sim_fault *first;
};

/* Reads one from a control request and adds it at the end. FAULT_REJECT names the member. */
MUST_CHECK bool sim_faults_add(struct sim_faults *list, const struct json *wanted,
                               struct fault *why);

/* The fault to play on this request, counted down; the caller owns it (sim_fault_free). NULL: none.
 * `account` may be NULL: no valid key. */
struct sim_fault *sim_faults_take(struct sim_faults *list, const char *path, const char *account);
void sim_faults_clear(struct sim_faults *list);
void sim_faults_render(const struct sim_faults *list, struct text *out);
void sim_fault_free(struct sim_fault *t);

const char *sim_fault_name(enum sim_fault_kind kind);
int64_t sim_fault_delay_ms(const struct sim_fault *t); /* before anything is answered; NULL: 0 */
size_t sim_fault_list_kept(const struct sim_fault *t,
                           size_t tokens); /* how many of them a list may show; NULL: all */

int64_t sim_fault_shift(const struct sim_fault *t); /* of a page; NULL: 0 */

/* Whether the fault answers instead of the route; then `ret` is filled. */
bool sim_fault_answers(const struct sim_fault *t, struct sim_answer *ret);

/* Bends a finished answer. */
void sim_fault_bend(const struct sim_fault *t, struct sim_answer *a);
