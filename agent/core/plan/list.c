/* A complete list, and answers beside it: who is there, who is new, who is gone, and what else was
 * spent. */
#include <string.h>

#include "base/xmalloc.h"
#include "core/plan/inside.h"

struct plan_token *plan_add(struct plan *p, enum plan_set set, const struct token *seen)
{
    struct plan_token *s = plan_add_shadow(p, set);
    struct token *t = &s->is;
    s->fate = PLAN_IS_NEW;
    s->dirty = true;
    const struct identity who = token_identity(seen);
    token_init(t, &who, seen->name);
    t->series = seen->series;
    if (seen->slug)
        token_name_slug(t, span_of(seen->slug));
    if (!seen->unread) {
        t->last = seen->last;
        t->last.name = token_identity(t).name;
    }
    struct plan_edit *edit = t->series == SERIES_TOKEN ? plan_next_edit(p, t, NULL) : NULL;
    if (edit)
        edit->booked = true;
    t->high_water =
        ledger_full(edit ? edit->balance : (struct maybe_money){ .known = false }, ENTRY_UNKNOWN,
                    (struct maybe_money){ .known = false }, t->last.balance);
    t->seen_at = p->at;
    burn_seen(&t->burn, p->at);
    t->element_hash = seen->unread ? 0 : seen->element_hash;
    t->listed = true;
    if (seen->unread)
        t->unreadable = xstrdup(seen->unread);
    if (token_was_read(t))
        plan_note_reading(s, p->poll, &t->last, p->at);
    return s;
}

/* It was in the answer, whether its reading moved or not. */
static void see(const struct plan *p, struct plan_token *s)
{
    struct token *t = &s->is;
    if (token_is_held(t))
        return;
    if (token_leap(t).poll == p->poll)
        token_see(t, p->at);
    else
        see_idle(t, p->at);
}

struct plan_token *plan_return(struct plan *p, struct token *known, const struct token *seen)
{
    static const struct identity nobody = { "", "", "", "" };
    struct plan_token *s = plan_add_shadow(p, PLAN_TOKENS);
    struct token *t = &s->is;
    *t = *known;
    token_init(known, &nobody, "");
    const struct identity was = token_identity(t), is = token_identity(seen);
    s->fate = PLAN_RETURNS;
    s->dirty = true;
    t->missing = 0;
    t->absent_since = TIME_NONE;
    t->lost_in_mass = false;
    t->listed = true;
    t->element_hash = 0;
    if (!identity_is_same(&was, &is) || strcmp(t->name, seen->name) != 0)
        plan_take_names(p, s, &is, seen->name);
    if (seen->unread) {
        token_list_unread(t, seen->unread);
    } else {
        plan_believe(p, s, &seen->last);
        t->element_hash = token_is_held(t) ? 0 : seen->element_hash;
        see(p, s);
    }
    plan_tell_returned(p, s);
    token_settle_unread(t);
    return s;
}

/* ---- a list ---- */

bool plan_judge_list(struct plan *p)
{
    const struct token_set *f = p->base.sets[PLAN_TOKENS];
    p->loss = presence_loss_of(f);
    p->judged = true;
    for (size_t i = 0; i < f->count; i++) {
        const struct token *t = plan_token_at(p, PLAN_TOKENS, i);
        if (t->listed && t->absent_since == TIME_NONE && !t->lost_in_mass && !t->unbooked)
            continue;
        struct token noted = *t;
        presence_note(&noted, &p->loss, p->at);
        if (noted.absent_since == t->absent_since && noted.lost_in_mass == t->lost_in_mass
            && noted.unbooked == t->unbooked)
            continue;
        struct plan_token *own = plan_touch(p, PLAN_TOKENS, i);
        own->dirty |= noted.missing && noted.lost_in_mass != own->is.lost_in_mass;
        own->is.absent_since = noted.absent_since;
        own->is.lost_in_mass = noted.lost_in_mass;
        own->is.unbooked = noted.unbooked;
    }
    return p->loss.plausible;
}

static void book_absence(struct plan *p, struct plan_token *s)
{
    s->dirty |= presence_book(&s->is);
    if (!presence_is_gone(&s->is, p->at))
        return;
    s->fate = PLAN_IS_DELETED;
    plan_tell_deleted(p, s);
}

/* Whether more about a listed token moves than the time when it was seen, and the age of a leap. */
static bool is_more_than_seen(const struct plan *p, const struct token *t)
{
    return t->missing || t->unread || t->unreadable
        || (t->last.budgeted && burn_would_restart(&t->burn, p->at));
}

