/* A copy of the whole database as it is at one moment, made while the daemon goes on writing. */
#pragma once

#include "base/fault.h"

struct store;

/* Writes the copy beside `file` under a temporary name, syncs it, then gives it its name: the file
 * is there whole or not at all. Compact, without free pages, mode 0640. `cancelled` is asked again
 * and again meanwhile. FAULT_REJECT: `file` is there and `replace` is false, or it is the database
 * itself. FAULT_RETRY: cancelled, disk full or not writable. */
MUST_CHECK bool store_export(struct store *s, const char *file, bool replace,
                             bool (*cancelled)(void *), void *of, struct fault *why);
