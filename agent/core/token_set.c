/* Tokens in one array, found by two hash tables that hold places in it: by key, and by the bytes
 * of the last list.
 *
 * A token that is idle is its row, its name and its places: 100,000 of them are about 60 MB. */
#include "core/token_set.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/xmalloc.h"
#include "core/place_index.h"

enum {
    TOKENS_ROOM_FIRST = 16,
    PREFETCHED = 6, /* tokens ahead of the one that is recognised */
};

static size_t place_of(const struct token_set *f, const struct token *t)
{
    return (size_t)(t - f->tokens);
}

static uint64_t key_hash(const struct token *t)
{
    return hash_of(span_of(token_key(t)));
}

void token_set_done(struct token_set *f)
{
    for (size_t i = 0; i < f->count; i++)
        token_done(&f->tokens[i]);
    free(f->tokens);
    place_index_free(f->by_key);
    place_index_free(f->by_hash);
    *f = (struct token_set){ 0 };
}

static struct token *place_for(struct token_set *f)
{
    if (f->count == f->room) {
        f->room = f->room ? f->room * 2 : TOKENS_ROOM_FIRST;
        f->tokens = xrealloc(f->tokens, f->room, sizeof *f->tokens);
    }
    return &f->tokens[f->count];
}

struct token *token_set_add_as(struct token_set *f, const struct identity *is, const char *shown)
{
    assert(!token_set_find(f, span_of(identity_key(is))));
    struct token *t = place_for(f);
    token_init(t, is, shown);
    place_index_add(&f->by_key, key_hash(t), f->count++);
    return t;
}

struct token *token_set_add(struct token_set *f, const char *name)
{
    const struct identity is = identity_named(name);
    return token_set_add_as(f, &is, name);
}

struct token *token_set_adopt(struct token_set *f, struct token *from)
{
    assert(!token_set_find(f, span_of(token_key(from))));
    struct token *t = place_for(f);
    *t = *from;
    t->element_hash = 0; /* neither set finds it by its bytes */
    place_index_add(&f->by_key, key_hash(t), f->count++);
    *from = (struct token){ .absent_since = TIME_NONE };
    burn_init(&from->burn);
    return t;
}

void token_set_exchange(struct token_set *f, size_t place, struct token *clone)
{
    struct token before = f->tokens[place];
    clone->element_hash = before.element_hash;
    if (clone->name != before.name)
        place_index_remove(f->by_key, key_hash(&before), place);
    f->tokens[place] = *clone;
    if (clone->name != before.name)
        place_index_add(&f->by_key, key_hash(clone), place);
    *clone = before;
}

struct token *token_set_find(struct token_set *f, struct span key)
{
    if (!f->by_key)
        return NULL;
    const struct place_index *x = f->by_key;
    uint64_t hash = hash_of(key);
    for (size_t at = hash & (x->room - 1); x->slots[at].place; at = place_index_next(x, at)) {
        struct token *t = &f->tokens[x->slots[at].place - 1];
        if (x->slots[at].hash == (uint32_t)hash && span_is(key, token_key(t)))
            return t;
    }
    return NULL;
}

/* Lists come in the same order again: the token behind the one before is looked at first, or, where
 * one in between has changed, the next. */
static struct token *token_expected(struct token_set *f, uint64_t element_hash)
{
    for (size_t at = f->expected; at < f->count && at < f->expected + 2; at++)
        if (f->tokens[at].element_hash == element_hash)
            return &f->tokens[at];
    return NULL;
}

static struct token *token_of_hash(const struct token_set *f, uint64_t element_hash)
{
    const struct place_index *x = f->by_hash;
    for (size_t at = element_hash & (x->room - 1); x->slots[at].place;
         at = place_index_next(x, at)) {
        struct token *t = &f->tokens[x->slots[at].place - 1];
        if (t->element_hash == element_hash)
            return t;
    }
    return NULL;
}

struct token *token_set_recognise(struct token_set *f, uint64_t element_hash)
{
    if (!f->by_hash || element_hash == 0)
        return NULL;
    struct token *t = token_expected(f, element_hash);
    t = t ? t : token_of_hash(f, element_hash);
    if (!t)
        return NULL;
    f->expected = place_of(f, t) + 1;
    if (f->expected + PREFETCHED < f->count) /* by its turn it is here */
        __builtin_prefetch(&f->tokens[f->expected + PREFETCHED].element_hash, 1);
    return t;
}

void token_set_remember(struct token_set *f, struct token *t, uint64_t element_hash)
{
    if (t->element_hash == element_hash)
        return;
    if (t->element_hash)
        place_index_remove(f->by_hash, t->element_hash, place_of(f, t));
    t->element_hash = element_hash;
    if (element_hash)
        place_index_add(&f->by_hash, element_hash, place_of(f, t));
}

void token_set_remove(struct token_set *f, struct token *t)
{
    token_set_remember(f, t, 0);
    f->freed |= t->marks != NULL;
    place_index_remove(f->by_key, key_hash(t), place_of(f, t));
    token_done(t);

    struct token *last = &f->tokens[--f->count];
    if (t == last)
        return;
    place_index_move(f->by_key, key_hash(last), f->count, place_of(f, t));
    if (last->element_hash)
        place_index_move(f->by_hash, last->element_hash, f->count, place_of(f, t));
    *t = *last;
}
