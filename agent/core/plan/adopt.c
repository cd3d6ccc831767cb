/* Memory moves on to what was planned; and goes back to what was stored, after an outage of the
 * store. Nothing here can fail. */
#include <stdlib.h>

#include "base/xmalloc.h"
#include "core/ledger.h"
#include "core/plan/inside.h"

void plan_resolve(struct plan *p, int64_t poll)
{
    int64_t before = p->poll;
    p->poll = poll;
    for (size_t i = 0; i < p->touched_count; i++) {
        struct plan_token *t = p->touched[i];
        struct doubt *doubt = t->is.doubt;
        if (doubt && doubt->held.poll == before)
            doubt->held.poll = poll;
        if (doubt && doubt->leap.poll == before)
            doubt->leap.poll = poll;
        for (size_t b = 0; b < t->booking_count; b++)
            if (t->bookings[b].poll == before)
                t->bookings[b].poll = poll;
    }
}

/* Who was in the list and is as before. */
static void see_the_idle(const struct plan *p, struct token_set *f)
{
    for (size_t i = 0; i < f->count; i++)
        if (!plan_shadow(p, PLAN_TOKENS, i) && list_saw(&f->tokens[i]))
            see_idle(&f->tokens[i], p->at);
}

static void keep(struct token_set *kept, struct token *before)
{
    if (before->id <= 0 || token_set_find(kept, span_of(token_key(before))))
        return;
    token_own_names(before);
    token_set_adopt(kept, before);
}

/* A token whose end was reported has nothing to go back to. */
static void let_go(struct token_set *kept, const struct token *before)
{
    struct token *k = token_set_find(kept, span_of(token_key(before)));
    if (k)
        token_set_remove(kept, k);
}

/* Names are never ahead of the store, which knows a token by them: they are taken over by the first
 * plan that is stored. */
static void keep_names(struct plan_token *t, struct token_set *set)
{
    struct token *now = &set->tokens[t->place];
    struct token names = t->is;
    t->is.name = now->name;
    t->is.slug = now->slug;
    t->is.marks = now->marks;
    t->is.last.name = now->last.name;
    t->renamed = false;
    token_names_done(&names);
    token_set_remember(set, now, 0); /* so that it is decoded again */
}

static void exchange(struct plan_token *t, struct token_set *sets[], struct token_set *kept)
{
    if (t->place == PLAN_NOWHERE)
        return;
    if (kept && t->renamed)
        keep_names(t, sets[t->set]);
    token_set_exchange(sets[t->set], t->place, &t->is);
    if (kept && t->fate == PLAN_IS_DELETED)
        let_go(&kept[t->set], &t->is);
    else if (kept)
        keep(&kept[t->set], &t->is);
}

static void remove_deleted(const struct plan *p, struct token_set *f)
{
    bool any = false;
    for (size_t i = 0; i < p->touched_count; i++)
        any |= p->touched[i]->fate == PLAN_IS_DELETED;
    for (size_t i = any ? f->count : 0; i-- > 0;) {
        const struct plan_token *t = plan_shadow(p, PLAN_TOKENS, i);
        if (t && t->fate == PLAN_IS_DELETED)
            token_set_remove(f, &f->tokens[i]);
    }
}

static void add_new(struct plan_token *t, struct token_set *sets[])
{
    if (t->place != PLAN_NOWHERE)
        return;
    uint64_t hash = t->is.element_hash;
    struct token *added = token_set_adopt(sets[t->set], &t->is);
    token_set_remember(sets[t->set], added, hash);
}

void plan_adopt(struct plan *p, struct token_set *sets[PLAN_SETS], struct token_set *kept)
{
    struct token_set *tokens = sets[PLAN_TOKENS];
    if (p->judged)
        tokens->suspicious = p->loss.run;
    if (p->lists)
        see_the_idle(p, tokens);
    tokens->freed &= !p->lists || kept;
    for (size_t i = 0; i < p->look_count; i++)
        sets[p->looks[i].set]->tokens[p->looks[i].place].judged = p->looks[i].judged;
    for (size_t i = 0; i < p->touched_count; i++)
        exchange(p->touched[i], sets, kept);
    for (size_t i = 0; i < p->byte_count; i++)
        token_set_remember(tokens, &tokens->tokens[p->bytes[i].place], p->bytes[i].hash);
    remove_deleted(p, tokens);
    for (size_t i = 0; i < p->touched_count; i++)
        add_new(p->touched[i], sets);
}

/* What was believed in the outage need not be doubted again: the next reading confirms it. No row
 * of that time exists, so nothing is booked for when it was first read. */
static void carry(struct token *stored, struct token *now)
{
    struct alert *alerts = stored->alerts;
    stored->alerts = now->alerts;
    now->alerts = alerts;
    free(stored->deletion);
    stored->deletion = now->deletion;
    now->deletion = NULL;
    stored->listed = now->listed;
    stored->publication = now->publication;
    stored->judged.at = TIME_NONE;
    if (!token_is_held(now) && ledger_differs(&stored->last, &now->last))
        token_own_doubt(stored)->held = (struct held){ .at = now->seen_at };
}

static void go_back(struct token_set *set, struct token *stored)
{
    struct token *now = token_set_find(set, span_of(token_key(stored)));
    if (!now) {
        stored->publication.due = true;
        token_set_adopt(set, stored);
        return;
    }
    carry(stored, now);
    token_set_remember(set, now, 0); /* its balance is to be read, and booked, again */
    token_set_exchange(set, (size_t)(now - set->tokens), stored);
}

void plan_return_to(struct token_set *set, struct token_set *kept)
{
    for (size_t i = set->count; i-- > 0;)
        if (set->tokens[i].id <= 0)
            token_set_remove(set, &set->tokens[i]);
    for (size_t i = 0; i < kept->count; i++)
        go_back(set, &kept->tokens[i]);
    token_set_done(kept);
}
