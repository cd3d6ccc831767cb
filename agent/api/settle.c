/* A key is what identifies a token; a name may belong to several, one after the other or by two
 * members, so what hangs on names waits until all of them are known.
 *
 * A token that is known by its name alone is the one of that name that has an id now, if exactly
 * one has: a key that was regenerated, or an account that is read through another API. The other
 * way round, of a list in which nobody has an id, names are all there is. */
#include "api/settle.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/xmalloc.h"
#include "core/shown_name.h"

void settle_observe(struct poll *p, struct token *t, const struct reading *is, uint64_t hash)
{
    p->observations = xgrown(p->observations, p->observation_count, &p->observation_room,
                             sizeof *p->observations);
    struct observation *o = &p->observations[p->observation_count++];
    *o = (struct observation){ .token = t, .reading = *is, .hash = hash };
    o->reading.name = t->last.name;
}

void settle_rename(struct poll *p, struct token *t, const struct identity *is, const char *shown)
{
    p->renamings = xgrown(p->renamings, p->renaming_count, &p->renaming_room, sizeof *p->renamings);
    struct renaming *r = &p->renamings[p->renaming_count++];
    r->token = t;
    token_init(&r->is, is, shown);
}

static bool has_id(const struct token *t)
{
    return t->marks && t->marks->id[0];
}

/* A token that is known by nothing but this name. */
static struct token *known_by_name(const struct poll *p, const char *name)
{
    struct token *t = token_set_find(p->known, span_of(name));
    return t && !has_id(t) ? t : NULL;
}

void settle_note_revoked(struct poll *p, const struct decoded *d)
{
    struct token *t = d->id[0] ? token_set_find(p->known, span_of(d->id)) : NULL;
    t = t ? t : known_by_name(p, d->name);
    p->revoked = xgrown(p->revoked, p->revoked_count, &p->revoked_room, sizeof *p->revoked);
    p->revoked[p->revoked_count++] = d->id[0] ? hash_of(span_of(d->id)) : 0;
    if (!t)
        return;
    p->ended = xgrown(p->ended, p->ended_count, &p->ended_room, sizeof *p->ended);
    p->ended[p->ended_count++] = (struct ended){ t, d->revoked_at };
}

static int compare_hashes(const void *x, const void *y)
{
    uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
    return a < b ? -1 : a > b;
}

size_t settle_doubles(struct poll *p)
{
    size_t doubles = 0;
    if (p->revoked_count)
        qsort(p->revoked, p->revoked_count, sizeof *p->revoked, compare_hashes);
    for (size_t i = 1; i < p->revoked_count; i++)
        doubles += p->revoked[i] && p->revoked[i] == p->revoked[i - 1];
    return doubles;
}

/* ---- who got an id, or lost it ---- */

/* A known token, and a newcomer that may be the same. */
struct suit {
    struct token *known;
    size_t fresh; /* its place */
};

struct suits {
    struct suit *at; /* owned */
    size_t count, room;
};

static void add_suit(struct suits *s, struct token *known, size_t fresh)
{
    s->at = xgrown(s->at, s->count, &s->room, sizeof *s->at);
    s->at[s->count++] = (struct suit){ known, fresh };
}

static bool anybody_has_id(const struct poll *p)
{
    for (size_t i = 0; i < p->known->count; i++)
        if (p->known->tokens[i].listed && has_id(&p->known->tokens[i]))
            return true;
    for (size_t i = 0; i < p->fresh.count; i++)
        if (has_id(&p->fresh.tokens[i]))
            return true;
    return p->revoked_count && p->revoked[p->revoked_count - 1];
}

static bool is_lost_with_id(const struct token *t)
{
    return !t->listed && has_id(t);
}

/* Newcomers without ids by their names; of a list with ids, those whose element cannot be read. */
static struct token_set nameless_ids(const struct poll *p)
{
    struct token_set called = { 0 };
    bool all = !anybody_has_id(p);
    for (size_t i = 0; i < p->fresh.count; i++) {
        const struct token *f = &p->fresh.tokens[i];
        if (!has_id(f) && (all || f->unread))
            token_set_add(&called, f->last.name)->id = (int64_t)i;
    }
    return called;
}

static void seek_ids(struct poll *p, struct suits *s)
{
    size_t lost = 0;
    for (size_t i = 0; i < p->known->count; i++)
        lost += is_lost_with_id(&p->known->tokens[i]);
    struct token_set called = lost ? nameless_ids(p) : (struct token_set){ 0 };
    for (size_t i = 0; called.count && i < p->known->count; i++) {
        struct token *t = &p->known->tokens[i];
        const struct token *f =
            is_lost_with_id(t) ? token_set_find(&called, span_of(t->last.name)) : NULL;
        if (f)
            add_suit(s, t, (size_t)f->id);
    }
    token_set_done(&called);
}

static void seek_names(struct poll *p, struct suits *s)
{
    for (size_t i = 0; i < p->fresh.count; i++) {
        const struct token *f = &p->fresh.tokens[i];
        struct token *t = has_id(f) ? known_by_name(p, f->last.name) : NULL;
        if (t && !t->listed)
            add_suit(s, t, i);
    }
}

static int compare_known(const void *x, const void *y)
{
    const struct suit *a = x, *b = y;
    return a->known < b->known ? -1 : a->known > b->known;
}

static int compare_fresh(const void *x, const void *y)
{
    const struct suit *a = x, *b = y;
    return a->fresh < b->fresh ? -1 : a->fresh > b->fresh;
}

