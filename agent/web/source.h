/* The database that answers are made of, as it is now: a copy that takes the place of another (an
 * export on a dashboard's machine, say) is noticed, and answers that are being written end with the
 * one they began with. */
#pragma once

#include <sys/types.h>

#include "base/fault.h"

struct store;

struct source {
    struct store *store;
    char *path;
    dev_t device; /* of the file that was opened */
    ino_t inode;
    int users;
};

/* Opens it for one user; at this time alone somebody who has locked the file is waited for.
 * FAULT_FATAL. */
MUST_CHECK bool source_open(const char *path, struct source **ret, struct fault *why);
struct source *source_use(struct source *s);
void source_release(struct source *s); /* the last user closes it; accepts NULL */

/* Puts the file of now in the place of *s, if that is another one. False: it cannot be read, so *s
 * stays. */
MUST_CHECK bool source_renew(struct source **s, struct fault *why);
