/* Calls are transfers of the daemon's fetch, driven until they are over. An answer is held in one
 * buffer that is wiped after each call, for a GET brings a secret. */
#include "daemon/client.h"

#include <stdlib.h>

#include "base/xmalloc.h"
#include "daemon/account.h"
#include "daemon/answer.h"
#include "daemon/api_call.h"
#include "daemon/collect.h"
#include "daemon/state.h"

enum {
    REPLY_BYTES_MAX = 256 * 1024,
    TRIES = 3,              /* of what only reads */
    RETRY_FIRST_MS = 500,   /* and doubled */
    RETRY_AFTER_MAX_S = 30, /* people wait: a longer wish of the service is told to them instead */
    PACE_MS = 1000,
    LIST_MILLI_PER_S = 1000, /* the pages of a list: a call a second after a burst */
    TURN_MS = 60 * 1000,
};

struct client {
    const struct account_settings *settings;
    struct agent agent;     /* no more of it than the collector needs */
    struct account account; /* its fleet stays empty, so every token of a list is fresh */
    char *reply;            /* owned; REPLY_BYTES_MAX */
    size_t reply_len;
    struct outcome outcome; /* of the last call */
    bool wrote;             /* the last call was one that writes */
    struct complaint complaints[COMPLAINTS_MAX];
    size_t complaint_count;
    int calls;
    mono_ms last_call;
};

bool client_open(const struct account_settings *settings, struct client **ret, struct fault *why)
{
    struct client *c = xcalloc(1, sizeof *c);
    c->settings = c->account.settings = settings;
    if (!fetch_open(1, &c->agent.fetch, why)) {
        free(c);
        return false;
    }
    c->account.budget = rate_limit_start(LIST_MILLI_PER_S, clock_mono());
    c->reply = xmalloc(REPLY_BYTES_MAX);
    *ret = c;
    return true;
}

static void forget_reply(struct client *c)
{
    explicit_bzero(c->reply, c->reply_len);
    c->reply_len = 0;
}

static void drop_list(struct client *c)
{
    poll_free(c->account.poll);
    c->account.poll = NULL;
}

void client_close(struct client *c)
{
    if (!c)
        return;
    drop_list(c);
    token_set_done(&c->account.fleet);
    forget_reply(c);
    fetch_close(c->agent.fetch);
    free(c->reply);
    free(c);
}

static bool wait_until(struct client *c, mono_ms then, struct fault *why)
{
    for (mono_ms now = clock_mono(); now < then; now = clock_mono())
        if (!fetch_wait(c->agent.fetch, NULL, 0, then - now, why))
            return false;
    return true;
}

static bool keep_pace(struct client *c, struct fault *why)
{
    if (++c->calls > CLIENT_BURST && !wait_until(c, c->last_call + PACE_MS, why))
        return false;
    c->last_call = clock_mono();
    return true;
}

/* ---- tries ---- */

/* What of a call decides whether it is made again. */
struct ending {
    bool again;
    int64_t retry_after_s;
};

static bool wait_for_next_try(struct client *c, int tries, int64_t retry_after_s, struct fault *why)
{
    int64_t wait_ms = (int64_t)RETRY_FIRST_MS << (tries - 1);
    if (retry_after_s * 1000 > wait_ms)
        wait_ms = retry_after_s * 1000;
    return wait_until(c, clock_mono() + wait_ms, why);
}

static bool is_worth_another_try(struct ending e, int tries)
{
    return e.again && tries < TRIES && e.retry_after_s <= RETRY_AFTER_MAX_S;
}

/* ---- the list ---- */

static bool list_once(struct client *c, struct fault *why)
{
    drop_list(c);
    if (!keep_pace(c, why))
        return false;
    bool over = !collect_start(&c->agent, &c->account);
    while (!over) {
        mono_ms now = clock_mono(), ready = collect_deadline(&c->account, now);
        if (!fetch_wait(c->agent.fetch, NULL, 0, ready - now < TURN_MS ? ready - now : TURN_MS,
                        why))
            return false;
        over = collect_turn(&c->agent, &c->account);
    }
    return true;
}

bool client_list(struct client *c, const struct token_set **ret, struct fault *why)
{
    c->wrote = false;
    c->complaint_count = 0;
    for (int tries = 1;; tries++) {
        if (!list_once(c, why))
            return false;
        struct poll *p = c->account.poll;
        c->outcome = (struct outcome){ .status = p->status };
        if (p->result == POLL_OK) {
            *ret = &p->fresh;
            return true;
        }
        struct ending e = { p->result == POLL_BUSY || p->result == POLL_UNAVAILABLE,
                            p->retry_after_s };
        if (!is_worth_another_try(e, tries)) {
            *why = p->why;
            why->kind = e.again ? FAULT_RETRY : FAULT_REJECT;
            return fault_within(why, "the tokens of account %s", c->settings->name);
        }
        if (!wait_for_next_try(c, tries, e.retry_after_s, why))
            return false;
    }
}

