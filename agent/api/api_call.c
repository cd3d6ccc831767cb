/* Wait for the rate limit -> transfer -> bytes into the splitter or the answer -> verdict. The body
 * of a refusal is searched for the key while it is whole, before it is cut to a text. */
#include "api/api_call.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "core/calendar.h"
#include "provider/refusal.h"

enum { REFUSAL_BYTES = 4096 }; /* enough for a reason */

static void hide_key(char *text, const char *key)
{
    size_t len = strlen(key);
    for (char *at = len ? strstr(text, key) : NULL; at; at = strstr(at, key))
        memset(at, '*', len);
}

__attribute__((format(printf, 2, 3))) static void add_to(struct fault *why, const char *format, ...)
{
    size_t len = strlen(why->text);
    va_list args;
    va_start(args, format);
    vsnprintf(why->text + len, sizeof why->text - len, format, args);
    va_end(args);
}

/* ---- asking ---- */

void api_call_ask(struct api_call *c, struct api *api, const struct api_request *r)
{
    api_call_done(c);
    c->api = api;
    c->as = r->as ? r->as : api->settings;
    c->alone = r->alone;
    c->state = API_CALL_WAITS;
    c->outcome.end = TRANSFER_FAILED; /* until there is an answer */
    c->method = r->method;
    c->bytes_max = r->bytes_max;
    c->use = r->use;
    c->splitter = r->splitter;
    text_addf(&c->url, "%s", r->url);
    text_add(&c->body, r->body);
}

static void end_transfer(struct api_call *c)
{
    if (c->transfer)
        live_count_code(&c->api->requests, c->outcome.status);
    transfer_free(c->transfer);
    c->transfer = NULL;
}

void api_call_done(struct api_call *c)
{
    end_transfer(c);
    splitter_free(c->splitter);
    text_done(&c->url);
    text_done(&c->body);
    text_wipe(&c->answer);
    *c = (struct api_call){ 0 };
}

static void end_with(struct api_call *c, enum poll_result result)
{
    end_transfer(c);
    c->state = API_CALL_ENDED;
    c->result = result;
    hide_key(c->why.text, c->as->key);
    c->why.kind = result == POLL_BUSY || result == POLL_UNAVAILABLE ? FAULT_RETRY : FAULT_REJECT;
}

void api_call_fail(struct api_call *c, enum poll_result result, const struct fault *why)
{
    c->why = *why;
    end_with(c, result);
}

void api_call_accept(struct api_call *c)
{
    c->result = POLL_OK;
    c->why = (struct fault){ 0 };
}

static void send(struct api_call *c)
{
    const struct account_settings *s = c->as;
    const struct request request = {
        .account = s->name,
        .url = text_z(&c->url),
        .method = c->method,
        .body = { text_z(&c->body), c->body.len },
        .key = s->key,
        .connect_timeout_s = s->connect_timeout_s,
        .timeout_s = s->timeout_s,
        .body_bytes_max = c->bytes_max,
        .compression = s->compression,
    };
    c->key_hash = config_key_hash(c->as);
    c->opened = false;
    c->state = API_CALL_SENT;
    if (!fetch_start(c->api->fetch, &request, &c->transfer, &c->why))
        end_with(c, POLL_BROKEN);
}

mono_ms api_call_deadline(const struct api_call *c, mono_ms now)
{
    return c->state == API_CALL_WAITS ? rate_limit_ready(&c->api->rate_limit, c->use, now)
                                      : MONO_NEVER;
}

/* ---- the verdict ---- */

/* A list, or an answer about money, comes with 200 alone. */
static bool is_success(const struct api_call *c)
{
    int status = c->outcome.status;
    return c->method == METHOD_GET ? status == 200 : status >= 200 && status < 300;
}

static enum poll_result result_of(int status)
{
    if (status == 401 || status == 403)
        return POLL_UNAUTHORIZED;
    if (status == 429)
        return POLL_BUSY;
    return status >= 500 ? POLL_UNAVAILABLE : POLL_BROKEN;
}

/* The status, and what the body says. */
static void say_refusal(struct api_call *c)
{
    char words[256];
    int status = c->outcome.status;
    hide_key(c->answer.at ? c->answer.at : words, c->answer.at ? c->as->key : "");
    if (status >= 300 && status < 400)
        fault(&c->why, FAULT_REJECT,
              "HTTP %d: the API answered with a redirect, which Ebb does not follow", status);
    else if (refusal_text(provider_of(c->api->settings), api_call_answer(c), words, sizeof words))
        fault(&c->why, FAULT_RETRY, "HTTP %d: %s", status, words);
    else
        fault(&c->why, FAULT_RETRY, "HTTP %d", status);
}

/* A wait that is longer than people would expect. */
static void say_wait(struct api_call *c)
{
    int64_t wait_s = c->outcome.retry_after_s;
    char until[TIME_TEXT_BYTES];
    if (wait_s <= HOUR_S)
        return;
    add_to(&c->why, "; the API asks clients to wait until %s",
           calendar_format(clock_unix() + wait_s, until));
    if (c->api->unattended && wait_s > SCHEDULE_RETRY_AFTER_MAX_S)
        add_to(&c->why, "; retrying in 24h");
}

