/* SipHash-1-3 (Aumasson, Bernstein: "SipHash: a fast short-input PRF", 2012), a 64-bit hash under a
 * secret key: who does not know the key cannot make bytes that collide. For what others may choose;
 * hash.h is for what they may not. */
#pragma once

#include <stdint.h>

#include "base/span.h"

struct siphash_key {
    uint64_t k0, k1;
};

/* Drawn at random. Aborts where the system has no random numbers. */
struct siphash_key siphash_key_from_system(void);

uint64_t siphash(struct siphash_key key, struct span bytes);
