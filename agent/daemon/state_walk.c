/* Which topic each state has, and what it says. */
#include "daemon/state_walk.h"

#include "base/version.h"
#include "daemon/announce.h"
#include "daemon/state.h"
#include "edge/wire.h"

/* Of credits there is a state also where the API offers none. */
static size_t credits_of(const struct account *account)
{
    return account->credits.source == CREDITS_NOT_OFFERED ? 1 : account->credits.series.count;
}

static size_t places_of(const struct account *account)
{
    return 1 + credits_of(account) + account->fleet.count;
}

size_t state_walk_count(const struct agent *a)
{
    size_t count = 1;
    for (size_t i = 0; i < a->account_count; i++)
        count += places_of(&a->accounts[i]);
    return count;
}

static struct state_topic token_state(struct account *account, struct token *t)
{
    return (struct state_topic){ &t->publication, account, t, false, TAG_TOKENS + t->id };
}

static struct state_topic credits_state(struct account *account, size_t index)
{
    struct credits *c = &account->credits;
    if (c->source != CREDITS_NOT_OFFERED)
        return token_state(account, &c->series.tokens[0]);
    return (struct state_topic){ &c->absence, account, NULL, true, TAG_CREDITS + (int64_t)index };
}

/* Fleets shrink between two turns: a place that is gone is the next account's first. */
struct state_topic state_walk_at(struct agent *a, struct state_place *at)
{
    if (at->account < a->account_count && at->place >= places_of(&a->accounts[at->account]))
        *at = (struct state_place){ at->account + 1, 0 };
    if (at->account >= a->account_count)
        return (struct state_topic){ &a->retained.status, NULL, NULL, false, TAG_STATUS };
    struct account *account = &a->accounts[at->account];
    size_t credits = credits_of(account);
    if (at->place == 0)
        return (struct state_topic){ &account->publication, account, NULL, false,
                                     TAG_ACCOUNTS + (int64_t)at->account };
    if (at->place <= credits)
        return credits_state(account, at->account);
    return token_state(account, &account->fleet.tokens[at->place - 1 - credits]);
}

void state_walk_advance(const struct agent *a, struct state_place *at)
{
    if (at->account >= a->account_count)
        *at = (struct state_place){ 0, 0 };
    else
        at->place++;
}

struct state_place state_walk_first(const struct agent *a)
{
    return (struct state_place){ a->account_count, 0 }; /* the status */
}

void state_walk_each(struct agent *a, void (*see)(struct agent *, struct state_topic *, void *),
                     void *context)
{
    struct state_place at = state_walk_first(a);
    for (size_t left = state_walk_count(a); left > 0; left--, state_walk_advance(a, &at)) {
        struct state_topic s = state_walk_at(a, &at);
        see(a, &s, context);
    }
}

/* `ebb once` has no status: nobody would take it back. Of an account that was never polled there is
 * nothing to say. */
static bool has_words(const struct agent *a, const struct state_topic *s)
{
    if (!s->account)
        return !a->once;
    return s->token || s->account->ended.at != TIME_NONE;
}

bool state_is_due(const struct agent *a, const struct state_topic *s)
{
    const struct publication *p = s->publication;
    return p->due && !p->sent && !p->aside && has_words(a, s);
}

void state_make_topic(const struct agent *a, const struct state_topic *s, struct text *out)
{
    if (s->token)
        announce_token_topic(a, s->account, s->token, out);
    else if (s->account)
        announce_account_topic(a, s->account, s->of_credits ? CREDITS_TOPIC : "state", out);
    else {
        text_clear(out);
        text_add(out, span_of(a->status_topic));
    }
}

/* ---- what they say ---- */

static void encode_status(const struct agent *a, struct text *out)
{
    if (a->store_ill)
        wire_encode_degraded(a->outage.why.text, a->outage.since, EBB_VERSION, clock_unix(), out);
    else
        wire_encode_status("online", EBB_VERSION, clock_unix(), out);
}

void state_encode(const struct agent *a, const struct state_topic *s, struct text *out)
{
    text_clear(out);
    if (s->token)
        announce_encode_token(s->account, s->token, out);
    else if (s->of_credits)
        wire_encode_no_credits(s->account->settings->name, s->account->ended.at, out);
    else if (s->account)
        announce_encode_account(a, s->account, out);
    else
        encode_status(a, out);
}
