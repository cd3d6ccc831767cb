/* One token list: bytes as they arrive -> elements -> readings of what is new or moved.
 *
 * An element that cannot be read makes its own token unreadable and no other; a list that is mostly
 * such is none. A verdict on the list waits for its last byte; until then nothing of the account
 * changes. An element whose bytes are those of last time is recognised by their hash and not
 * decoded at all. */
#include "daemon/collect.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "daemon/account.h"
#include "daemon/answer.h"
#include "daemon/api_call.h"
#include "daemon/state.h"
#include "provider/provider.h"

enum {
    PAGES_MAX = 10000,
    IDLE_PAGES_MAX = 3,         /* in a row that bring no new token */
    TOKENS_PER_PAGE_MIN = 10,   /* what a service that pages puts on one at least */
    FLAWS_NAMED = 3,            /* of all that cannot be read */
    NAME_COLUMNS = 60,          /* of a token's name in a text */
    BYTES_PER_TOKEN_MAX = 4096, /* a name of 200 characters and a secret of 2000, and room */
};

static size_t named(const struct poll *p)
{
    return p->listed + p->fresh.count;
}

/* Asks for the page at p->next_url. */
static bool start_page(struct agent *a, struct account *account, struct fault *why)
{
    const struct account_settings *s = account->settings;
    struct poll *p = account->poll;
    free(p->page_url);
    p->page_url = p->next_url;
    p->next_url = NULL;
    const struct request request = request_of(s, p->page_url, s->max_tokens * BYTES_PER_TOKEN_MAX);
    splitter_free(p->splitter);
    p->splitter = splitter_new(&provider_of(s)->list);
    p->seen_urls = xrealloc(p->seen_urls, (size_t)p->pages + 1, sizeof *p->seen_urls);
    p->seen_urls[p->pages++] = hash_of(span_of(p->page_url));
    p->named_before = named(p);
    return fetch_start(a->fetch, &request, &p->transfer, why);
}

static void end_with(struct poll *p, enum poll_result result)
{
    p->over = true;
    p->result = result;
}

/* The next page is asked for as soon as the budget allows. */
static void start_if_affordable(struct agent *a, struct account *account)
{
    struct poll *p = account->poll;
    if (rate_limit_take(&account->budget, RATE_LIMIT_NEEDED, clock_mono())
        && !start_page(a, account, &p->why))
        end_with(p, POLL_BROKEN);
}

bool collect_start(struct agent *a, struct account *account)
{
    struct poll *p = account->poll = xcalloc(1, sizeof *p);
    struct text url = { 0 };

    p->began = clock_mono();
    token_set_begin(&account->fleet);
    text_addf(&url, "%s%s", account->settings->url, provider_of(account->settings)->list_path);
    p->next_url = url.at;
    start_if_affordable(a, account);
    return !p->over;
}

/* A poll as a whole is over by then: an interval, or three requests that take all their time. A
 * long list has as much longer as its pages, of at least a few tokens each, wait for their turn. */
static mono_ms last_moment(const struct account *account)
{
    const struct account_settings *s = account->settings;
    int64_t base_s = s->interval_s > 3 * s->timeout_s ? s->interval_s : 3 * s->timeout_s;
    int64_t page_ms = 1000 * 1000 / s->calls_milli_per_s;
    return account->poll->began + base_s * 1000
        + (int64_t)named(account->poll) / TOKENS_PER_PAGE_MIN * page_ms;
}

mono_ms collect_deadline(const struct account *account, mono_ms now)
{
    mono_ms last = last_moment(account);
    mono_ms ready = account->poll->next_url
        ? rate_limit_ready(&account->budget, RATE_LIMIT_NEEDED, now)
        : MONO_NEVER;
    return ready < last ? ready : last;
}

void poll_free(struct poll *p)
{
    if (!p)
        return;
    transfer_free(p->transfer);
    splitter_free(p->splitter);
    token_set_done(&p->fresh);
    text_done(&p->error);
    free(p->observations);
    text_done(&p->flaws);
    free(p->page_url);
    free(p->seen_urls);
    free(p->next_url);
    free(p);
}

static void add_observation(struct poll *p, struct observation s)
{
    if (p->observation_count == p->observation_room) {
        p->observation_room = p->observation_room ? p->observation_room * 2 : 64;
        p->observations = xrealloc(p->observations, p->observation_room, sizeof *p->observations);
    }
    p->observations[p->observation_count++] = s;
}

/* `"prod-a": balance is missing, ...`, of the first few. */
static void note_flaw(struct poll *p, const char *name, const char *what)
{
    if (p->unread + p->nameless > FLAWS_NAMED)
        return;
    if (p->flaws.len)
        text_add(&p->flaws, span_of(", "));
    text_add(&p->flaws, span_of(name[0] ? "\"" : "unnamed element"));
    text_add_terminal(&p->flaws, span_of(name), NAME_COLUMNS);
    text_addf(&p->flaws, "%s: %s", name[0] ? "\"" : "", what);
}

