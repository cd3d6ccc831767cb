/* A small reproducible generator (SplitMix64) for jitter and simulation. Not for secrets. */
#pragma once

#include <stdint.h>

struct random {
    uint64_t state;
};

struct random random_seeded(uint64_t seed);
struct random random_from_system(void); /* a different one in each process */
uint64_t random_next(struct random *r);
void random_skip(struct random *r, uint64_t n); /* as if n numbers had been drawn */
double random_unit(struct random *r);           /* [0, 1) */
