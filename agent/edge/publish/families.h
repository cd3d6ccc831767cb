/* The address families of a name, each as the wildcard address that a socket of that family can be
 * bound to.
 *
 * Without blocking, libmosquitto tries just the first address of a name; bound to a wildcard
 * address it takes the first of that family. So "localhost" is found at 127.0.0.1 too when nobody
 * listens at ::1. */
#pragma once

#include <stddef.h>

#include "base/fault.h"

struct families {
    size_t count;             /* 0: not known, else 1 or 2, the system's favourite first */
    const char *wildcards[2]; /* static; NULL when there is only one family and no need to bind */
};

/* Blocks while the name is resolved. FAULT_RETRY. */
MUST_CHECK bool families_find(const char *host, struct families *ret, struct fault *why);
