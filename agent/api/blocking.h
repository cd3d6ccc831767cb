/* Calls for commands: each is driven to its end before the next one begins.
 *
 * What reads is tried again a few times when the service is ill or busy, as it asks for; what
 * writes is sent once. After a burst of BLOCKING_BURST calls there is one a second, since the
 * account's real traffic shares the limit. */
#pragma once

#include "api/collect.h"
#include "api/usage_call.h"

enum { BLOCKING_BURST = 8 };

struct blocking {
    struct api api;
    int calls; /* made so far */
    mono_ms last_at;

    bool wrote; /* this and the next ones: how the last call ended */
    enum poll_result result;
    struct fault why;
    struct outcome outcome; /* its fault is `why`; of a list: of its last page, status and wait */
};

/* The settings must outlive it. */
MUST_CHECK bool blocking_open(struct blocking *b, const struct account_settings *settings,
                              struct fault *why);
void blocking_close(struct blocking *b); /* every call must be done */

void blocking_forget(struct blocking *b); /* there was no last call */

/* FAULT_REJECT: the API says no, or says nothing of use. FAULT_RETRY: it did not say. What was
 * brought is in `c`, also by a refusal. */
MUST_CHECK bool blocking_call(struct blocking *b, const struct api_request *request,
                              struct api_call *c, struct fault *why);
MUST_CHECK bool blocking_usage(struct blocking *b, const char *url, struct usage_call *u,
                               struct fault *why);
/* Takes the place of the last list in `p`; `known` as in collect_start. */
MUST_CHECK bool blocking_list(struct blocking *b, struct token_set *known, struct poll **p,
                              struct fault *why);
