/* Logarithm, exponential and hyperbolic tangent of floats, off by a few units in the last place.
 *
 * A forecast takes some ten thousand of them. These have no branch, no table and no call, so that a
 * loop over an array becomes vector instructions. Polynomials: Cephes (Moshier), logf and expf. */
#pragma once

#include <stdint.h>
#include <string.h>

/* A function that is worth compiling anew for wider vectors; the one for the processor at hand is
 * chosen when the program is loaded. */
#if defined __x86_64__ && defined __GLIBC__ && defined __GNUC__ && !defined __clang__              \
    && !defined __SANITIZE_ADDRESS__
#define FOR_WIDE_VECTORS __attribute__((target_clones("avx2", "default")))
#else
#define FOR_WIDE_VECTORS
#endif

/* Eight floats or integers that are worked on at once: operators go lane by lane, and a single
 * number meets every lane (GCC and clang, on any processor). Kept in arrays and variables, never
 * handed over by value. */
enum { LANES = 8 };
typedef float float_lanes __attribute__((vector_size(LANES * sizeof(float))));
typedef int32_t int_lanes __attribute__((vector_size(LANES * sizeof(int32_t))));

static inline int32_t bits_of_float(float x)
{
    int32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline float float_of_bits(int32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* Adding and taking away this much leaves a float without its fraction. */
#define ROUNDS_FLOAT 12582912.0F /* 1.5 * 2^23 */

/* Of normal numbers above 0. */
static inline float quick_log(float x)
{
    int32_t half = bits_of_float(x) - 0x3f3504f3; /* from sqrt(1/2) on */
    float exponent = (float)(half >> 23);
    float m = float_of_bits((half & 0x007fffff) + 0x3f3504f3) - 1, square = m * m;
    float p = 7.0376836292e-2F;
    p = p * m - 1.1514610310e-1F;
    p = p * m + 1.1676998740e-1F;
    p = p * m - 1.2420140846e-1F;
    p = p * m + 1.4249322787e-1F;
    p = p * m - 1.6668057665e-1F;
    p = p * m + 2.0000714765e-1F;
    p = p * m - 2.4999993993e-1F;
    p = p * m + 3.3333331174e-1F;
    float low = p * m * square + exponent * -2.12194440e-4F - square / 2;
    return low + m + exponent * 0.693359375F;
}

/* Of what is beyond 87, e^87; below -87, e^-87. */
static inline float quick_exp(float x)
{
    float not_above = x < 87 ? x : 87, kept = not_above > -87 ? not_above : -87;
    float whole = (kept * 1.44269504088896341F + ROUNDS_FLOAT) - ROUNDS_FLOAT;
    float rest = kept - whole * 0.693359375F - whole * -2.12194440e-4F;
    float p = 1.9875691500e-4F;
    p = p * rest + 1.3981999507e-3F;
    p = p * rest + 8.3334519073e-3F;
    p = p * rest + 4.1665795894e-2F;
    p = p * rest + 1.6666665459e-1F;
    p = p * rest + 5.0000001201e-1F;
    return (p * rest * rest + rest + 1) * float_of_bits(((int32_t)whole + 127) * (1 << 23));
}

/* Exact to 1e-7 of 1. */
static inline float quick_tanh(float x)
{
    return 1 - 2 / (quick_exp(2 * x) + 1);
}

static inline void exp_lanes(float_lanes *v)
{
    for (int l = 0; l < LANES; l++)
        (*v)[l] = quick_exp((*v)[l]);
}

static inline void tanh_lanes(float_lanes *v)
{
    for (int l = 0; l < LANES; l++)
        (*v)[l] = quick_tanh((*v)[l]);
}
