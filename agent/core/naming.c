/* Slugs, globs and the naming convention. */
#include "core/naming.h"

#include <stdint.h>
#include <stdio.h>

#include "base/hash.h"
#include "base/text.h"

enum {
    SUFFIX_DIGITS = 8,
    SUFFIX_BYTES = 1 + SUFFIX_DIGITS, /* "-" and the digits */
    BODY_BYTES = SLUG_BYTES - 1 - SUFFIX_BYTES,
};

static bool is_plain_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'
        || c == '-';
}

static bool is_hex_digit(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* "-" and eight lower-case hex digits at the end: what this program appends. */
static bool ends_like_a_slug(struct span name)
{
    if (name.len < SUFFIX_BYTES)
        return false;
    const char *suffix = name.at + name.len - SUFFIX_BYTES;
    for (int i = 1; i <= SUFFIX_DIGITS; i++)
        if (!is_hex_digit(suffix[i]))
            return false;
    return suffix[0] == '-';
}

static bool is_plain(struct span name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!is_plain_byte(name.at[i]))
            return false;
    return name.len > 0 && name.len < BODY_BYTES;
}

/* The part of a slug that people recognise; each run of foreign bytes is one '-', none at the end.
 */
static size_t slug_body(struct span name, char *out)
{
    size_t len = 0;
    bool after_foreign = false;
    for (size_t i = 0; i < name.len && len < BODY_BYTES; i++) {
        bool plain = is_plain_byte(name.at[i]);
        if (plain || !after_foreign)
            out[len++] = plain ? name.at[i] : '-';
        after_foreign = !plain;
    }
    while (len && out[len - 1] == '-')
        len--;
    return len;
}

void naming_slug(struct span name, char out[SLUG_BYTES])
{
    if (is_plain(name) && !ends_like_a_slug(name)) {
        memcpy(out, name.at, name.len);
        out[name.len] = '\0';
        return;
    }
    size_t len = slug_body(name, out);
    snprintf(out + len, SLUG_BYTES - len, "-%08x", (unsigned)(hash_of(name) >> 32));
}

struct span naming_environment(struct span name)
{
    const char *dash = name.len ? memchr(name.at, '-', name.len) : NULL;
    return (struct span){ name.at, dash ? (size_t)(dash - name.at) : 0 };
}

struct span naming_environment_or_none(struct span name)
{
    struct span found = naming_environment(name);
    return found.len ? found : span_of(NAMING_NONE);
}

/* "-r" and up to six digits at the end, other than nothing at all before them; 0 when there is
 * none. */
static unsigned generation_of(struct span name, size_t *ret_stem)
{
    enum { DIGITS_MAX = 6 };
    unsigned number = 0, unit = 1;
    size_t at = name.len;
    for (; at && name.at[at - 1] >= '0' && name.at[at - 1] <= '9' && name.len - at < DIGITS_MAX;
         at--, unit *= 10)
        number += unit * (unsigned)(name.at[at - 1] - '0');
    bool suffix = at < name.len && at > 2 && name.at[at - 1] == 'r' && name.at[at - 2] == '-';
    *ret_stem = suffix ? at - 2 : name.len;
    return suffix ? number : 0;
}

bool naming_successor(struct span name, int characters_max, char out[NAMING_NAME_BYTES])
{
    size_t stem;
    unsigned generation = generation_of(name, &stem);
    int len = stem < NAMING_NAME_BYTES ? snprintf(out, NAMING_NAME_BYTES, "%.*s-r%u", (int)stem,
                                                  name.at, generation ? generation + 1 : 2)
                                       : NAMING_NAME_BYTES;
    if (len >= NAMING_NAME_BYTES)
        return false;
    return utf8_characters(span_of(out)) <= characters_max;
}

/* Without what a rotation put at its end. */
static struct span stem_of(struct span name)
{
    struct span stem = name;
    generation_of(name, &stem.len);
    return stem;
}

/* What follows the first '-'; empty when there is none. */
static struct span after_dash(struct span name)
{
    struct span first = naming_environment(name);
    bool has_dash = name.len > first.len && name.at[first.len] == '-';
    size_t skipped = has_dash ? first.len + 1 : name.len;
    return (struct span){ name.at + skipped, name.len - skipped };
}

struct span naming_project(struct span name)
{
    struct span rest = after_dash(stem_of(name));
    bool goes_on = rest.len && memchr(rest.at, '-', rest.len);
    return goes_on ? naming_environment(rest) : rest;
}

struct span naming_purpose(struct span name)
{
    return after_dash(after_dash(stem_of(name)));
}