/* ---- one token ---- */

static bool start(struct client *c, const struct client_request *r, struct transfer **ret,
                  struct fault *why)
{
    struct request request = request_of(c->settings, text_z(&r->url), REPLY_BYTES_MAX);
    request.method = r->method;
    request.body = (struct span){ text_z(&r->body), r->body.len };
    return fetch_start(c->agent.fetch, &request, ret, why);
}

/* Sends once and waits for the end; false when it could not be sent at all. */
static bool send_once(struct client *c, const struct client_request *r, struct fault *why)
{
    struct transfer *t = NULL;
    c->outcome = (struct outcome){ .end = TRANSFER_FAILED };
    forget_reply(c);
    bool ok = keep_pace(c, why) && start(c, r, &t, why);
    for (bool over = !ok; !over;) {
        ok = fetch_wait(c->agent.fetch, NULL, 0, TURN_MS, why);
        over = !ok || transfer_over(t, clock_unix(), &c->outcome);
        struct span bytes = transfer_take(t);
        memcpy(c->reply + c->reply_len, bytes.at,
               bytes.len); /* body_bytes_max has seen to the room */
        c->reply_len += bytes.len;
    }
    transfer_free(t);
    return ok;
}

static bool succeeded(const struct client *c)
{
    return c->outcome.end == TRANSFER_ANSWERED && c->outcome.status >= 200
        && c->outcome.status < 300;
}

static struct ending judge(const struct client *c)
{
    int status = c->outcome.status;
    bool ill = c->outcome.end == TRANSFER_FAILED ? c->outcome.why.kind == FAULT_RETRY
                                                 : status == 429 || status >= 500;
    return (struct ending){ ill, c->outcome.retry_after_s };
}

static bool refuse(struct client *c, struct fault *why)
{
    const struct provider *p = provider_of(c->settings);
    if (c->outcome.end == TRANSFER_FAILED) {
        *why = c->outcome.why;
    } else {
        struct text said = { 0 };
        struct fault answer;
        text_add(
            &said,
            (struct span){ c->reply,
                           c->reply_len < ANSWER_ERROR_BYTES ? c->reply_len : ANSWER_ERROR_BYTES });
        answer_refused(c->settings, c->outcome.status, &said, &answer);
        if (c->outcome.status == p->validation_status)
            c->complaint_count =
                refusal_complaints(p, (struct span){ text_z(&said), said.len }, c->complaints);
        fault(why, judge(c).again ? FAULT_RETRY : FAULT_REJECT, "account %s: %s%s",
              c->settings->name, answer.text, p->advice(c->outcome.status));
        text_done(&said);
    }
    answer_hide_key(why->text, c->settings->key);
    return false;
}

/* The key that was refused may have been replaced since this program began. */
static bool has_new_key(struct client *c)
{
    struct fault unread = { 0 };
    return c->outcome.end == TRANSFER_ANSWERED
        && answer_result(c->outcome.status) == POLL_UNAUTHORIZED
        && account_renew_key(&c->account, &unread);
}

/* One call with its tries; the body of a success is in `reply` until the next call or forget_reply.
 */
static bool send(struct client *c, const struct client_request *r, struct fault *why)
{
    c->wrote = r->method != METHOD_GET;
    c->complaint_count = 0;
    for (int tries = 1;; tries++) {
        if (!send_once(c, r, why))
            return false;
        if (succeeded(c))
            return true;
        if (has_new_key(
                c)) /* what was refused was not done: even a call that writes may go out again */
            continue;
        if (c->wrote || !is_worth_another_try(judge(c), tries))
            return refuse(c, why);
        if (!wait_for_next_try(c, tries, c->outcome.retry_after_s, why))
            return false;
    }
}

static bool call(struct client *c, enum method method, const char *name, const struct token_spec *w,
                 struct fault *why)
{
    struct client_request r;
    client_request(c, method, name, w, &r);
    bool ok = send(c, &r, why);
    client_request_done(&r);
    return ok;
}

/* Ends a call that brings a token. */
static bool take_token(struct client *c, bool ok, struct decoded *ret, struct fault *why)
{
    ok = ok
        && provider_decode_answer(provider_of(c->settings), (struct span){ c->reply, c->reply_len },
                                  ret, why);
    forget_reply(c);
    return ok;
}

/* The answer must be about the token that was asked for: a proxy or a page of the service may say
 * 200 to anything. */