/* The list has this token; `unread` says why its element cannot be read, NULL: it can. Of two
 * elements neither can be believed. */
static void list_token(struct poll *p, struct token *t, const char *unread)
{
    if (t->listed)
        unread = "listed twice";
    t->listed = true;
    if (!unread || t->unread)
        return;
    token_set_list_unread(t, unread);
    p->unread++;
    note_flaw(p, t->name, unread);
}

static struct token *list_known(struct poll *p, struct token *t, const char *unread)
{
    p->listed += !t->listed;
    list_token(p, t, unread);
    return t;
}

static struct token *list_fresh(struct poll *p, const char *name, const char *unread)
{
    struct token *t = token_set_find(&p->fresh, span_of(name));
    t = t ? t : token_set_add(&p->fresh, name);
    list_token(p, t, unread);
    return t;
}

/* What cannot be read is its own token's trouble, and nobody else's. */
static void read_flawed(struct account *account, struct span element, const char *flaw)
{
    struct poll *p = account->poll;
    char name[NAME_BYTES_MAX + 1];
    if (!provider_name_of(provider_of(account->settings), element, name)) {
        p->nameless++;
        note_flaw(p, "", flaw);
        return;
    }
    struct token *t = token_set_find(&account->fleet, span_of(name));
    if (t)
        list_known(p, t, flaw);
    else
        list_fresh(p, name, flaw);
}

static void take_reading(struct account *account, struct decoded *d, uint64_t hash)
{
    struct poll *p = account->poll;
    struct token *t = token_set_find(&account->fleet, span_of(d->name));
    if (t) {
        d->reading.name = t->name;
        add_observation(p, (struct observation){ .token = t, .reading = d->reading, .hash = hash });
        list_known(p, t, NULL);
        return;
    }
    t = list_fresh(p, d->name, NULL);
    t->last = d->reading;
    t->last.name = t->name;
    t->element_hash = hash;
}

static void read_element(struct account *account, const struct element *e)
{
    struct fault flaw;
    struct decoded d;
    struct token *t = e->flaw ? NULL : token_set_recognise(&account->fleet, e->hash);
    if (t)
        list_known(account->poll, t, NULL);
    else if (e->flaw)
        read_flawed(account, e->json, e->flaw);
    else if (provider_of(account->settings)->decode_token(e->json, &d, &flaw))
        take_reading(account, &d, e->hash);
    else
        read_flawed(account, e->json, flaw.text);
}

static bool read_elements(struct account *account, struct fault *why)
{
    struct poll *p = account->poll;
    struct element e;
    for (;;) {
        switch (splitter_next(p->splitter, &e, why)) {
        case SPLIT_MORE:
            return true;
        case SPLIT_FAULT:
            return false;
        case SPLIT_ELEMENT:
            read_element(account, &e);
            if (++p->elements > account->settings->max_tokens)
                return fault(why, FAULT_REJECT, "the list is longer than max_tokens (%lld)",
                             (long long)account->settings->max_tokens);
        }
    }
}

/* Reads what arrived. An answer with another status than 200 is not fed to the splitter, so only
 * its first bytes matter; which it is, is known before the first byte of the body. */
static void read_bytes(struct account *account, int status)
{
    struct poll *p = account->poll;
    struct span bytes = transfer_take(p->transfer);
    if (!bytes.len || p->faulty)
        return;
    if (status == 200) {
        splitter_feed(p->splitter, bytes);
        p->faulty = !read_elements(account, &p->why);
    } else if (p->error.len < ANSWER_ERROR_BYTES) {
        size_t room = ANSWER_ERROR_BYTES - p->error.len;
        text_add(&p->error, (struct span){ bytes.at, bytes.len < room ? bytes.len : room });
    }
}

static bool same_origin(const struct account *account, struct span url)
{
    size_t len = strlen(account->settings->url);
    return url.len > len && memcmp(url.at, account->settings->url, len) == 0 && url.at[len] == '/';
}

static bool was_asked_for(const struct poll *p, struct span url)
{
    uint64_t hash = hash_of(url);
    for (int i = 0; i < p->pages; i++)
        if (p->seen_urls[i] == hash)
            return true;
    return false;
}

