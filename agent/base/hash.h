/* A 64-bit hash (FNV-1a with a final mix) for look-up tables and short name suffixes. Not for
 * security. */
#pragma once

#include <stdint.h>

#include "base/span.h"

#define HASH_START UINT64_C(0xcbf29ce484222325)

/* Continues `state` over more bytes; hash_mix ends it. */
static inline uint64_t hash_add(uint64_t state, struct span bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        state = (state ^ (unsigned char)bytes.at[i]) * UINT64_C(0x100000001b3);
    return state;
}

static inline uint64_t hash_mix(uint64_t state)
{
    state ^= state >> 33;
    state *= UINT64_C(0xff51afd7ed558ccd);
    state ^= state >> 33;
    return state;
}

static inline uint64_t hash_of(struct span bytes)
{
    return hash_mix(hash_add(HASH_START, bytes));
}
