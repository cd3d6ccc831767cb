/* A plan's memory: shadows of the tokens that it changes, found by their place. */
#include <stdlib.h>

#include "base/xmalloc.h"
#include "core/plan/inside.h"

enum {
    PROMISES_MOST = 400, /* made in one plan */
    BLOCK = 64,          /* shadows: large pieces of memory leave no holes between what stays */
};

struct plan *plan_begin(const struct plan_base *base, unix_s at, int64_t poll)
{
    struct plan *p = xcalloc(1, sizeof *p);
    p->base = *base;
    p->at = at;
    p->poll = poll;
    for (size_t s = 0; s < PLAN_SETS; s++) {
        p->outlooks[s] = outlook_none();
        p->dry[s].at = TIME_NONE;
    }
    p->promises_left = PROMISES_MOST;
    return p;
}

static void free_shadow(struct plan_token *t)
{
    free(t->bookings);
    if (t->place == PLAN_NOWHERE || t->renamed)
        token_done(&t->is);
    else
        token_clone_done(&t->is);
}

void plan_free(struct plan *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->touched_count; i++)
        free_shadow(p->touched[i]);
    for (size_t i = 0; i < p->block_count; i++)
        free(p->blocks[i]);
    for (size_t i = 0; i < p->own_rule_count; i++)
        free(p->own_rules[i]);
    for (size_t i = 0; i < p->own_text_count; i++)
        free(p->own_texts[i]);
    for (size_t s = 0; s < PLAN_SETS; s++)
        free(p->shadow_of[s]);
    free(p->blocks);
    free(p->touched);
    free(p->own_rules);
    free(p->own_texts);
    free(p->events);
    free(p->findings);
    free(p->tracked);
    free(p->bytes);
    free(p->looks);
    free(p);
}

static struct plan_token *place_for_shadow(struct plan *p)
{
    size_t place = p->touched_count % BLOCK;
    if (place == 0) {
        p->blocks = xrealloc(p->blocks, p->block_count + 1, sizeof *p->blocks);
        p->blocks[p->block_count++] = xmalloc(BLOCK * sizeof **p->blocks);
    }
    return &p->blocks[p->block_count - 1][place];
}

struct plan_token *plan_add_shadow(struct plan *p, enum plan_set set)
{
    struct plan_token *t = place_for_shadow(p);
    t->set = set;
    t->place = PLAN_NOWHERE;
    t->fate = PLAN_STAYS;
    t->bookings = NULL;
    t->booking_count = 0;
    t->undone = 0;
    t->scores_since = TIME_NONE;
    t->revoked_at = TIME_NONE;
    t->renamed = false;
    t->doubts = t->refuted = t->moved = t->dirty = t->tells = t->stores = t->keeps_curve = false;
    p->touched = xgrown(p->touched, p->touched_count, &p->touched_room, sizeof *p->touched);
    return p->touched[p->touched_count++] = t;
}

struct plan_token *plan_shadow(const struct plan *p, enum plan_set set, size_t place)
{
    uint32_t n = p->shadow_of[set] ? p->shadow_of[set][place] : 0;
    return n ? p->touched[n - 1] : NULL;
}

bool list_saw(const struct token *t)
{
    return t->listed && !t->unread && !token_is_held(t);
}

static const struct leap no_leap = { .poll = 0 };

/* The store need not hear of the end of a leap: it counts readings, too. */
void see_idle(struct token *t, unix_s at)
{
    token_see(t, at);
    if (!token_leap(t).poll || ++t->doubt->leap.readings <= LEAP_READINGS)
        return;
    const struct held held = t->doubt->held;
    token_set_doubt(t, &held, &no_leap);
}

struct plan_token *plan_touch(struct plan *p, enum plan_set set, size_t place)
{
    struct plan_token *t = plan_shadow(p, set, place);
    if (t)
        return t;
    const struct token_set *known = p->base.sets[set];
    if (!p->shadow_of[set])
        p->shadow_of[set] = xcalloc(known->count, sizeof *p->shadow_of[set]);
    t = plan_add_shadow(p, set);
    t->place = place;
    token_clone(&known->tokens[place], p->base.rules ? p->base.rules->count : 0, &t->is);
    t->is.judged.at = TIME_NONE;
    p->shadow_of[set][place] = (uint32_t)p->touched_count;
    if (p->lists && set == PLAN_TOKENS && list_saw(&t->is))
        see_idle(&t->is, p->at);
    return t;
}

const struct token *plan_token_at(const struct plan *p, enum plan_set set, size_t place)
{
    const struct plan_token *t = plan_shadow(p, set, place);
    return t ? &t->is : &p->base.sets[set]->tokens[place];
}

void view_at(struct plan *p, enum plan_set set, size_t place, struct plan_view *v)
{
    const struct token *t = &p->base.sets[set]->tokens[place];
    v->plan = p;
    v->set = set;
    v->place = place;
    v->is_read = false;
    v->own = plan_shadow(p, set, place);
    v->is = v->own ? &v->own->is : t;
    if (v->own || !p->lists || set != PLAN_TOKENS || !list_saw(t))
        return;
    v->copy = *t; /* shares what the token owns, its doubt too: nothing below changes that */
    token_see(&v->copy, p->at);
    v->is = &v->copy;
}

struct token *view_own(struct plan_view *v)
{
    if (!v->own) {
        v->own = plan_touch(v->plan, v->set, v->place);
        v->is = &v->own->is;
        if (v->is_read)
            v->own->is.forecast = v->forecast;
    }
    return &v->own->is;
}

void plan_note_tracked(struct plan *p, const struct plan_tracked *op)
{
    p->tracked = xgrown(p->tracked, p->tracked_count, &p->tracked_room, sizeof *p->tracked);
    p->tracked[p->tracked_count++] = *op;
}
