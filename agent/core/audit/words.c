/* Patterns and names are folded to lower-case ASCII first: everybody reads `Prod` as production. */
#include "core/audit/words.h"

#include "core/naming.h"

enum { FOLDED_BYTES = NAME_BYTES_MAX + 1, GENERATION_DIGITS_MAX = 6 };

static void fold(struct span text, char out[FOLDED_BYTES])
{
    size_t len = text.len < FOLDED_BYTES - 1 ? text.len : FOLDED_BYTES - 1;
    for (size_t i = 0; i < len; i++)
        out[i] =
            text.at[i] >= 'A' && text.at[i] <= 'Z' ? (char)(text.at[i] - 'A' + 'a') : text.at[i];
    out[len] = '\0';
}

static struct span trimmed(struct span s)
{
    for (; s.len && *s.at == ' '; s.at++)
        s.len--;
    while (s.len && s.at[s.len - 1] == ' ')
        s.len--;
    return s;
}

bool audit_matches(const char *patterns, struct span name)
{
    char pattern[FOLDED_BYTES], folded[FOLDED_BYTES];
    fold(name, folded);
    for (const char *p = patterns; p && *p;) {
        size_t len = strcspn(p, ",");
        fold(trimmed((struct span){ p, len }), pattern);
        if (*pattern && naming_matches(pattern, span_of(folded)))
            return true;
        p += len + (p[len] == ',');
    }
    return false;
}

static bool is_of_a_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
        || (unsigned char)c >= 0x80;
}

bool audit_has_word(const char *patterns, struct span name, struct span *ret)
{
    for (size_t i = 0; i < name.len;) {
        size_t start = i;
        while (i < name.len && is_of_a_word(name.at[i]))
            i++;
        struct span word = { name.at + start, i - start };
        if (word.len && audit_matches(patterns, word)) {
            *ret = word;
            return true;
        }
        i += i == start;
    }
    return false;
}

struct span audit_stem(struct span name, int64_t *ret_generation)
{
    size_t at = name.len;
    int64_t generation = 0;
    *ret_generation = 1;
    while (at > 0 && name.at[at - 1] >= '0' && name.at[at - 1] <= '9')
        at--;
    size_t digits = name.len - at;
    if (digits == 0 || digits > GENERATION_DIGITS_MAX || at < 3 || name.at[at - 1] != 'r'
        || name.at[at - 2] != '-')
        return name;
    for (size_t i = at; i < name.len; i++)
        generation = generation * 10 + (name.at[i] - '0');
    if (generation < 2)
        return name;
    *ret_generation = generation;
    return (struct span){ name.at, at - 2 };
}

bool audit_is_conventional(struct span name)
{
    int64_t generation;
    struct span stem = audit_stem(name, &generation);
    size_t parts = 0, len = 0;
    for (size_t i = 0; i <= stem.len; i++) {
        if (i < stem.len && stem.at[i] != '-') {
            if ((unsigned char)stem.at[i] <= ' ')
                return false;
            len++;
            continue;
        }
        if (len == 0)
            return false;
        parts++;
        len = 0;
    }
    return parts >= 3;
}
