/* Which names a client may call this server by.
 *
 * A page of somebody else's can make a browser ask us under a name of its own that it lets point
 * here (DNS rebinding), and then read the answer. What it cannot do is ask under a name that is not
 * its own: addresses, localhost, and what the configuration lists. */
#pragma once

#include <stdbool.h>

#include "base/text.h"

/* `host` is the header as it came; `listed` are names separated by ", ", or NULL. */
bool host_is_ours(const char *host, const char *listed);
