/* Tokens in one array, found by two hash tables that hold places in it: by key, and by the bytes
 * of the last list.
 *
 * Nothing is allocated for an ordinary token beyond its row, its name and its places. For 100,000
 * idle ones that is about 60 MB; one that burns adds half a kilobyte, and another one with time
 * (burn.c, its curve and what is tracked of it). */
#include "core/token_set.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/xmalloc.h"

/* Open addressing, linear probing, at most half full; a removal moves later entries up, so there
 * are no tombstones. */
struct token_set_index {
    struct slot {
        uint32_t hash;  /* its lower half: rooms are smaller, and a find compares the whole */
        uint32_t place; /* in the set's tokens, plus one; 0: the slot is free */
    } * slots;
    size_t room; /* a power of two */
    size_t used;
};

enum {
    INDEX_ROOM_FIRST = 64,
    TOKENS_ROOM_FIRST = 16,
    PREFETCHED = 6, /* tokens ahead of the one that is recognised */
};

static struct token_set_index *index_new(size_t room)
{
    struct token_set_index *x = xmalloc(sizeof *x);
    *x = (struct token_set_index){ .slots = xcalloc(room, sizeof *x->slots), .room = room };
    return x;
}

static void index_free(struct token_set_index *x)
{
    if (x)
        free(x->slots);
    free(x);
}

static size_t next_slot(const struct token_set_index *x, size_t at)
{
    return (at + 1) & (x->room - 1);
}

static void index_put(struct token_set_index *x, uint64_t hash, size_t place)
{
    size_t at = hash & (x->room - 1);
    while (x->slots[at].place)
        at = next_slot(x, at);
    x->slots[at] = (struct slot){ (uint32_t)hash, (uint32_t)(place + 1) };
    x->used++;
}

static void index_add(struct token_set_index **index, uint64_t hash, size_t place)
{
    if (!*index)
        *index = index_new(INDEX_ROOM_FIRST);
    struct token_set_index *old = *index;
    if ((old->used + 1) * 2 > old->room) {
        *index = index_new(old->room * 2);
        for (size_t i = 0; i < old->room; i++)
            if (old->slots[i].place)
                index_put(*index, old->slots[i].hash, old->slots[i].place - 1);
        index_free(old);
    }
    index_put(*index, hash, place);
}

/* The slot of one hash that points at one place; it must be there. */
static size_t index_slot(const struct token_set_index *x, uint64_t hash, size_t place)
{
    size_t at = hash & (x->room - 1);
    while (x->slots[at].place != place + 1) {
        assert(x->slots[at].place);
        at = next_slot(x, at);
    }
    return at;
}

static void index_move(struct token_set_index *x, uint64_t hash, size_t from, size_t to)
{
    x->slots[index_slot(x, hash, from)].place = (uint32_t)(to + 1);
}

static void index_remove(struct token_set_index *x, uint64_t hash, size_t place)
{
    size_t hole = index_slot(x, hash, place);
    for (size_t at = next_slot(x, hole); x->slots[at].place; at = next_slot(x, at)) {
        size_t home = x->slots[at].hash & (x->room - 1);
        if (((at - home) & (x->room - 1)) < ((at - hole) & (x->room - 1)))
            continue;
        x->slots[hole] = x->slots[at];
        hole = at;
    }
    x->slots[hole].place = 0;
    x->used--;
}

static size_t place_of(const struct token_set *f, const struct token *t)
{
    return (size_t)(t - f->tokens);
}

static uint64_t key_hash(const struct token *t)
{
    return hash_of(span_of(token_key(t)));
}

void token_clone_done(struct token *t)
{
    burn_done(&t->burn);
    free(t->curve);
    free(t->promises);
    free(t->alerts);
    free(t->doubt);
    free(t->deletion);
    free(t->unread);
    free(t->unreadable);
}

void token_names_done(struct token *t)
{
    if (t->slug != t->name)
        free(t->slug);
    free(t->marks);
    free(t->name);
}

void token_done(struct token *t)
{
    token_clone_done(t);
    token_names_done(t);
}

/* Most names make their own topics. */
void token_name_slug(struct token *t, struct span slug)
{
    if (t->slug != t->name)
        free(t->slug);
    t->slug = span_is(slug, t->name) ? t->name : xstrndup(slug.at, slug.len);
}

void token_own_names(struct token *t)
{
    bool same = t->slug == t->name;
    t->name = xstrdup(t->name);
    t->slug = same ? t->name : xstrdup(t->slug);
    t->marks = marks_copy(t->marks);
    t->last.name = token_identity(t).name;
}

