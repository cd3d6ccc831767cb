/* signalfd and sd_notify: the process's own events as one descriptor. */
#pragma once

#include "base/fault.h"

/* Blocks SIGTERM, SIGINT and SIGHUP, ignores SIGPIPE and SIGXFSZ (writing then
 * fails with EPIPE or EFBIG, which is reported), and returns a descriptor that becomes readable
 * with one. FAULT_FATAL. */
MUST_CHECK bool signals_open(int *ret_fd, struct fault *why);
void signals_close(int fd);

struct signals_seen {
    bool stop, reload;
};
struct signals_seen signals_take(int fd); /* what arrived since the last take */

/* Tells systemd ("READY=1", "STATUS=...", "STOPPING=1"); does nothing when `socket_path` is NULL or
 * "". */
void signals_notify(const char *socket_path, const char *state);
