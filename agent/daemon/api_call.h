/* A call of the daemon beside the token list: one answer, taken in as it arrives, judged when it is
 * whole.
 *
 * It never touches the poll of its account: what it brings waits here until somebody stores it. */
#pragma once

#include "core/schedule.h"
#include "core/splitter.h"
#include "core/usage.h"
#include "edge/config.h"
#include "edge/fetch.h"

struct api_call {
    struct transfer *transfer; /* owned; NULL: none under way */
    struct splitter *splitter; /* owned; NULL: the answer is kept as `body` */
    struct usage_book book;    /* of an answer of consumption */
    size_t elements_read;      /* of it, that name a payer */
    struct text body;          /* the whole answer, or the first bytes of a refusal */
    bool over, faulty; /* over: the result stands; faulty: `why` is said, the rest is not read */
    enum poll_result result;
    struct fault why; /* unless POLL_OK */
    int64_t retry_after_s;
};

/* Starts the call; a failure to start is a call that is over. `usage`: the answer is cut into the
 * book. */
void api_call_start(struct api_call *e, struct fetch *fetch, const struct account_settings *s,
                    const char *url, bool usage);

/* Reads what arrived; true when the call has just ended. */
bool api_call_turn(struct api_call *e, const struct account_settings *s);

static inline bool api_call_is_under_way(const struct api_call *e)
{
    return e->transfer != NULL;
}

void api_call_done(struct api_call *e); /* ends it if need be, and forgets what it brought */

/* A GET of an account, within its limits. */
static inline struct request request_of(const struct account_settings *s, const char *url,
                                        int64_t body_bytes_max)
{
    return (struct request){
        .account = s->name,
        .url = url,
        .key = s->key,
        .connect_timeout_s = s->connect_timeout_s,
        .timeout_s = s->timeout_s,
        .body_bytes_max = body_bytes_max,
        .compression = s->compression,
    };
}
