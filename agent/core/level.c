#include "core/level.h"

#include <assert.h>

static const char *const names[] = {
    [LEVEL_NONE] = "none",
    [LEVEL_INFO] = "info",
    [LEVEL_WARNING] = "warning",
    [LEVEL_CRITICAL] = "critical",
};
_Static_assert(COUNT(names) == LEVELS, "a level has no name");

const char *level_name(enum level level)
{
    assert(level < LEVELS);
    return names[level];
}

bool level_named(struct span name, enum level *ret)
{
    for (enum level l = LEVEL_NONE + 1; l < LEVELS; l++)
        if (span_is(name, names[l])) {
            *ret = l;
            return true;
        }
    return false;
}
