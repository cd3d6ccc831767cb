/* Keeping tokens: creation, look-up, change and removal. What they spend is spend.c's business. */
#include "sim/account.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/random.h"
#include "base/xmalloc.h"
#include "core/calendar.h"
#include "sim/agenda.h"

static const struct use default_use = { "llm__chat", "openai" };

struct sim_account *account_new(const char *name, const char *key, uint64_t seed, unix_s now)
{
    struct sim_account *a = xcalloc(1, sizeof *a);
    a->name = xstrdup(name);
    a->key = xstrdup(key);
    a->seed = hash_mix(hash_add(seed ^ HASH_START, span_of(name)));
    a->now = now;
    return a;
}

static void token_free(struct sim_token *t)
{
    free(t->name);
    free(t->secret);
    free(t->member);
    free(t->shown);
    free(t);
}

void account_free(struct sim_account *a)
{
    if (!a)
        return;
    for (size_t i = 0; i < a->token_count; i++)
        token_free(a->tokens[i]);
    free(a->tokens);
    free(a->agenda);
    index_done(&a->by_name);
    index_done(&a->by_secret);
    index_done(&a->by_id);
    for (size_t i = 0; i < a->member_count; i++)
        free(a->members[i]);
    free(a->members);
    manage_keys_done(&a->manage_keys);
    books_done(&a->books);
    free(a->name);
    free(a->key);
    free(a);
}

/* Another one for each token that ever was, and for each secret of it. */
static uint64_t secret_seed(struct sim_account *a, const char *name)
{
    return a->seed ^ hash_of(span_of(name)) ^ (++a->created << 40);
}

static unix_s next_reset_of(const struct sim_token *t, unix_s now)
{
    unix_s next = calendar_next_reset(t->terms.period, now);
    return next == TIME_NONE ? INT64_MAX : next;
}

static struct sim_token *token_new(struct sim_account *a, const struct token_order *order)
{
    struct sim_token *t = xcalloc(1, sizeof *t);
    uint64_t seed = secret_seed(a, order->name);
    t->name = xstrdup(order->name);
    t->secret = order->secret ? xstrdup(order->secret)
        : order->hashed       ? secret_key(INFERENCE_PREFIX, seed)
                              : secret_web_token(seed);
    t->member = order->member ? xstrdup(order->member) : NULL;
    t->revoked_at = TIME_NONE;
    if (!order->legacy)
        secret_id(~seed, t->id);
    t->terms = order->terms;
    t->profile = order->profile;
    t->use_count = order->use_count ? order->use_count : 1;
    memcpy(t->uses, order->use_count ? order->uses : &default_use, t->use_count * sizeof *t->uses);
    t->seed = hash_add(a->seed, span_of(order->name));
    t->seed = hash_mix(order->member ? hash_add(t->seed, span_of(order->member)) : t->seed);
    t->next_slot = profile_next(&t->profile, t->seed, a->now);
    t->next_reset = next_reset_of(t, a->now);
    return t;
}

/* Tokens of one name are a chain, from the oldest on. */
static void link_name(struct sim_account *a, struct sim_token *token)
{
    struct sim_token *last = index_find(&a->by_name, span_of(token->name));
    token->namesake = NULL;
    if (!last) {
        index_put(&a->by_name, token->name, token);
        return;
    }
    while (last->namesake)
        last = last->namesake;
    last->namesake = token;
}

static void unlink_name(struct sim_account *a, struct sim_token *token)
{
    struct sim_token *at = index_find(&a->by_name, span_of(token->name));
    if (at == token) {
        index_remove(&a->by_name, token->name);
        if (token->namesake)
            index_put(&a->by_name, token->namesake->name, token->namesake);
        return;
    }
    while (at->namesake != token)
        at = at->namesake;
    at->namesake = token->namesake;
}

