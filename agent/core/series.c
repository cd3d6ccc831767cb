/* The names of the kinds of series, as the store and the configuration write them. */
#include "core/series.h"

#include <assert.h>

static const char *const names[] = {
    [SERIES_TOKEN] = "token",
    [SERIES_CREDITS] = "credits",
    [SERIES_KEY] = "key",
};
_Static_assert(COUNT(names) == SERIES_KINDS, "a kind of series has no name");

const char *series_name(enum series series)
{
    assert(series < SERIES_KINDS);
    return names[series];
}

bool series_named(struct span name, enum series *ret)
{
    for (enum series s = 0; s < SERIES_KINDS; s++)
        if (span_is(name, names[s])) {
            *ret = s;
            return true;
        }
    return false;
}
