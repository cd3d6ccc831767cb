/* The names of the kinds of series, as the store and the configuration write them. */
#include "core/series.h"

#include <assert.h>

#include "base/span.h"

static const char *const names[] = {
    [SERIES_TOKEN] = "token",
    [SERIES_CREDITS] = "credits",
    [SERIES_ACCOUNT] = "account",
    [SERIES_KEY] = "key",
};
_Static_assert(COUNT(names) == SERIES_KINDS, "a kind of series has no name");

const char *series_name(enum series series)
{
    assert(series < SERIES_KINDS);
    return names[series];
}
