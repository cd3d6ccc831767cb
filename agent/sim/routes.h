/* From a request to its answer: the table of endpoints, who may call them, and the order of checks.
 */
#pragma once

#include "sim/http.h"
#include "sim/json.h"
#include "sim/world.h"

/* A request on its way: `trouble` is owned and may be NULL. Starts with route_begin, ends with
 * route_done. */
struct visit {
    struct sim_fault *sim_fault;
    uint64_t log_number;
};

/* Logs the request and picks the fault to play; returns how long to wait before route_answer. */
int64_t route_begin(struct world *w, const struct sim_request *request, struct visit *ret);
void route_answer(struct world *w, const struct sim_request *request, struct visit *visit,
                  struct sim_answer *ret);
void route_done(struct visit *visit);

/* What a handler is given. All borrowed. */
struct call {
    struct world *world;
    const struct sim_request *request;
    struct tenant *tenant; /* NULL under /control/ */
    struct sim_account *account;
    struct sim_token *caller;  /* NULL: the main key, or a management key */
    struct manage_key *manage; /* NULL: another kind of key */
    const char *name;          /* {name} or {id} of the path, decoded; "" when it has none */
    const char *query;         /* undecoded; "" */
    const struct sim_fault *sim_fault; /* may hide or shift rows of a list; NULL: none */
    unix_s now;
};

/* The body as a JSON object, or an answer that says why not. */
bool route_body(const struct call *c, struct json **ret_body, struct sim_answer *ret);

/* The one typedef: a table row and six prototypes share it. */
typedef void route_handler(const struct call *c, struct sim_answer *ret);

/* token_api.c */
route_handler tokens_list, tokens_create, token_show, token_change, token_delete, token_rotate,
    token_me;
/* manage_api.c */
route_handler keys_list, keys_create, key_show, key_change, key_revoke, key_rotate;
/* manage_self.c */
route_handler whoami_show, members_list, auth_keys_list, auth_keys_create, auth_key_revoke;
/* money_api.c */
route_handler credits_show, consumption_show, usage_show, key_usage_show;
/* chat_api.c */
route_handler chat_complete;
/* control.c */
route_handler control_state, control_token, control_clock, control_fault, control_fault_clear,
    control_requests, control_setting, control_key;
