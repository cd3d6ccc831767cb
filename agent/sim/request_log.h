/* The requests seen lately, for tests that assert on schedules. Never holds the value of a header.
 */
#pragma once

#include "base/clock.h"
#include "base/text.h"

enum { REQUEST_LOG_ROWS = 10000 };

struct request_row {
    uint64_t number;                 /* from 1 */
    char *method, *target, *account; /* owned; account NULL: no valid key */
    unix_s virtual_s;
    int64_t real_ms; /* since 1970 */
    bool authorized; /* an Authorization header was there */
    unsigned client_port;
    int status;            /* 0: not answered */
    const char *sim_fault; /* name of the fault that was played, or NULL */
};

struct request_log {
    struct request_row *rows; /* a ring */
    uint64_t seen;
};

/* Takes over the row's owned texts and gives it the next number; valid until the ring comes round.
 */
struct request_row *request_log_add(struct request_log *log, struct request_row row);
void request_log_render(const struct request_log *log, uint64_t after, struct text *out);
void request_log_done(struct request_log *log);