/* Whether a list may go on there. */
static bool leads_on(const struct account *account, struct span next, struct fault *why)
{
    const struct poll *p = account->poll;
    if (!same_origin(account, next))
        return fault(why, FAULT_REJECT,
                     "the next page of the list is on another host and was not requested");
    if (was_asked_for(p, next))
        return fault(why, FAULT_REJECT, "page %d of the list links back to a page already read",
                     p->pages);
    if (p->idle_pages > IDLE_PAGES_MAX)
        return fault(why, FAULT_REJECT,
                     "the list continues after %d consecutive pages without a new token",
                     p->idle_pages);
    return p->pages < PAGES_MAX
        || fault(why, FAULT_REJECT, "the list has more than %d pages", PAGES_MAX);
}

/* The next page of a paged list, which must be of the same host: the key goes nowhere else. */
static void follow(struct agent *a, struct account *account, struct span next)
{
    struct poll *p = account->poll;
    p->idle_pages = named(p) > p->named_before ? 0 : p->idle_pages + 1;
    if (!leads_on(account, next, &p->why)) {
        end_with(p, POLL_BROKEN);
        return;
    }
    p->next_url = xstrndup(next.at, next.len);
    start_if_affordable(a, account);
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

/* Says what could not be read of a list that is whole; when that is more than half, it is no list.
 */
static void end_whole(struct poll *p)
{
    size_t flawed = p->unread + p->nameless, all = named(p) + p->nameless;
    const char *flaws = text_z(&p->flaws);
    end_with(p, flawed * 2 > all ? POLL_BROKEN : POLL_OK);
    if (flawed * 2 > all)
        fault(&p->why, FAULT_REJECT, "%zu of %zu tokens cannot be read: %s", flawed, all, flaws);
    else if (p->nameless)
        fault(&p->why, FAULT_REJECT,
              "%zu unreadable token%s, %zu element%s without a readable name: %s", p->unread,
              plural(p->unread), p->nameless, plural(p->nameless), flaws);
    else if (p->unread)
        fault(&p->why, FAULT_REJECT, "%zu unreadable token%s: %s", p->unread, plural(p->unread),
              flaws);
}

static void end_list(struct agent *a, struct account *account)
{
    struct poll *p = account->poll;
    struct span next;
    if (!p->faulty)
        p->faulty = !splitter_end(p->splitter, &next, &p->why);
    if (p->faulty)
        end_with(p, POLL_BROKEN);
    else if (next.len)
        follow(a, account, next);
    else
        end_whole(p);
}

/* A refused key is read again from its file; another one is tried at once, within the budget. */
static void end_with_status(struct agent *a, struct account *account, int status)
{
    struct poll *p = account->poll;
    answer_refused(account->settings, status, &p->error, &p->why);
    answer_hide_key(p->why.text, account->settings->key);
    if (answer_result(status) == POLL_UNAUTHORIZED && account_renew_key(account, &p->why)) {
        text_clear(&p->error);
        p->why = (struct fault){ 0 };
        p->next_url = p->page_url;
        p->page_url = NULL;
        start_if_affordable(a, account);
        return;
    }
    answer_note_wait(&p->why, p->retry_after_s, clock_unix());
    end_with(p, answer_result(status));
}

static bool takes_too_long(const struct account *account)
{
    return clock_mono() >= last_moment(account);
}

static void give_up(struct account *account)
{
    struct poll *p = account->poll;
    char after[DURATION_TEXT_BYTES];
    transfer_free(p->transfer);
    p->transfer = NULL;
    p->took_ms = clock_mono() - p->began;
    fault(&p->why, FAULT_RETRY, "the list was still incomplete after %s: gave up at page %d",
          duration_format(p->took_ms / 1000, after), p->pages);
    end_with(p, POLL_UNAVAILABLE);
}

bool collect_turn(struct agent *a, struct account *account)
{
    struct poll *p = account->poll;
    struct outcome outcome;

    if (!p->transfer && !takes_too_long(account)) {
        start_if_affordable(a, account);
        return p->over;
    }
    if (!p->transfer) {
        give_up(account);
        return true;
    }
    bool over = transfer_over(p->transfer, clock_unix(), &outcome);
    read_bytes(account, outcome.status);
    if (!over && !p->faulty && takes_too_long(account))
        give_up(account);
    if (!over && !p->faulty)
        return p->over;

    transfer_free(p->transfer);
    p->transfer = NULL;
    p->status = outcome.status;
    p->bytes += outcome.bytes;
    p->took_ms += outcome.took_ms;
    p->retry_after_s = outcome.retry_after_s;

    if (over && outcome.end == TRANSFER_FAILED) {
        p->why = outcome.why;
        end_with(p, outcome.why.kind == FAULT_REJECT ? POLL_BROKEN : POLL_UNAVAILABLE);
    } else if (outcome.status != 200)
        end_with_status(a, account, outcome.status);
    else
        end_list(a, account);
    answer_hide_key(p->why.text, account->settings->key);
    return p->over;
}
