/* One round for each eight bytes, three at the end. */
#include "base/siphash.h"

#include <endian.h>
#include <stdlib.h>
#include <sys/random.h>

struct sip {
    uint64_t v0, v1, v2, v3;
};

static uint64_t rotate(uint64_t x, int bits)
{
    return x << bits | x >> (64 - bits);
}

static void stir(struct sip *s)
{
    s->v0 += s->v1;
    s->v2 += s->v3;
    s->v1 = rotate(s->v1, 13) ^ s->v0;
    s->v3 = rotate(s->v3, 16) ^ s->v2;
    s->v0 = rotate(s->v0, 32);
    s->v2 += s->v1;
    s->v0 += s->v3;
    s->v1 = rotate(s->v1, 17) ^ s->v2;
    s->v3 = rotate(s->v3, 21) ^ s->v0;
    s->v2 = rotate(s->v2, 32);
}

static void add_word(struct sip *s, uint64_t word)
{
    s->v3 ^= word;
    stir(s);
    s->v0 ^= word;
}

static uint64_t word_at(const char *at, size_t len)
{
    uint64_t word = 0;
    memcpy(&word, at, len);
    return le64toh(word);
}

struct siphash_key siphash_key_from_system(void)
{
    struct siphash_key key;
    if (getrandom(&key, sizeof key, 0) != (long)sizeof key)
        abort();
    return key;
}

uint64_t siphash(struct siphash_key key, struct span bytes)
{
    struct sip s = { key.k0 ^ UINT64_C(0x736f6d6570736575), key.k1 ^ UINT64_C(0x646f72616e646f6d),
                     key.k0 ^ UINT64_C(0x6c7967656e657261), key.k1 ^ UINT64_C(0x7465646279746573) };
    const char *at = bytes.at;
    size_t left = bytes.len;
    for (; left >= sizeof(uint64_t); at += sizeof(uint64_t), left -= sizeof(uint64_t))
        add_word(&s, word_at(at, sizeof(uint64_t)));
    add_word(&s, word_at(at, left) | (uint64_t)bytes.len << 56);
    s.v2 ^= 0xff;
    for (int i = 0; i < 3; i++)
        stir(&s);
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
