/* One call of an account's API: asked within the rate limit, taken in as it arrives, judged when it
 * is whole.
 *
 * It owns all that one HTTP answer takes: the transfer, what a status means, the words of a
 * refusal, the wait that the server asks for. A refused key is read again from its file; where the
 * file has another one, the call is made once more. No text of it ever has the key in it. An answer
 * is cut into elements by a splitter, or kept whole and wiped when it is forgotten. A call never
 * touches what is known of its account: what it brings waits here until somebody takes it. */
#pragma once

#include "base/text.h"
#include "core/live.h"
#include "core/rate_limit.h"
#include "core/schedule.h"
#include "core/splitter.h"
#include "edge/config.h"
#include "edge/fetch.h"

/* What calls to one account's API share. Outlives them. */
struct api {
    const struct account_settings *settings; /* borrowed */
    struct fetch *fetch;                     /* borrowed */
    struct rate_limit rate_limit;            /* every request takes its call from here first */
    bool key_is_new; /* a refused key was replaced; cleared by whoever has seen to it */
    bool unattended; /* a refusal also says what becomes of it: nobody waits for the answer */
    struct live_codes requests;     /* that are over */
    struct siphash_key element_key; /* list elements are recognised by their hashes under it */
};

struct api_request {
    enum method method;
    const char *url;           /* absolute; copied */
    struct span body;          /* JSON; copied */
    struct splitter *splitter; /* the call's from here on; NULL: the answer is kept whole */
    int64_t bytes_max;         /* a longer answer is a fault */
    enum rate_limit_use use;
    const struct account_settings *as; /* the key to ask with; NULL: the account's */
    bool alone;                        /* the answer is one element, and no list of them */
};

struct api_call {
    struct api *api;                   /* borrowed */
    const struct account_settings *as; /* borrowed; whose key it is made with */
    bool alone;                        /* the splitter is given a list of one: */
    bool opened;                       /* its beginning */
    enum { API_CALL_NONE, API_CALL_WAITS, API_CALL_SENT, API_CALL_ENDED } state;
    struct transfer *transfer; /* owned; NULL unless sent */
    enum method method;        /* this and the next ones: the request */
    struct text url, body;
    int64_t bytes_max;
    enum rate_limit_use use;
    struct splitter *splitter; /* owned; NULL: the answer is kept in `answer` */
    bool draining;             /* the splitter has not asked for more bytes yet */
    bool whole;                /* the transfer is over */
    bool renewed;              /* it was refused, and asked again with another key */
    uint64_t key_hash;         /* of the key it was sent with */

    struct text answer; /* all of it, or the first bytes of a refusal */
    struct span next;   /* URL of the page that follows; borrowed from the splitter */
    int64_t count;      /* of the elements on all pages, as the answer has it; -1: it does not */
    struct outcome outcome;  /* as far as it is known; its fault is `why` */
    enum poll_result result; /* this and the next one: once it has ended */
    struct fault why;        /* unless POLL_OK. FAULT_RETRY: the service was ill or busy */
};

/* Asks; forgets what the call was before. The request goes out with a later turn, as soon as the
 * rate limit allows it. */
void api_call_ask(struct api_call *c, struct api *api, const struct api_request *request);

enum api_event {
    API_NO_NEWS, /* wait, for news of the fetch or for api_call_deadline */
    API_OUTLINE, /* of the element that comes next: see splitter_next */
    API_ELEMENT, /* one more of the splitter's; the next turn may have another at once */
    API_ENDED,   /* the result stands */
};

/* Moves the call on. The element lives until the next turn. */
enum api_event api_call_turn(struct api_call *c, struct element *ret);

/* After API_OUTLINE: nothing more of the element is wanted. */
void api_call_pass(struct api_call *c);

/* Ends the call with a failure that its reader found. */
void api_call_fail(struct api_call *c, enum poll_result result, const struct fault *why);

/* Takes the refusal with which it ended for a good answer without content. */
void api_call_accept(struct api_call *c);

/* When a call that waits for the rate limit goes on; MONO_NEVER: there is none. */
mono_ms api_call_deadline(const struct api_call *c, mono_ms now);

static inline bool api_call_is_under_way(const struct api_call *c)
{
    return c->state == API_CALL_WAITS || c->state == API_CALL_SENT;
}

static inline bool api_call_has_ended(const struct api_call *c)
{
    return c->state == API_CALL_ENDED;
}

static inline struct span api_call_answer(const struct api_call *c)
{
    return (struct span){ text_z(&c->answer), c->answer.len };
}

void api_call_done(struct api_call *c); /* aborts it if need be; wipes what it brought */

/* Reads a key that was refused, or may have been, again from its file. True: it is another one,
 * which is logged. Otherwise `why` is added that the file still has the refused one. */
bool api_renew_key(struct api *api, const struct account_settings *as, struct fault *why);