static bool take_named(struct client *c, bool ok, const char *name, struct decoded *ret,
                       struct fault *why)
{
    struct decoded d;
    if (!take_token(c, ok, &d, why))
        return false;
    if (strcmp(d.name, name) != 0)
        return fault(why, FAULT_REJECT,
                     "account %s: the API returned a different token than requested",
                     c->settings->name);
    *ret = d;
    ret->reading.name = ret->name;
    return true;
}

bool client_show(struct client *c, const char *name, struct decoded *ret, struct fault *why)
{
    return take_named(c, call(c, METHOD_GET, name, NULL, why), name, ret, why);
}

bool client_secret(struct client *c, const char *name, char ret[SECRET_ROOM], struct fault *why)
{
    bool ok = call(c, METHOD_GET, name, NULL, why)
        && provider_take_secret(provider_of(c->settings), (struct span){ c->reply, c->reply_len },
                                ret, why);
    forget_reply(c);
    return ok;
}

bool client_create(struct client *c, const char *name, const struct token_spec *w,
                   struct decoded *ret, struct fault *why)
{
    return take_named(c, call(c, METHOD_POST, name, w, why), name, ret, why);
}

/* Of a balance that is being spent, a little may be gone already. */
static bool is_near(const struct token_spec *w, const struct reading *is)
{
    int64_t wanted = w->wanted.balance.is.nano, left = is->balance.is.nano;
    return w->wanted.balance.known && is->balance.known && left <= wanted
        && wanted - left <= wanted / 100;
}

/* What comes back is what was asked for, or it is not known what was done. */
static bool was_changed(const struct client *c, const struct token_spec *w,
                        const struct reading *is, struct fault *why)
{
    struct token_spec rest = token_spec_unfulfilled(w, is);
    rest.given[SPEC_BALANCE] = rest.given[SPEC_BALANCE] && !is_near(w, is);
    return token_spec_is_empty(&rest)
        || fault(why, FAULT_REJECT,
                 "account %s: the API answered HTTP %d, but the token was not changed as requested",
                 c->settings->name, c->outcome.status);
}

bool client_change(struct client *c, const char *name, const struct token_spec *w,
                   struct decoded *ret, struct fault *why)
{
    return take_named(c, call(c, METHOD_PATCH, name, w, why), name, ret, why)
        && was_changed(c, w, &ret->reading, why);
}

static bool was_deleted(const struct client *c, const char *name, struct fault *why)
{
    struct span body = { c->reply, c->reply_len };
    return provider_of(c->settings)->confirms_deletion(c->outcome.status, body, name)
        || fault(why, FAULT_REJECT,
                 "account %s: the API answered HTTP %d without confirming the deletion",
                 c->settings->name, c->outcome.status);
}

bool client_delete(struct client *c, const char *name, struct fault *why)
{
    bool ok = call(c, METHOD_DELETE, name, NULL, why) && was_deleted(c, name, why);
    forget_reply(c);
    return ok;
}

bool client_usage(struct client *c, const char *name, unix_s first_day, unix_s last_day,
                  struct usage_book *ret, struct fault *why)
{
    struct client_request r = { .method = METHOD_GET };
    text_add(&r.url, span_of(c->settings->url));
    provider_of(c->settings)->add_usage_path(&r.url, span_of(name), first_day, last_day);
    bool ok = send(c, &r, why)
        && provider_decode_usage(provider_of(c->settings), (struct span){ c->reply, c->reply_len },
                                 ret, why);
    client_request_done(&r);
    forget_reply(c);
    return ok;
}

int client_status(const struct client *c)
{
    return c->outcome.status;
}

size_t client_complaints(const struct client *c, const struct complaint **ret)
{
    *ret = c->complaints;
    return c->complaint_count;
}

void client_forget(struct client *c)
{
    c->outcome = (struct outcome){ .end = TRANSFER_FAILED };
    c->complaint_count = 0;
    c->wrote = false;
}

bool client_may_have_done(const struct client *c)
{
    return c->wrote && c->outcome.sent
        && (c->outcome.end == TRANSFER_FAILED || c->outcome.status >= 500 || succeeded(c));
}

void client_request(const struct client *c, enum method method, const char *name,
                    const struct token_spec *w, struct client_request *ret)
{
    const struct provider *p = provider_of(c->settings);
    *ret = (struct client_request){ .method = method };
    text_add(&ret->url, span_of(c->settings->url));
    if (method == METHOD_POST)
        text_add(&ret->url, span_of(p->list_path));
    else
        p->add_token_path(&ret->url, span_of(name));
    if (w)
        p->add_spec(&ret->body, method == METHOD_POST ? name : NULL, w);
}

void client_request_done(struct client_request *r)
{
    text_done(&r->url);
    text_done(&r->body);
}
