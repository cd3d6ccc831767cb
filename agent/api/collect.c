/* One token list: pages as they arrive, element by element.
 *
 * A list of several pages may change while it is read: then tokens are on two of them, or on none,
 * and it is read again from the first. A verdict on the list waits for its last byte, and one that
 * is mostly unreadable is none; until then nothing of the account changes. */
#include "api/collect.h"

#include <stdlib.h>
#include <string.h>

#include "api/element.h"
#include "api/settle.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "core/presence.h"
#include "provider/provider.h"

enum {
    PAGES_MAX = 10000,
    IDLE_PAGES_MAX = 3,         /* in a row that bring no new token */
    TOKENS_PER_PAGE_MIN = 10,   /* what a service that pages puts on one at least */
    REPEATS_MAX = 2,            /* of a list that changed while it was read */
    BYTES_PER_TOKEN_MAX = 4096, /* a name of 200 characters and a secret of 2000, and room */
};

static void ask_for_page(struct poll *p, const char *url)
{
    const struct api_request request = {
        .url = url,
        .as = poll_key(p),
        .alone = provider_of(poll_settings(p))->lists_itself,
        .splitter = splitter_new(&provider_of(poll_settings(p))->list),
        .bytes_max = poll_settings(p)->max_tokens * BYTES_PER_TOKEN_MAX,
    };
    splitter_hash(request.splitter, p->api->element_key);
    splitter_outline(request.splitter);
    p->seen_urls = xrealloc(p->seen_urls, (size_t)p->pages + 1, sizeof *p->seen_urls);
    p->seen_urls[p->pages++] = hash_of(span_of(url));
    p->named_before = poll_named(p);
    api_call_ask(&p->call, p->api, &request);
}

/* Where the list begins; where each key shows its own token, all of it for the next one. */
static void ask_for_start(struct poll *p)
{
    struct text url = { 0 };
    text_addf(&url, "%s%s", poll_settings(p)->url, provider_of(poll_settings(p))->list_path);
    ask_for_page(p, text_z(&url));
    text_done(&url);
}

static void ask_for_list(struct poll *p)
{
    presence_begin(p->known);
    p->total = -1;
    ask_for_start(p);
}

struct poll *collect_start(struct api *api, struct token_set *known)
{
    struct poll *p = xcalloc(1, sizeof *p);
    p->api = api;
    p->known = known;
    p->began = clock_mono();
    ask_for_list(p);
    return p;
}

/* A poll as a whole is over by then: an interval, or three requests that take all their time. A
 * long list has as much longer as its pages, of at least a few tokens each, wait for their turn. */
static mono_ms last_moment(const struct poll *p)
{
    const struct account_settings *s = poll_settings(p);
    int64_t base_s = s->interval_s > 3 * s->timeout_s ? s->interval_s : 3 * s->timeout_s;
    int64_t page_ms = 1000 * 1000 / s->calls_milli_per_s;
    int64_t pages = p->pages_before + (int64_t)poll_named(p) / TOKENS_PER_PAGE_MIN;
    return p->began + base_s * 1000 + pages * page_ms;
}

mono_ms collect_deadline(const struct poll *p, mono_ms now)
{
    mono_ms last = last_moment(p), ready = api_call_deadline(&p->call, now);
    return ready < last ? ready : last;
}

/* Nothing is known of the list. */
static void forget_list(struct poll *p)
{
    for (size_t i = 0; i < p->renaming_count; i++)
        token_done(&p->renamings[i].is);
    token_set_done(&p->fresh);
    text_clear(&p->flaws);
    p->observation_count = p->renaming_count = p->ended_count = p->revoked_count = 0;
    p->listed = p->doubles = p->unread = p->nameless = 0;
    p->elements = 0;
    p->pages_before += p->pages;
    p->pages = p->idle_pages = 0;
}

void poll_free(struct poll *p)
{
    if (!p)
        return;
    api_call_done(&p->call);
    forget_list(p);
    free(p->observations);
    free(p->renamings);
    free(p->ended);
    free(p->revoked);
    text_done(&p->flaws);
    free(p->seen_urls);
    free(p);
}

/* False: there is none among the bytes that arrived. */
static bool read_next(struct poll *p, enum api_event *ret)
{
    struct element element;
    *ret = api_call_turn(&p->call, &element);
    if (*ret == API_OUTLINE)
        element_outline(p, &element);
    else if (*ret == API_ELEMENT)
        element_read(p, &element);
    return *ret == API_OUTLINE || *ret == API_ELEMENT;
}

static bool was_asked_for(const struct poll *p, struct span url)
{
    uint64_t hash = hash_of(url);
    for (int i = 0; i < p->pages; i++)
        if (p->seen_urls[i] == hash)
            return true;
    return false;
}

