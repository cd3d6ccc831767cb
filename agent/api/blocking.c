/* One wait after the other, and the tries. */
#include "api/blocking.h"

enum {
    TRIES = 3,              /* of what only reads */
    RETRY_FIRST_MS = 500,   /* and doubled */
    RETRY_AFTER_MAX_S = 30, /* a person waits: a longer Retry-After is an error instead */
    PACE_MS = 1000,
    PAGES_MILLI_PER_S = 1000, /* of a list, after a burst */
    TURN_MS = 60 * 1000,
};

bool blocking_open(struct blocking *b, const struct account_settings *settings, struct fault *why)
{
    struct fetch *fetch;
    if (settings->token_key_files)
        return fault(why, FAULT_REJECT,
                     "account %s is watched by its tokens' own keys (token_key_files), which "
                     "cannot manage tokens",
                     settings->name);
    if (!fetch_open(1, &fetch, why))
        return false;
    *b = (struct blocking){ .outcome.end = TRANSFER_FAILED };
    b->api.settings = settings;
    b->api.fetch = fetch;
    b->api.rate_limit = rate_limit_start(PAGES_MILLI_PER_S, clock_mono());
    return true;
}

void blocking_close(struct blocking *b)
{
    fetch_close(b->api.fetch);
    *b = (struct blocking){ 0 };
}

void blocking_forget(struct blocking *b)
{
    b->wrote = false;
    b->result = POLL_BROKEN;
    b->outcome = (struct outcome){ .end = TRANSFER_FAILED };
}

/* ---- waits ---- */

static bool wait_until(struct blocking *b, mono_ms then, struct fault *why)
{
    for (mono_ms now = clock_mono(); now < then; now = clock_mono())
        if (!fetch_wait(b->api.fetch, NULL, 0, then - now, why))
            return false;
    return true;
}

static bool wait_for_news(struct blocking *b, mono_ms deadline, struct fault *why)
{
    mono_ms now = clock_mono();
    int64_t wait_ms = deadline - now < TURN_MS ? deadline - now : TURN_MS;
    return fetch_wait(b->api.fetch, NULL, 0, wait_ms > 0 ? wait_ms : 0, why);
}

static bool keep_pace(struct blocking *b, struct fault *why)
{
    if (++b->calls > BLOCKING_BURST && !wait_until(b, b->last_at + PACE_MS, why))
        return false;
    b->last_at = clock_mono();
    return true;
}

static bool wait_for_next_try(struct blocking *b, int tries, struct fault *why)
{
    int64_t wait_ms = (int64_t)RETRY_FIRST_MS << (tries - 1);
    int64_t asked_ms = b->outcome.retry_after_s * 1000;
    return wait_until(b, clock_mono() + (asked_ms > wait_ms ? asked_ms : wait_ms), why);
}

/* ---- tries ---- */

/* What is asked, and where the answer goes. */
struct task {
    const struct api_request *request;
    struct api_call *call;
    struct usage_call *usage;
    struct token_set *known;
    struct poll **list;
};

/* One try, to its end, whatever that is: it is in `b`. False: not even the wait for it worked. */
typedef bool attempt(struct blocking *b, const struct task *task, struct fault *why);

static bool is_worth_another_try(const struct blocking *b, int tries)
{
    bool may_pass = b->result == POLL_BUSY || b->result == POLL_UNAVAILABLE;
    return may_pass && !b->wrote && tries < TRIES && b->outcome.retry_after_s <= RETRY_AFTER_MAX_S;
}

static bool persist(struct blocking *b, attempt *once, const struct task *task, struct fault *why)
{
    blocking_forget(b);
    b->wrote = task->request && task->request->method != METHOD_GET;
    for (int tries = 1;; tries++) {
        if (!keep_pace(b, why) || !once(b, task, why))
            return false;
        if (b->result == POLL_OK)
            return true;
        if (!is_worth_another_try(b, tries)) {
            *why = b->why;
            return false;
        }
        if (!wait_for_next_try(b, tries, why))
            return false;
    }
}

static void take_end(struct blocking *b, const struct api_call *c)
{
    b->result = c->result;
    b->why = c->why;
    b->outcome = c->outcome;
}

static bool call_once(struct blocking *b, const struct task *task, struct fault *why)
{
    struct element none;
    api_call_ask(task->call, &b->api, task->request);
    while (api_call_turn(task->call, &none) != API_ENDED)
        if (!wait_for_news(b, api_call_deadline(task->call, clock_mono()), why))
            return false;
    take_end(b, task->call);
    return true;
}

bool blocking_call(struct blocking *b, const struct api_request *request, struct api_call *c,
                   struct fault *why)
{
    return persist(b, call_once, &(struct task){ .request = request, .call = c }, why);
}

static bool usage_once(struct blocking *b, const struct task *task, struct fault *why)
{
    struct usage_call *u = task->usage;
    usage_call_ask(u, &b->api, task->request);
    while (!usage_call_turn(u))
        if (!wait_for_news(b, api_call_deadline(&u->call, clock_mono()), why))
            return false;
    take_end(b, &u->call);
    return true;
}

bool blocking_usage(struct blocking *b, const char *url, struct usage_call *u, struct fault *why)
{
    const struct api_request request = { .url = url };
    return persist(b, usage_once, &(struct task){ .request = &request, .usage = u }, why);
}

static bool list_once(struct blocking *b, const struct task *task, struct fault *why)
{
    poll_free(*task->list);
    struct poll *p = *task->list = collect_start(&b->api, task->known);
    while (!collect_turn(p))
        if (!wait_for_news(b, collect_deadline(p, clock_mono()), why))
            return false;
    b->result = p->result;
    b->why = p->why;
    b->outcome = (struct outcome){ .status = p->status, .retry_after_s = p->retry_after_s };
    return true;
}

bool blocking_list(struct blocking *b, struct token_set *known, struct poll **p, struct fault *why)
{
    return persist(b, list_once, &(struct task){ .known = known, .list = p }, why);
}
