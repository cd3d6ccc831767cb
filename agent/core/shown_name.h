/* The names that tokens are shown by: unique among the living tokens of an account. */
#pragma once

#include <stddef.h>

#include "core/identity.h"

/* A living token. */
struct shown {
    struct identity is; /* borrowed */
    const char *was;    /* borrowed; its shown name so far */
    char *name;         /* set, the caller's to free: its new shown name; NULL: it stays */
};

/* A token is shown by its name. Tokens that share one have their owner in parentheses behind it;
 * where that is not unique, the end of the secret; else the id. At most NAME_BYTES_MAX bytes: a
 * longer name is cut. */
void shown_names(struct shown *all, size_t count);
