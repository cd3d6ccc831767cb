/* What a key shows of itself: its prefix and its last four characters. */
#include "sim/secret.h"

#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "base/xmalloc.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* As long as the real ones: they make up most of a list's bytes. */
char *secret_web_token(uint64_t seed)
{
    static const char head[] = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.";
    enum { BODY_BYTES = 120, SIGN_BYTES = 43 };

    struct random r = random_seeded(seed);
    char *secret = xmalloc(sizeof head + BODY_BYTES + 1 + SIGN_BYTES);
    char *at = secret + sprintf(secret, "%s", head);
    for (size_t i = 0; i < BODY_BYTES + 1 + SIGN_BYTES; i++)
        *at++ = i == BODY_BYTES ? '.' : letters[random_next(&r) & 63];
    *at = '\0';
    return secret;
}

char *secret_key(const char *prefix, uint64_t seed)
{
    enum { KEY_BYTES = 48, PLAIN_LETTERS = 62 };

    struct random r = random_seeded(seed);
    char *secret = xmalloc(strlen(prefix) + KEY_BYTES + 1);
    char *at = secret + sprintf(secret, "%s", prefix);
    for (size_t i = 0; i < KEY_BYTES; i++)
        *at++ = letters[random_next(&r) % PLAIN_LETTERS];
    *at = '\0';
    return secret;
}

/* Version 4, as random ones say of themselves. */
void secret_id(uint64_t seed, char out[SIM_ID_BYTES])
{
    struct random r = random_seeded(seed);
    uint64_t a = random_next(&r), b = random_next(&r);
    snprintf(out, SIM_ID_BYTES, "%08x-%04x-4%03x-%04x-%012llx", (unsigned)(a >> 32),
             (unsigned)(a >> 16 & 0xffff), (unsigned)(a & 0xfff),
             (unsigned)(b >> 48 & 0x3fff) | 0x8000u, (unsigned long long)(b & 0xffffffffffff));
}

int secret_prefix_shown(const char *secret)
{
    enum { SHOWN = sizeof INFERENCE_PREFIX - 1 + 4 };
    return strncmp(secret, INFERENCE_PREFIX, strlen(INFERENCE_PREFIX)) == 0
            && strlen(secret) >= 2 * SHOWN
        ? SHOWN
        : 0;
}

const char *secret_last4(const char *secret)
{
    size_t len = strlen(secret);
    return len > 4 ? secret + len - 4 : secret;
}
