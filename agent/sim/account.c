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
    books_done(&a->books);
    free(a->name);
    free(a->key);
    free(a);
}

/* As long as the real ones, which are signed JSON web tokens: they make up most of a list's bytes.
 */
static char *make_secret(const struct sim_account *a, const char *name)
{
    static const char head[] = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.";
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    enum { BODY_BYTES = 120, SIGN_BYTES = 43 };

    struct random r = random_seeded(a->seed ^ hash_of(span_of(name)) ^ (a->created << 40));
    char *secret = xmalloc(sizeof head + BODY_BYTES + 1 + SIGN_BYTES);
    char *at = secret + sprintf(secret, "%s", head);
    for (size_t i = 0; i < BODY_BYTES + 1 + SIGN_BYTES; i++)
        *at++ = i == BODY_BYTES ? '.' : digits[random_next(&r) & 63];
    *at = '\0';
    return secret;
}

static unix_s next_reset_of(const struct sim_token *t, unix_s now)
{
    unix_s next = calendar_next_reset(t->terms.period, now);
    return next == TIME_NONE ? INT64_MAX : next;
}

static struct sim_token *token_new(struct sim_account *a, const struct token_order *order)
{
    struct sim_token *t = xcalloc(1, sizeof *t);
    t->name = xstrdup(order->name);
    t->secret = order->secret ? xstrdup(order->secret) : make_secret(a, order->name);
    t->terms = order->terms;
    t->profile = order->profile;
    t->use_count = order->use_count ? order->use_count : 1;
    memcpy(t->uses, order->use_count ? order->uses : &default_use, t->use_count * sizeof *t->uses);
    t->seed = hash_mix(hash_add(a->seed, span_of(order->name)));
    t->next_slot = profile_next(&t->profile, t->seed, a->now);
    t->next_reset = next_reset_of(t, a->now);
    return t;
}

struct sim_token *account_add(struct sim_account *a, const struct token_order *order)
{
    if (a->token_count == a->token_room) {
        a->token_room = a->token_room ? 2 * a->token_room : 16;
        a->tokens = xrealloc(a->tokens, a->token_room, sizeof(struct sim_token *));
        a->agenda = xrealloc(a->agenda, a->token_room, sizeof(struct sim_token *));
    }
    a->created++;
    struct sim_token *t = token_new(a, order);
    agenda_add(a->agenda, a->token_count, t);
    a->tokens[a->token_count++] = t;
    index_put(&a->by_name, t->name, t);
    index_put(&a->by_secret, t->secret, t);
    a->version++;
    return t;
}

void account_remove(struct sim_account *a, struct sim_token *token)
{
    agenda_remove(a->agenda, a->token_count, token);
    index_remove(&a->by_name, token->name);
    index_remove(&a->by_secret, token->secret);

    size_t at = 0;
    while (a->tokens[at] != token)
        at++;
    a->token_count--;
    memmove(a->tokens + at, a->tokens + at + 1, (a->token_count - at) * sizeof(struct sim_token *));
    token_free(token);
    a->version++;
}

struct sim_token *account_named(const struct sim_account *a, struct span name)
{
    return index_find(&a->by_name, name);
}

struct sim_token *account_with_secret(const struct sim_account *a, struct span secret)
{
    return index_find(&a->by_secret, secret);
}

void account_set_terms(struct sim_account *a, struct sim_token *token, const struct terms *terms)
{
    token->terms = *terms;
    token->next_reset = next_reset_of(token, a->now);
    agenda_moved(a->agenda, a->token_count, token);
    a->version++;
}
