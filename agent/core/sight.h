/* How well an account can be read. */
#pragma once

#include <stdint.h>

#include "base/clock.h"

struct sight {
    unix_s failing_since; /* when the first failed poll since the last good one began; TIME_NONE:
                             the last was good */
    unix_s dry_at; /* the earliest likely exhaustion that the last good poll saw; TIME_NONE: none */
    int64_t dry_token; /* and of which token */
};