/* Of several that would fit none does. */
static void keep_only(struct suits *s, int (*compare)(const void *, const void *))
{
    size_t kept = 0;
    if (s->count)
        qsort(s->at, s->count, sizeof *s->at, compare);
    for (size_t i = 0, next; i < s->count; i = next) {
        for (next = i + 1; next < s->count && compare(&s->at[i], &s->at[next]) == 0; next++)
            ;
        if (next - i == 1)
            s->at[kept++] = s->at[i];
    }
    s->count = kept;
}

/* The id that a list leaves out stays. */
static void become_known(struct poll *p, struct token *t, struct token *f)
{
    f->listed = false;
    struct identity is = token_identity(f);
    if (has_id(t))
        is.id = t->marks->id;
    t->listed = true;
    p->listed++;
    const struct identity was = token_identity(t);
    if (!identity_is_same(&was, &is))
        settle_rename(p, t, &is, is.name);
    if (f->unread)
        token_list_unread(t, f->unread);
    else
        settle_observe(p, t, &f->last, f->element_hash);
}

/* Those that are nobody else. */
static void keep_newcomers(struct poll *p)
{
    struct token_set rest = { 0 };
    for (size_t i = 0; i < p->fresh.count; i++) {
        struct token *f = &p->fresh.tokens[i];
        uint64_t hash = f->element_hash;
        if (f->listed)
            token_set_adopt(&rest, f)->element_hash = hash;
    }
    token_set_done(&p->fresh);
    p->fresh = rest;
}

static void settle_keys(struct poll *p)
{
    struct suits s = { 0 };
    seek_names(p, &s);
    if (p->fresh.count)
        seek_ids(p, &s);
    keep_only(&s, compare_known);
    keep_only(&s, compare_fresh);
    for (size_t i = 0; i < s.count; i++)
        become_known(p, s.at[i].known, &p->fresh.tokens[s.at[i].fresh]);
    if (s.count)
        keep_newcomers(p);
    free(s.at);
}

/* ---- who was revoked ---- */

static int compare_ended(const void *x, const void *y)
{
    const struct ended *a = x, *b = y;
    if (a->token != b->token)
        return a->token < b->token ? -1 : 1;
    return a->at > b->at ? -1 : a->at < b->at;
}

/* Of several entries of a name the newest; none of them is its end while there is one that lives.
 */
static void settle_ended(struct poll *p)
{
    size_t kept = 0;
    if (p->ended_count)
        qsort(p->ended, p->ended_count, sizeof *p->ended, compare_ended);
    for (size_t i = 0; i < p->ended_count; i++) {
        struct token *t = p->ended[i].token;
        if (t->listed)
            continue;
        t->listed = true;
        p->ended[kept++] = p->ended[i];
    }
    p->ended_count = kept;
}

/* ---- how they are shown ---- */

/* Where every name is a key, no two are alike. */
static bool may_be_alike(const struct poll *p)
{
    bool marked = p->renaming_count || p->ended_count || p->known->freed;
    for (size_t i = 0; !marked && i < p->fresh.count; i++)
        marked = p->fresh.tokens[i].marks;
    return marked;
}

/* One that lives, and how it is called from now on. */
struct party {
    struct token *token;
    size_t renaming; /* its place, plus one; 0: it is called as before */
};

struct parties {
    struct party *at; /* owned, as is the other; known ones first, in their set's order */
    struct shown *how;
    size_t known, count;
};

static void add_party(struct parties *all, struct token *t)
{
    all->at[all->count] = (struct party){ .token = t };
    all->how[all->count++] = (struct shown){ .is = token_identity(t), .was = t->name };
}

/* What ended has left its name; it is in the set's order, too. */
static struct parties parties_of(struct poll *p)
{
    size_t most = p->known->count + p->fresh.count + 1, ended = 0;
    struct parties all = { xcalloc(most, sizeof *all.at), xcalloc(most, sizeof *all.how), 0, 0 };
    for (size_t i = 0; i < p->known->count; i++)
        if (ended < p->ended_count && p->ended[ended].token == &p->known->tokens[i])
            ended++;
        else
            add_party(&all, &p->known->tokens[i]);
    all.known = all.count;
    for (size_t i = 0; i < p->fresh.count; i++)
        add_party(&all, &p->fresh.tokens[i]);
    return all;
}

static int compare_parties(const void *x, const void *y)
{
    const struct party *a = x, *b = y;
    return a->token < b->token ? -1 : a->token > b->token;
}

static void take_renamings(const struct poll *p, struct parties *all)
{
    for (size_t i = 0; i < p->renaming_count; i++) {
        const struct party key = { .token = p->renamings[i].token };
        struct party *at = bsearch(&key, all->at, all->known, sizeof *all->at, compare_parties);
        if (!at)
            continue;
        at->renaming = i + 1;
        all->how[at - all->at].is = token_identity(&p->renamings[i].is);
    }
}

static void show(struct poll *p, const struct party *who, const struct shown *how, bool known)
{
    const char *name = how->name ? how->name : how->was;
    if (who->renaming)
        token_identify(&p->renamings[who->renaming - 1].is, &how->is, name);
    else if (how->name && known)
        settle_rename(p, who->token, &how->is, name);
    else if (how->name)
        token_identify(who->token, &how->is, name);
}

static void settle_names(struct poll *p)
{
    struct parties all = parties_of(p);
    take_renamings(p, &all);
    shown_names(all.how, all.count);
    for (size_t i = 0; i < all.count; i++) {
        show(p, &all.at[i], &all.how[i], i < all.known);
        free(all.how[i].name);
    }
    free(all.at);
    free(all.how);
}

void settle(struct poll *p)
{
    settle_keys(p);
    settle_ended(p);
    if (may_be_alike(p))
        settle_names(p);
}
