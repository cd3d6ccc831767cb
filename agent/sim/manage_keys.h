/* Management keys of an account: what may ask under /v3/manage/, and for what. */
#pragma once

#include "base/clock.h"
#include "base/span.h"
#include "base/text.h"
#include "sim/secret.h"

enum manage_scope { SCOPE_READ = 1, SCOPE_WRITE = 2, SCOPE_MINT = 4 };

struct manage_key {
    char id[SIM_ID_BYTES];
    char *name, *secret;
    unsigned scopes; /* of enum manage_scope; an issuer has SCOPE_MINT alone */
    unix_s expires;  /* TIME_NONE: never */
    bool revoked;
};

struct manage_keys {
    struct manage_key **rows; /* in the order of creation */
    size_t count;
    uint64_t created;
};

/* The texts are copied; `secret` NULL: made up from the seed. */
struct manage_key *manage_key_add(struct manage_keys *keys, const char *name, const char *secret,
                                  uint64_t seed);
struct manage_key *manage_key_with_secret(const struct manage_keys *keys, struct span secret);
struct manage_key *manage_key_with_id(const struct manage_keys *keys, const char *id);
struct manage_key *manage_key_named(const struct manage_keys *keys, const char *name);
void manage_keys_done(struct manage_keys *keys);

/* "read", "write" (which reads, too), "mint", or the same after "manage:"; false: no such scope. */
bool manage_scope_named(struct span word, unsigned *ret);
void manage_scopes_add(struct text *out, unsigned scopes); /* as a JSON array */
