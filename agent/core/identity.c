/* Copies of texts, one behind the other. */
#include "core/identity.h"

#include "base/xmalloc.h"

static const char *keep(char **at, const char *text)
{
    size_t bytes = strlen(text) + 1;
    const char *kept = memcpy(*at, text, bytes);
    *at += bytes;
    return kept;
}

struct marks *marks_new(const struct identity *is, const char *shown)
{
    bool differs = strcmp(is->name, shown) != 0;
    if (!differs && !is->id[0] && !is->member[0] && !is->masked[0])
        return NULL;
    struct marks *m = xmalloc(sizeof *m + strlen(is->id) + strlen(is->member) + strlen(is->masked)
                              + 3 + (differs ? strlen(is->name) + 1 : 0));
    char *at = m->text;
    m->id = keep(&at, is->id);
    m->member = keep(&at, is->member);
    m->masked = keep(&at, is->masked);
    m->called = differs ? keep(&at, is->name) : NULL;
    return m;
}

struct marks *marks_copy(const struct marks *m)
{
    if (!m)
        return NULL;
    const struct identity is = marks_identity(m, "");
    return marks_new(&is, "");
}

struct identity marks_identity(const struct marks *m, const char *shown)
{
    if (!m)
        return identity_named(shown);
    return (struct identity){ m->id, m->called ? m->called : shown, m->member, m->masked };
}
