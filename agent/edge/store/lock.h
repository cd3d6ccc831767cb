/* One writer: a lock file beside the database. */
#pragma once

#include "base/fault.h"

/* Takes PATH.lock and writes the process id into it; the lock ends with the process. FAULT_FATAL:
 * another one has it. */
MUST_CHECK bool lock_take(const char *path, int *ret_fd, struct fault *why);
void lock_release(int fd); /* closes any descriptor that holds a lock; accepts -1 */