/* Whether a list may go on there: on the same host, for the key goes nowhere else. */
static bool leads_on(const struct poll *p, const char *next, struct text *ret, struct fault *why)
{
    if (!fetch_resolve(text_z(&p->call.url), next, ret))
        return fault(why, FAULT_REJECT,
                     "the next page of the list is on another host and was not requested");
    if (was_asked_for(p, (struct span){ ret->at, ret->len }))
        return fault(why, FAULT_REJECT, "page %d of the list links back to a page already read",
                     p->pages);
    if (p->idle_pages > IDLE_PAGES_MAX)
        return fault(why, FAULT_REJECT,
                     "the list continues after %d consecutive pages without a new token",
                     p->idle_pages);
    return p->pages < PAGES_MAX
        || fault(why, FAULT_REJECT, "the list has more than %d pages", PAGES_MAX);
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

/* Half of a list cannot be wrong by itself; tokens that are asked one by one can. */
static bool is_no_list(const struct poll *p, size_t flawed, size_t all)
{
    return provider_of(poll_settings(p))->lists_itself ? all > 0 && flawed == all
                                                       : flawed * 2 > all;
}

/* Says what could not be read of a list that is whole; when that is more than half, it is no list.
 */
static void judge_whole(struct poll *p)
{
    size_t flawed = p->unread + p->nameless, all = poll_named(p) + p->nameless;
    const char *flaws = text_z(&p->flaws);
    bool is_none = is_no_list(p, flawed, all);
    p->result = !is_none ? POLL_OK : p->refused == all ? POLL_UNAUTHORIZED : POLL_BROKEN;
    if (is_none)
        fault(&p->why, FAULT_REJECT, "%zu of %zu tokens cannot be read: %s", flawed, all, flaws);
    else if (p->nameless)
        fault(&p->why, FAULT_REJECT,
              "%zu unreadable token%s, %zu element%s without a readable name: %s", p->unread,
              plural(p->unread), p->nameless, plural(p->nameless), flaws);
    else if (p->unread)
        fault(&p->why, FAULT_REJECT, "%zu unreadable token%s: %s", p->unread, plural(p->unread),
              flaws);
}

/* What the list says of its own length, if anything: the last page may be missing. */
static bool is_short(struct poll *p)
{
    if (p->call.count <= p->elements)
        return false;
    p->result = POLL_BROKEN;
    fault(&p->why, FAULT_REJECT, "the list is incomplete: it ends after %lld of %lld tokens",
          (long long)p->elements, (long long)p->call.count);
    return true;
}

/* Its length differs from page to page. */
static bool has_moved(struct poll *p)
{
    int64_t before = p->total;
    p->total = p->call.count >= 0 ? p->call.count : p->total;
    if (before < 0 || p->total == before)
        return false;
    p->result = POLL_BROKEN;
    fault(&p->why, FAULT_REJECT,
          "the list changed while it was read: page %d says that it has %lld tokens, the one "
          "before %lld",
          p->pages, (long long)p->total, (long long)before);
    return true;
}

/* A token on two pages moved between them, so another one may be on none. Where it is so each time,
 * the list is like that. */
static bool has_doubles(struct poll *p)
{
    if (p->pages == 1 || p->doubles <= p->known->doubles || p->repeats == REPEATS_MAX)
        return false;
    fault(&p->why, FAULT_REJECT, "the list changed while it was read: page %d repeats a token",
          p->pages);
    return true;
}

/* Begins anew; false: that was tried often enough. */
static bool repeat(struct poll *p)
{
    if (p->pages == 1 || p->repeats == REPEATS_MAX)
        return false;
    log_info("%s: %s; reading it again", poll_settings(p)->name, p->why.text);
    p->repeats++;
    forget_list(p);
    ask_for_list(p);
    return true;
}

static bool follow(struct poll *p)
{
    struct text url = { 0 };
    char *next = xstrndup(p->call.next.at, p->call.next.len);
    bool ok = leads_on(p, next, &url, &p->why);
    if (ok)
        ask_for_page(p, text_z(&url));
    free(next);
    text_done(&url);
    return ok;
}

static void end_list(struct poll *p)
{
    p->known->doubles = p->doubles;
    settle(p);
    judge_whole(p);
}

/* Of an account that is watched by its tokens' keys: on with the next one. */
static bool end_key(struct poll *p)
{
    bool refused = p->result == POLL_UNAUTHORIZED;
    if (p->result != POLL_OK && !refused)
        return true;
    if (refused)
        element_refused(p);
    if (++p->keys < poll_settings(p)->token_key_count) {
        ask_for_start(p);
        return false;
    }
    end_list(p);
    return true;
}

/* Adds what the call of a page was, and asks for the next one; true when the list ends with it. */
static bool end_page(struct poll *p)
{
    const struct api_call *c = &p->call;
    p->status = c->outcome.status;
    p->bytes += c->outcome.bytes;
    p->took_ms += c->outcome.took_ms;
    p->retry_after_s = c->outcome.retry_after_s;
    p->result = c->result;
    p->why = c->why;
    if (poll_key(p))
        return end_key(p);
    if (c->result != POLL_OK)
        return true;
    if (has_moved(p) || has_doubles(p))
        return !repeat(p);
    if (!c->next.len) {
        p->doubles += settle_doubles(p);
        if (is_short(p) || has_doubles(p))
            return !repeat(p);
        end_list(p);
        return true;
    }
    p->idle_pages = poll_named(p) > p->named_before ? 0 : p->idle_pages + 1;
    if (follow(p))
        return false;
    p->result = POLL_BROKEN;
    return true;
}

static void give_up(struct poll *p)
{
    char after[DURATION_TEXT_BYTES];
    p->took_ms = clock_mono() - p->began;
    p->result = POLL_UNAVAILABLE;
    fault(&p->why, FAULT_RETRY, "the list was still incomplete after %s: gave up at page %d",
          duration_format(p->took_ms / 1000, after), p->pages);
}

bool collect_turn(struct poll *p)
{
    enum api_event event;
    while (read_next(p, &event))
        continue;
    bool over = event == API_ENDED && end_page(p);
    if (!over && clock_mono() >= last_moment(p)) {
        give_up(p);
        over = true;
    }
    if (over)
        api_call_done(&p->call);
    return over;
}