bool api_renew_key(struct api *api, const struct account_settings *s, struct fault *why)
{
    struct fault unread;
    bool changed = false, readable = config_renew_key(s, &changed, &unread);
    if (!readable && api->unattended)
        add_to(why, "; reading the key again failed: %s", unread.text);
    else if (changed)
        log_notice("%s: the API refused the key; now using the new key in %s", s->name,
                   s->key_path);
    else if (readable && s->key_path && api->unattended)
        add_to(why, "; %s still has the refused key", s->key_path);
    api->key_is_new |= changed;
    return changed;
}

/* Another call may have renewed it while this one was under way. */
static bool has_another_key(struct api_call *c)
{
    return config_key_hash(c->as) != c->key_hash || api_renew_key(c->api, c->as, &c->why);
}

/* What was refused was not done: even a call that writes may go out again. */
static void ask_again(struct api_call *c)
{
    end_transfer(c);
    text_wipe(&c->answer);
    c->why = (struct fault){ 0 };
    c->whole = false;
    c->renewed = true;
    c->state = API_CALL_WAITS;
}

/* Commands have advice of their own. */
static void say_wrong_key(struct api_call *c)
{
    const char *wrong = provider_wrong_key(c->api->settings);
    if (c->outcome.status == 401 && wrong && c->api->unattended)
        add_to(&c->why, "; %s", wrong);
}

static void end_refused(struct api_call *c)
{
    enum poll_result result = result_of(c->outcome.status);
    if (c->alone && c->outcome.status == 404) /* there is no token of this key */
        result = POLL_UNAUTHORIZED;
    say_refusal(c);
    if (result == POLL_UNAUTHORIZED && has_another_key(c) && !c->renewed) {
        ask_again(c);
        return;
    }
    say_wrong_key(c);
    say_wait(c);
    end_with(c, result);
}

/* One element is read as a list of one: its brackets, which bring no element themselves. */
static bool feed_bracket(struct api_call *c, const char *bracket)
{
    struct element none;
    splitter_feed(c->splitter, span_of(bracket));
    return splitter_next(c->splitter, &none, &c->why) == SPLIT_MORE;
}

static void judge(struct api_call *c)
{
    if (c->outcome.end == TRANSFER_FAILED) {
        c->why = c->outcome.why;
        end_with(c, c->why.kind == FAULT_REJECT ? POLL_BROKEN : POLL_UNAVAILABLE);
    } else if (!is_success(c)) {
        end_refused(c);
    } else {
        bool complete = !c->splitter
            || ((!c->alone || feed_bracket(c, "]"))
                && splitter_end(c->splitter, &c->next, &c->why));
        c->count = c->splitter ? splitter_count(c->splitter) : -1;
        end_with(c, complete ? POLL_OK : POLL_BROKEN);
    }
}

/* ---- the answer ---- */

static void feed(struct api_call *c, struct span bytes)
{
    if (c->alone && !c->opened && !feed_bracket(c, "["))
        end_with(c, POLL_BROKEN);
    c->opened = true;
    splitter_feed(c->splitter, bytes);
    c->draining = true;
}

/* The status is known before the first byte of the body. Of a refusal only its first bytes matter.
 */
static void take_bytes(struct api_call *c)
{
    c->whole = transfer_over(c->transfer, clock_unix(), &c->outcome);
    struct span bytes = transfer_take(c->transfer);
    if (!bytes.len)
        return;
    if (is_success(c) && c->splitter) {
        feed(c, bytes);
    } else if (is_success(c)) {
        text_add_secret(&c->answer, bytes);
    } else if (c->answer.len < REFUSAL_BYTES) {
        size_t room = REFUSAL_BYTES - c->answer.len;
        text_add(&c->answer, (struct span){ bytes.at, bytes.len < room ? bytes.len : room });
    }
}

/* API_NO_NEWS: there is none among the bytes that arrived. */
static enum api_event next_element(struct api_call *c, struct element *ret)
{
    switch (splitter_next(c->splitter, ret, &c->why)) {
    case SPLIT_OUTLINE:
        return API_OUTLINE;
    case SPLIT_ELEMENT:
        return API_ELEMENT;
    case SPLIT_FAULT: /* the rest is not worth waiting for */
        end_with(c, POLL_BROKEN);
        break;
    case SPLIT_MORE:
        c->draining = false;
        break;
    }
    return API_NO_NEWS;
}

void api_call_pass(struct api_call *c)
{
    splitter_pass(c->splitter);
}

/* Bytes are taken once for each news of the fetch, so that a long answer leaves the loop
 * responsive. */
enum api_event api_call_turn(struct api_call *c, struct element *ret)
{
    enum api_event event = API_NO_NEWS;
    if (c->state == API_CALL_WAITS && rate_limit_take(&c->api->rate_limit, c->use, clock_mono()))
        send(c);
    if (c->state == API_CALL_SENT && !c->draining)
        take_bytes(c);
    if (c->state == API_CALL_SENT && c->draining)
        event = next_element(c, ret);
    if (event != API_NO_NEWS)
        return event;
    if (c->state == API_CALL_SENT && c->whole)
        judge(c);
    return c->state == API_CALL_ENDED ? API_ENDED : API_NO_NEWS;
}
