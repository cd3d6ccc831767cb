/* What this process takes of its machine, as the kernel says it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* What could not be read is -1. */
struct process_usage {
    int64_t cpu_ns; /* user and system time of all threads */
    int64_t resident_bytes, virtual_bytes;
    int64_t open_fds, max_fds;
    int64_t started_at; /* UTC seconds */
};

struct process_usage process_usage(void);
