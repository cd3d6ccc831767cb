/* A handful for each account: searched one by one. */
#include "sim/manage_keys.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/xmalloc.h"

struct manage_key *manage_key_add(struct manage_keys *keys, const char *name, const char *secret,
                                  uint64_t seed)
{
    struct manage_key *k = xcalloc(1, sizeof *k);
    seed = hash_mix(hash_add(seed, span_of(name)) ^ ++keys->created);
    k->name = xstrdup(name);
    k->secret = secret ? xstrdup(secret) : secret_key(MANAGE_PREFIX, seed);
    k->expires = TIME_NONE;
    secret_id(~seed, k->id);
    keys->rows = xrealloc(keys->rows, keys->count + 1, sizeof *keys->rows);
    keys->rows[keys->count++] = k;
    return k;
}

struct manage_key *manage_key_with_secret(const struct manage_keys *keys, struct span secret)
{
    for (size_t i = 0; i < keys->count; i++)
        if (span_is(secret, keys->rows[i]->secret))
            return keys->rows[i];
    return NULL;
}

struct manage_key *manage_key_with_id(const struct manage_keys *keys, const char *id)
{
    for (size_t i = 0; i < keys->count; i++)
        if (strcmp(keys->rows[i]->id, id) == 0)
            return keys->rows[i];
    return NULL;
}

struct manage_key *manage_key_named(const struct manage_keys *keys, const char *name)
{
    for (size_t i = 0; i < keys->count; i++)
        if (strcmp(keys->rows[i]->name, name) == 0)
            return keys->rows[i];
    return NULL;
}

void manage_keys_done(struct manage_keys *keys)
{
    for (size_t i = 0; i < keys->count; i++) {
        free(keys->rows[i]->name);
        free(keys->rows[i]->secret);
        free(keys->rows[i]);
    }
    free(keys->rows);
    *keys = (struct manage_keys){ 0 };
}

static const struct scope_row {
    const char *word, *full;
    unsigned grants, is;
} scopes[] = {
    { "read", "manage:read", SCOPE_READ, SCOPE_READ },
    { "write", "manage:write", SCOPE_READ | SCOPE_WRITE, SCOPE_WRITE },
    { "mint", "manage:mint", SCOPE_MINT, SCOPE_MINT },
};

bool manage_scope_named(struct span word, unsigned *ret)
{
    for (size_t i = 0; i < COUNT(scopes); i++)
        if (span_is(word, scopes[i].word) || span_is(word, scopes[i].full)) {
            *ret = span_is(word, scopes[i].full) ? scopes[i].is : scopes[i].grants;
            return true;
        }
    return false;
}

void manage_scopes_add(struct text *out, unsigned has)
{
    bool first = true;
    text_addf(out, "[");
    for (size_t i = 0; i < COUNT(scopes); i++)
        if (has & scopes[i].is) {
            text_addf(out, "%s\"%s\"", first ? "" : ",", scopes[i].full);
            first = false;
        }
    text_addf(out, "]");
}