struct sim_token *account_add(struct sim_account *a, const struct token_order *order)
{
    if (a->token_count == a->token_room) {
        a->token_room = a->token_room ? 2 * a->token_room : 16;
        a->tokens = xrealloc(a->tokens, a->token_room, sizeof(struct sim_token *));
        a->agenda = xrealloc(a->agenda, a->token_room, sizeof(struct sim_token *));
    }
    struct sim_token *t = token_new(a, order);
    agenda_add(a->agenda, a->living_count++, t);
    a->tokens[a->token_count++] = t;
    link_name(a, t);
    index_put(&a->by_secret, t->secret, t);
    if (*t->id)
        index_put(&a->by_id, t->id, t);
    if (t->member)
        account_add_member(a, t->member);
    a->version++;
    return t;
}

void account_revoke(struct sim_account *a, struct sim_token *token)
{
    agenda_remove(a->agenda, a->living_count--, token);
    index_remove(&a->by_secret, token->secret);
    token->revoked_at = a->now;
    a->version++;
}

void account_remove(struct sim_account *a, struct sim_token *token)
{
    if (!token_is_revoked(token))
        account_revoke(a, token);
    unlink_name(a, token);
    if (*token->id)
        index_remove(&a->by_id, token->id);

    size_t at = 0;
    while (a->tokens[at] != token)
        at++;
    a->token_count--;
    memmove(a->tokens + at, a->tokens + at + 1, (a->token_count - at) * sizeof(struct sim_token *));
    token_free(token);
    a->version++;
}

void account_rename(struct sim_account *a, struct sim_token *token, const char *name)
{
    char *old = token->name;
    unlink_name(a, token);
    token->name = xstrdup(name);
    link_name(a, token);
    if (token->page)
        books_rename(token->page, name);
    free(old);
    a->version++;
}

void account_rotate(struct sim_account *a, struct sim_token *token)
{
    uint64_t seed = secret_seed(a, token->name);
    index_remove(&a->by_secret, token->secret);
    free(token->secret);
    token->secret = secret_key(INFERENCE_PREFIX, seed);
    index_put(&a->by_secret, token->secret, token);
    if (!*token->id) {
        secret_id(~seed, token->id);
        index_put(&a->by_id, token->id, token);
    }
    a->version++;
}

bool account_has_member(const struct sim_account *a, const char *email)
{
    for (size_t i = 0; i < a->member_count; i++)
        if (strcmp(a->members[i], email) == 0)
            return true;
    return false;
}

void account_add_member(struct sim_account *a, const char *email)
{
    if (account_has_member(a, email))
        return;
    a->members = xrealloc(a->members, a->member_count + 1, sizeof *a->members);
    a->members[a->member_count++] = xstrdup(email);
}

void account_attribute(struct sim_account *a, struct sim_token *token, const char *member)
{
    free(token->member);
    token->member = member ? xstrdup(member) : NULL;
    if (member)
        account_add_member(a, member);
    a->version++;
}

struct sim_token *account_named(const struct sim_account *a, struct span name)
{
    struct sim_token *t = index_find(&a->by_name, name);
    while (t && token_is_revoked(t))
        t = t->namesake;
    return t;
}

static bool same_member(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

bool account_name_taken(const struct sim_account *a, const char *name, const char *member,
                        const struct sim_token *except)
{
    const struct sim_token *t = index_find(&a->by_name, span_of(name));
    for (; t; t = t->namesake)
        if (t != except && !token_is_revoked(t) && same_member(t->member, member))
            return true;
    return false;
}

struct sim_token *account_with_secret(const struct sim_account *a, struct span secret)
{
    return index_find(&a->by_secret, secret);
}

struct sim_token *account_with_id(const struct sim_account *a, struct span id)
{
    return index_find(&a->by_id, id);
}

void account_set_terms(struct sim_account *a, struct sim_token *token, const struct terms *terms)
{
    token->terms = *terms;
    token->unsettled.nano = 0;
    token->next_reset = next_reset_of(token, a->now);
    if (!token_is_revoked(token))
        agenda_moved(a->agenda, a->living_count, token);
    a->version++;
}
