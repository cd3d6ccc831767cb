/* What a running daemon knows of itself and no database does: counted since its start, in memory.
 *
 * The daemon fills it when somebody asks (daemon/live.h); over a database alone there is none
 * (NULL), and what it would report is not known. Counters never fall while the process runs. Pure.
 */
#pragma once

#include <stddef.h>

#include "base/clock.h"
#include "core/schedule.h"

enum {
    LIVE_CODES_MAX = 24, /* different ones that are counted by themselves */
    LIVE_NO_ANSWER = 0,
    LIVE_OTHER = -1, /* all further ones together */
};

/* HTTP requests by the status of their answer. */
struct live_codes {
    struct live_code {
        int status; /* or LIVE_NO_ANSWER, LIVE_OTHER */
        int64_t requests;
    } at[LIVE_CODES_MAX];
    size_t count;
};
void live_count_code(struct live_codes *c, int status);

struct live_account {
    const char *name;                  /* borrowed */
    const struct live_codes *requests; /* borrowed */
    const int64_t *polls;              /* borrowed; POLL_RESULTS of them, by their result */
};

struct live {
    const struct live_account *accounts; /* borrowed, as all that is pointed to */
    size_t account_count;
    bool mqtt_configured, mqtt_connected; /* the rest of mqtt: only when it is configured */
    int64_t mqtt_connections;             /* that the broker accepted */
    int64_t loop_turns, loop_longest_ms;  /* of the loop: from one wait to the next */
    bool store_writable;                  /* the last write succeeded */
};
