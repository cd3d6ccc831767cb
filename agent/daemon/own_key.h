/* Asking once a day what Ebb's own key may do, and when it ends. */
#pragma once

#include "api/api_call.h"
#include "core/own_key.h"

struct agent;
struct account;

struct own_key_watch {
    struct api_call call;
    struct own_key is; /* as stored */
    mono_ms due;
    uint64_t hash; /* of the key that was asked about */
};

MUST_CHECK bool own_key_open(struct agent *a, struct account *account, struct fault *why);
/* Asks if it is time, a poll was good and the budget has a spare call. */
void own_key_start(struct account *account, mono_ms now);
/* Reads what arrived, and stores it. */
MUST_CHECK bool own_key_turn(struct agent *a, struct account *account, struct fault *why);
mono_ms own_key_deadline(const struct account *account, mono_ms now); /* of a call under way */
bool own_key_is_owed(const struct account *account, mono_ms now);
void own_key_done(struct own_key_watch *w);
