/* SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014). */
#include "base/random.h"

#include <sys/random.h>

struct random random_seeded(uint64_t seed)
{
    return (struct random){ seed };
}

struct random random_from_system(void)
{
    struct random r = { UINT64_C(0x9e3779b97f4a7c15) };
    if (getrandom(&r.state, sizeof r.state, 0) != (long)sizeof r.state)
        r.state ^= (uint64_t)(uintptr_t)&r; /* stack address: enough to spread jitter */
    return r;
}

uint64_t random_next(struct random *r)
{
    uint64_t z = r->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

void random_skip(struct random *r, uint64_t n)
{
    r->state += n * UINT64_C(0x9e3779b97f4a7c15);
}

double random_unit(struct random *r)
{
    return (double)(random_next(r) >> 11) * 0x1p-53;
}