void token_identify(struct token *t, const struct identity *is, const char *shown)
{
    char *name = xstrdup(shown);
    struct marks *marks = marks_new(is, name);
    if (t->slug == t->name)
        t->slug = span_is(span_of(name), t->slug) ? name : xstrdup(t->slug);
    free(t->name);
    free(t->marks);
    t->name = name;
    t->marks = marks;
    t->last.name = token_identity(t).name;
}

struct doubt *token_own_doubt(struct token *t)
{
    if (!t->doubt) {
        t->doubt = xcalloc(1, sizeof *t->doubt);
        t->doubt->held.at = TIME_NONE;
    }
    return t->doubt;
}

void token_set_doubt(struct token *t, const struct held *held, const struct leap *leap)
{
    if (held->at != TIME_NONE || leap->poll) {
        *token_own_doubt(t) = (struct doubt){ *held, *leap };
        return;
    }
    free(t->doubt);
    t->doubt = NULL;
}

struct alert *token_own_deletion(struct token *t)
{
    if (!t->deletion)
        t->deletion = xcalloc(1, sizeof *t->deletion);
    return t->deletion;
}

struct alert token_alert(const struct token *t, size_t rule)
{
    return t->alerts ? t->alerts[rule] : (struct alert){ 0 };
}

struct alert *token_own_alert(struct token *t, size_t rules, size_t rule)
{
    if (!t->alerts)
        t->alerts = xcalloc(rules, sizeof *t->alerts);
    return &t->alerts[rule];
}

static void *copy_of(const void *from, size_t bytes)
{
    return from && bytes ? memcpy(xmalloc(bytes), from, bytes) : NULL;
}

void token_clone(const struct token *t, size_t rules, struct token *ret)
{
    *ret = *t;
    burn_clone(&t->burn, &ret->burn);
    ret->curve = copy_of(t->curve, sizeof *t->curve);
    ret->promises = copy_of(t->promises, sizeof *t->promises);
    ret->alerts = copy_of(t->alerts, rules * sizeof *t->alerts);
    ret->doubt = copy_of(t->doubt, sizeof *t->doubt);
    ret->deletion = copy_of(t->deletion, sizeof *t->deletion);
    ret->unread = t->unread ? xstrdup(t->unread) : NULL;
    ret->unreadable = t->unreadable ? xstrdup(t->unreadable) : NULL;
}

void token_see(struct token *t, unix_s at)
{
    t->seen_at = at;
    t->stepped_s = 0;
    if (t->last.budgeted) /* else consumption tells the burn */
        burn_seen(&t->burn, at);
}

void token_set_done(struct token_set *f)
{
    for (size_t i = 0; i < f->count; i++)
        token_done(&f->tokens[i]);
    free(f->tokens);
    index_free(f->by_key);
    index_free(f->by_hash);
    *f = (struct token_set){ 0 };
}

void token_init(struct token *t, const struct identity *is, const char *shown)
{
    *t = (struct token){
        .name = xstrdup(shown),
        .marks = marks_new(is, shown),
        .seen_at = TIME_NONE,
        .last_reset = TIME_NONE,
        .curve_kept = TIME_NONE,
        .absent_since = TIME_NONE,
        .judged.at = TIME_NONE,
    };
    t->last.name = token_identity(t).name;
    t->last.expires = TIME_NONE;
    static const struct burn_rate unknown[BURN_WINDOWS];
    t->forecast = forecast_none();
    t->published = t->stored = gist_of(&t->forecast, unknown);
    burn_init(&t->burn);
    char slug[SLUG_BYTES];
    naming_slug(span_of(shown), slug);
    t->slug = t->name;
    token_name_slug(t, span_of(slug));
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
    index_add(&f->by_key, key_hash(t), f->count++);
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
    index_add(&f->by_key, key_hash(t), f->count++);
    *from = (struct token){ .absent_since = TIME_NONE };
    burn_init(&from->burn);
    return t;
}

struct gist token_gist(const struct token *t, const struct forecast *f)
{
    struct burn_rate burn[BURN_WINDOWS];
    for (int w = 0; w < BURN_WINDOWS; w++)
        burn[w] = burn_over(&t->burn, (enum burn_window)w);
    return gist_of(f, burn);
}

void token_set_exchange(struct token_set *f, size_t place, struct token *clone)
{
    struct token before = f->tokens[place];
    clone->element_hash = before.element_hash;
    if (clone->name != before.name)
        index_remove(f->by_key, key_hash(&before), place);
    f->tokens[place] = *clone;
    if (clone->name != before.name)
        index_add(&f->by_key, key_hash(clone), place);
    *clone = before;
}