/* A token that the list has. While its element cannot be read, it is not seen: its last reading
 * stands, and ages. */
static void book_listed(struct plan *p, size_t place)
{
    struct plan_token *s = plan_shadow(p, PLAN_TOKENS, place);
    if (!s && !is_more_than_seen(p, &p->base.sets[PLAN_TOKENS]->tokens[place]))
        return;
    s = s ? s : plan_touch(p, PLAN_TOKENS, place);
    s->dirty |= presence_book(&s->is);
    if (s->is.unread)
        plan_remember(p, place, 0);
    else
        see(p, s);
    s->dirty |= token_settle_unread(&s->is);
}

void plan_book_list(struct plan *p, size_t nameless)
{
    const struct token_set *f = p->base.sets[PLAN_TOKENS];
    for (size_t i = f->count; i-- > 0;) {
        if (f->tokens[i].listed)
            book_listed(p, i);
        else if (nameless == 0) /* else it may be one of those */
            book_absence(p, plan_touch(p, PLAN_TOKENS, i));
    }
    p->lists = true;
}

/* ---- answers beside the list ---- */

static struct reading reading_of_credits(struct money left)
{
    return (struct reading){
        .name = "",
        .type = "credits",
        .balance = money_known(left),
        .budgeted = true,
        .expires = TIME_NONE,
    };
}

static void add_credits(struct plan *p, const struct reading *is)
{
    char no_name[] = "", slug[] = CREDITS_SLUG;
    struct token seen = { .series = SERIES_CREDITS, .name = no_name, .slug = slug, .last = *is };
    plan_add(p, PLAN_CREDITS, &seen);
}

void plan_credits(struct plan *p, struct money left)
{
    const struct token_set *known = p->base.sets[PLAN_CREDITS];
    struct reading is = reading_of_credits(left);
    if (known->count) {
        p->moves |= ledger_differs(&known->tokens[0].last, &is);
        struct plan_token *s = plan_touch(p, PLAN_CREDITS, 0);
        plan_take(p, PLAN_CREDITS, 0, &is, 0);
        see(p, s);
        return;
    }
    add_credits(p, &is);
}

/* What the service takes back was no top-up either. */
static struct entry entry_of(struct maybe_money was, struct money left, unix_s since, bool given)
{
    int64_t fall_nano = was.known ? nano_add(was.is.nano, -left.nano) : 0;
    bool is_spent = !given && fall_nano > 0;
    return (struct entry){ is_spent ? ENTRY_CONSUMPTION : ENTRY_EDIT,
                           { is_spent ? fall_nano : -fall_nano },
                           since,
                           TIME_NONE };
}

void plan_estimate(struct plan *p, struct money left, unix_s since, bool given)
{
    const struct token_set *known = p->base.sets[PLAN_CREDITS];
    struct reading is = reading_of_credits(left);
    if (!known->count) {
        add_credits(p, &is);
        return;
    }
    struct plan_token *s = plan_touch(p, PLAN_CREDITS, 0);
    if (given || ledger_differs(&s->is.last, &is)) {
        struct entry e = entry_of(s->is.last.balance, left, since, given);
        e.at = p->at;
        e.since = since < p->at ? since : p->at;
        p->moves |= e.kind == ENTRY_CONSUMPTION;
        plan_book(p, s, &is, &e);
    }
    see(p, s);
}

static unix_s day_of(unix_s at)
{
    return at - at % DAY_S;
}

void plan_spend(struct plan *p, size_t place, const struct entry *e)
{
    struct plan_token *s = plan_touch(p, PLAN_TOKENS, place);
    burn_known_from(&s->is.burn, day_of(e->since < e->at ? e->since : e->at - 1));
    burn_add(&s->is.burn, e);
    s->dirty = true;
}

void plan_see_spending(struct plan *p, unix_s until)
{
    const struct token_set *f = p->base.sets[PLAN_TOKENS];
    for (size_t i = 0; i < f->count; i++)
        if (!f->tokens[i].last.budgeted && f->tokens[i].missing == 0)
            burn_seen(&plan_touch(p, PLAN_TOKENS, i)->is.burn, until);
}

void plan_drift(struct plan *p, enum plan_set set, size_t place, struct money drift)
{
    struct plan_token *s = plan_touch(p, set, place);
    s->is.drift = money_known(drift);
    s->dirty = true;
}
