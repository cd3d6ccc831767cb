/* A call of the consumption endpoint: may be many megabytes, of which only the lines stay. */
#pragma once

#include "api/api_call.h"
#include "core/usage.h"

struct usage_call {
    struct api_call call;
    struct usage_book book; /* believed once the call has ended with POLL_OK */
    size_t elements_read;   /* that name a payer */
    size_t keys, refused;   /* of tokens that were asked with, and that were not accepted */
};

/* Asks; how the answer is taken in is its own business. Forgets what the call was before. */
void usage_call_ask(struct usage_call *u, struct api *api, const struct api_request *request);

/* Reads what arrived; true once the call has ended. */
bool usage_call_turn(struct usage_call *u);
void usage_call_done(struct usage_call *u);
