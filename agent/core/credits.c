#include "core/credits.h"

static const char *const names[] = {
    [CREDITS_BY_API] = "api",
    [CREDITS_ESTIMATED] = "estimate",
    [CREDITS_NOT_OFFERED] = "none",
};
_Static_assert(COUNT(names) == CREDITS_SOURCES, "a source has no name");

const char *credits_source_name(enum credits_source source)
{
    return names[source];
}

enum credits_source credits_source_named(struct span name)
{
    enum credits_source s = 0;
    while (s < CREDITS_SOURCES && !span_is(name, names[s]))
        s++;
    return s < CREDITS_SOURCES ? s : CREDITS_BY_API;
}