struct token *token_set_find(struct token_set *f, struct span key)
{
    if (!f->by_key)
        return NULL;
    const struct token_set_index *x = f->by_key;
    uint64_t hash = hash_of(key);
    for (size_t at = hash & (x->room - 1); x->slots[at].place; at = next_slot(x, at)) {
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
    const struct token_set_index *x = f->by_hash;
    for (size_t at = element_hash & (x->room - 1); x->slots[at].place; at = next_slot(x, at)) {
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
        index_remove(f->by_hash, t->element_hash, place_of(f, t));
    t->element_hash = element_hash;
    if (element_hash)
        index_add(&f->by_hash, element_hash, place_of(f, t));
}

void token_set_remove(struct token_set *f, struct token *t)
{
    token_set_remember(f, t, 0);
    f->freed |= t->marks != NULL;
    index_remove(f->by_key, key_hash(t), place_of(f, t));
    token_done(t);

    struct token *last = &f->tokens[--f->count];
    if (t == last)
        return;
    index_move(f->by_key, key_hash(last), f->count, place_of(f, t));
    if (last->element_hash)
        index_move(f->by_hash, last->element_hash, f->count, place_of(f, t));
    *t = *last;
}

void token_set_begin(struct token_set *f)
{
    for (size_t i = 0; i < f->count; i++) {
        f->tokens[i].listed = false;
        free(f->tokens[i].unread);
        f->tokens[i].unread = NULL;
    }
}

void token_set_list_unread(struct token *t, const char *why)
{
    t->listed = true;
    if (!t->unread)
        t->unread = xstrdup(why);
}

/* Every reading has a type. */
bool token_set_was_read(const struct token *t)
{
    return t->last.type[0];
}

bool token_set_settle_unread(struct token *t)
{
    bool same =
        !t->unread == !t->unreadable && (!t->unread || strcmp(t->unread, t->unreadable) == 0);
    if (!t->listed || same)
        return false;
    free(t->unreadable);
    t->unreadable = t->unread;
    t->unread = NULL;
    return true;
}

static bool is_absent(const struct token *t)
{
    return t->absent_since != TIME_NONE;
}

struct token_set_loss token_set_loss_of(const struct token_set *f)
{
    size_t known = 0, lost = 0, absent = 0;
    for (size_t i = 0; i < f->count; i++) {
        known += f->tokens[i].missing == 0;
        lost += f->tokens[i].missing == 0 && !f->tokens[i].listed;
        absent += !f->tokens[i].listed;
    }
    struct token_set_loss loss = { .suspicious = lost * 2 > known };
    loss.mass = loss.suspicious || absent * 2 > f->count;
    loss.run = loss.suspicious ? f->suspicious + 1 : 0;
    loss.plausible = !loss.suspicious || loss.run >= TOKEN_SET_PATIENCE;
    loss.run = loss.plausible ? 0 : loss.run;
    return loss;
}

static void note_presence(struct token *t)
{
    t->absent_since = TIME_NONE;
    t->lost_in_mass = false;
    t->unbooked = 0;
}

/* A list that is no suspicious one refutes those before it. A clock that was set back starts the
 * time again. */
static void note_absence(struct token *t, const struct token_set_loss *loss, unix_s now)
{
    bool refuted = !loss->suspicious && t->missing == 0;
    if (!is_absent(t) || refuted || t->absent_since > now)
        t->absent_since = now;
    t->lost_in_mass = (t->lost_in_mass && !refuted) || loss->mass;
    t->unbooked = (loss->suspicious ? t->unbooked : 0) + 1;
}

void token_set_note(struct token *t, const struct token_set_loss *loss, unix_s now)
{
    if (t->listed)
        note_presence(t);
    else
        note_absence(t, loss, now);
}

bool token_set_book(struct token *t)
{
    int before = t->missing;
    t->missing = t->listed ? 0 : t->missing + t->unbooked;
    t->missing = t->missing < TOKEN_SET_PATIENCE
        ? t->missing
        : TOKEN_SET_PATIENCE; /* from there on only time counts */
    t->unbooked = 0;
    return t->missing != before;
}

int64_t token_set_patience_s(const struct token *t)
{
    return t->lost_in_mass ? TOKEN_SET_MASS_ABSENCE_S : TOKEN_SET_ABSENCE_S;
}

bool token_set_is_gone(const struct token *t, unix_s now)
{
    return t->missing >= TOKEN_SET_PATIENCE && is_absent(t)
        && now - t->absent_since >= token_set_patience_s(t);
}

unix_s token_set_lost_since(const struct token_set *f, size_t *ret_lost)
{
    unix_s since = TIME_NONE;
    size_t lost = 0;
    for (size_t i = 0; i < f->count; i++) {
        const struct token *t = &f->tokens[i];
        if (!is_absent(t) || !t->lost_in_mass)
            continue;
        lost++;
        since = since == TIME_NONE || t->absent_since < since ? t->absent_since : since;
    }
    *ret_lost = lost;
    return since;
}
