/* How tokens are shown, so that no two living ones of an account are shown alike. */
#pragma once

#include <stddef.h>

#include "core/identity.h"

/* One of those that live. */
struct shown {
    struct identity is; /* borrowed */
    const char *was;    /* borrowed; how it is shown so far */
    char *name;         /* set, the caller's to free: how it is to be shown; NULL: as it was */
};

/* Each is shown by its name. Those that share one have behind it, in parentheses, whom they belong
 * to; where that does not distinguish them, the end of the secret; else the id. Of at most
 * NAME_BYTES_MAX bytes: a name that is longer is cut. */
void shown_names(struct shown *all, size_t count);
