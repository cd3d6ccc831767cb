/* Secrets and ids as the service makes them: random to look at, and the same for the same seed. */
#pragma once

#include <stdint.h>

enum { SIM_ID_BYTES = 37 }; /* a UUID */

/* An owned signed JSON web token, as keys were until 2026. */
char *secret_web_token(uint64_t seed);

/* An owned key: the prefix, then letters and digits. */
char *secret_key(const char *prefix, uint64_t seed);

void secret_id(uint64_t seed, char out[SIM_ID_BYTES]);

#define INFERENCE_PREFIX "sk-eden-"
#define MANAGE_PREFIX "mgmt-eden-"

/* How many of its first characters a key shows; 0: a web token shows none. */
int secret_prefix_shown(const char *secret);
const char *secret_last4(const char *secret); /* borrowed */
