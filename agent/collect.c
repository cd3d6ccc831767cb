/* One token list: bytes as they arrive -> elements -> readings of what is new or moved.
 *
 * A verdict on the list waits for its last byte; until then nothing of the account changes. An element whose bytes
 * are those of last time is recognised by their hash and not decoded at all. */
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "base/own.h"
#include "base/xmalloc.h"
#include "edge/wire/request.h"
#include "parts.h"

enum {
    PAGES_MAX = 10000,
    BYTES_PER_TOKEN_MAX = 4096,  /* a name of 200 characters and a secret of 2000, and room */
};

/* Asks for the page at p->next_url. */
static bool start_page(struct agent *a, struct account *account, struct fault *why)
{
    const struct account_settings *s = account->settings;
    own_free char *url = account->poll->next_url;
    account->poll->next_url = NULL;
    const struct request request = request_of(s, url, s->max_tokens * BYTES_PER_TOKEN_MAX);
    splitter_free(account->poll->splitter);
    account->poll->splitter = splitter_new();
    account->poll->pages++;
    return fetch_start(a->fetch, &request, &account->poll->transfer, why);
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
    if (budget_take(&account->budget, BUDGET_NEEDED, clock_mono()) && !start_page(a, account, &p->why))
        end_with(p, POLL_BROKEN);
}

bool collect_start(struct agent *a, struct account *account)
{
    struct poll *p = account->poll = xcalloc(1, sizeof *p);
    struct text url = { 0 };

    fleet_begin(&account->fleet);
    text_addf(&url, "%s%s", account->settings->url, WIRE_LIST_PATH);
    p->next_url = url.at;
    start_if_affordable(a, account);
    return !p->over;
}

mono_ms collect_deadline(const struct account *account, mono_ms now)
{
    return account->poll->next_url ? budget_ready(&account->budget, BUDGET_NEEDED, now) : MONO_NEVER;
}

void poll_free(struct poll *p)
{
    if (!p)
        return;
    transfer_free(p->transfer);
    splitter_free(p->splitter);
    fleet_done(&p->fresh);
    text_done(&p->error);
    free(p->sightings);
    free(p->next_url);
    free(p);
}

static void add_sighting(struct poll *p, struct sighting s)
{
    if (p->sighting_count == p->sighting_room) {
        p->sighting_room = p->sighting_room ? p->sighting_room * 2 : 64;
        p->sightings = xrealloc(p->sightings, p->sighting_room, sizeof *p->sightings);
    }
    p->sightings[p->sighting_count++] = s;
}

static bool list_known(struct poll *p, struct token *t, struct fault *why)
{
    if (t->listed)
        return fault(why, FAULT_REJECT, "the list names \"%s\" twice", t->name);
    t->listed = true;
    p->listed++;
    return true;
}

static bool list_fresh(struct poll *p, const struct decoded *d, uint64_t hash, struct fault *why)
{
    if (fleet_find(&p->fresh, span_of(d->name)))
        return fault(why, FAULT_REJECT, "the list names \"%s\" twice", d->name);
    struct token *t = fleet_add(&p->fresh, d->name);
    t->last = d->reading;
    t->last.name = t->name;
    t->element_hash = hash;
    return true;
}

static bool read_element(struct account *account, const struct element *e, struct fault *why)
{
    struct poll *p = account->poll;
    struct token *t = fleet_recognise(&account->fleet, e->hash);
    if (t)
        return list_known(p, t, why);

    struct decoded d;
    if (!wire_decode_token(e->json, &d, why))
        return false;
    t = fleet_find(&account->fleet, span_of(d.name));
    if (!t)
        return list_fresh(p, &d, e->hash, why);
    d.reading.name = t->name;
    add_sighting(p, (struct sighting){ t, d.reading, e->hash });
    return list_known(p, t, why);
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
            if (!read_element(account, &e, why))
                return false;
            if ((int64_t)(p->listed + p->fresh.count) > account->settings->max_tokens)
                return fault(why, FAULT_REJECT, "the list is longer than max_tokens (%lld)",
                             (long long)account->settings->max_tokens);
        }
    }
}

/* Reads what arrived. An answer with another status than 200 is not fed to the splitter, so only its first bytes
 * matter; which it is, is known before the first byte of the body. */
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

/* The next page of a paged list, which must be of the same host: the key goes nowhere else. */
static void follow(struct agent *a, struct account *account, struct span next)
{
    struct poll *p = account->poll;
    if (!same_origin(account, next))
        fault(&p->why, FAULT_REJECT, "the list's next page is on another host: not followed");
    else if (p->pages == PAGES_MAX)
        fault(&p->why, FAULT_REJECT, "the list has more than %d pages", PAGES_MAX);
    else {
        p->next_url = xstrndup(next.at, next.len);
        start_if_affordable(a, account);
        return;
    }
    end_with(p, POLL_BROKEN);
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
        end_with(p, POLL_OK);
}

static void end_with_status(struct account *account, int status)
{
    struct poll *p = account->poll;
    answer_refused(status, &p->error, account->settings->key, &p->why);
    end_with(p, answer_result(status));
}

bool collect_turn(struct agent *a, struct account *account)
{
    struct poll *p = account->poll;
    struct outcome outcome;

    if (!p->transfer) {
        start_if_affordable(a, account);
        return p->over;
    }
    bool over = transfer_over(p->transfer, clock_unix(), &outcome);
    read_bytes(account, outcome.status);
    if (!over && !p->faulty)
        return false;

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
        end_with_status(account, outcome.status);
    else
        end_list(a, account);
    answer_hide_key(p->why.text, account->settings->key);
    return p->over;
}
