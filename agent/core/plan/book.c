/* From a reading to the books: what is doubtful is held and read again, what is believed is booked,
 * and what turns out never to have happened is taken out of them again. */
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "core/plan/inside.h"

static void spend_forecasts(struct token *t, const struct entry *e)
{
    t->invalidated |= e->kind != ENTRY_CONSUMPTION;
    if (e->kind != ENTRY_CONSUMPTION)
        return;
    t->spent_nano = nano_add(t->spent_nano, e->amount.nano);
    if (t->curve)
        curve_spend(t->curve, e);
    for (int i = 0; t->promises && i < TRACKED_MAX; i++)
        tracked_spend(&t->promises->at[i], e, t->spent_nano);
}

/* `level`: the balance before the entry, moved on past it. */
static void note_entry(struct token *t, const struct entry *e, struct maybe_money *level)
{
    struct maybe_money before = *level;
    burn_add(&t->burn, e); /* consumption alone counts */
    spend_forecasts(t, e);
    if (e->kind == ENTRY_RESET)
        t->last_reset = e->at;
    if (before.known)
        level->is.nano += e->kind == ENTRY_CONSUMPTION ? -e->amount.nano : e->amount.nano;
    else
        *level = t->last.balance;
    t->high_water = ledger_full(t->high_water, e->kind, before, *level);
}

static const struct plan_undo *undo_of(const struct plan *p, int64_t token)
{
    for (size_t i = 0; i < p->base.undo_count; i++)
        if (p->base.undos[i].token == token)
            return &p->base.undos[i];
    return NULL;
}

static void reopen_tracked(struct plan *p, struct plan_token *s, unix_s since)
{
    for (int i = 0; s->is.promises && i < TRACKED_MAX; i++) {
        struct tracked_forecast *f = &s->is.promises->at[i];
        if (f->made_at == TIME_NONE)
            continue;
        if (f->made_at <= since) {
            tracked_reopen(f, since);
            continue;
        }
        plan_note_tracked(
            p, &(struct plan_tracked){ .of = s, .what = PLAN_TRACKED_DROPPED, .place = i });
        f->made_at = TIME_NONE;
    }
}

/* As the burn has it: with a clock that was set since, the leap moved, and the store's stamps did
 * not. What little was spent after the leap may lie on either side of the step. */
static struct entry moved_entry(const struct plan_undo *undo, size_t i, const struct leap *leap)
{
    struct entry e = undo->booked[i];
    int64_t step_s = i == 0 ? leap->since - e.since : 0;
    e.since += step_s;
    e.at += step_s;
    return e;
}

/* Of the leap and what was spent after it nothing is true but the balance that is left now. */
static void take_back(struct plan *p, struct plan_token *s)
{
    struct token *t = &s->is;
    const struct plan_undo *undo = undo_of(p, t->id);
    const struct leap leap = token_leap(t);
    s->undone = leap.poll;
    s->scores_since = leap.since;
    t->high_water = leap.full;
    free(t->curve);
    t->curve = NULL;
    t->forecast = forecast_none();
    reopen_tracked(p, s, leap.since);
    p->scores = true;
    if (!undo)
        return;
    if (t->spent_nano > t->spent_most_nano)
        t->spent_most_nano = t->spent_nano;
    for (size_t i = 0; i < undo->count; i++) {
        if (undo->booked[i].kind == ENTRY_CONSUMPTION)
            t->spent_nano -= undo->booked[i].amount.nano;
        if (undo->booked[i].kind == ENTRY_RESET)
            t->last_reset = TIME_NONE; /* that of tonight is still to come */
        const struct entry e = moved_entry(undo, i, &leap);
        burn_take(&t->burn, &e);
    }
    if (t->promises)
        t->promises->record = undo->record;
}

static struct leap next_leap(const struct token *t, const struct judgement *f, int64_t poll)
{
    struct leap none = { .poll = 0 };
    bool ends = f->undoes || f->edited || (f->entry_count && f->entries[0].kind == ENTRY_RESET);
    if (f->leaps)
        return doubt_leap(t, poll);
    return ends ? none : token_leap(t);
}

/* What was spent since a token's last reading was spent since then by the clock as it is now. */
static void correct_since(const struct token *t, struct entry *e)
{
    unix_s since = t->seen_at + t->stepped_s;
    if (e->kind != ENTRY_CONSUMPTION || t->stepped_s == 0)
        return;
    if (t->stepped_s < 0 || since > e->since)
        e->since = since < e->at ? since : e->at;
}

static struct plan_booking *new_booking(struct plan_token *s, int64_t poll,
                                        const struct reading *is, unix_s at)
{
    s->bookings = xrealloc(s->bookings, s->booking_count + 1, sizeof *s->bookings);
    struct plan_booking *b = &s->bookings[s->booking_count++];
    b->poll = poll;
    b->change.entry_count = 0;
    b->change.was = s->is.last.balance;
    b->change.is = is->balance;
    b->change.at = at;
    b->differs = ledger_differs(&s->is.last, is);
    b->alone = false;
    b->reading = *is;
    return b;
}

void plan_note_reading(struct plan_token *s, int64_t poll, const struct reading *is, unix_s at)
{
    struct plan_booking *b = new_booking(s, poll, is, at);
    b->differs = b->alone = true;
}

/* A reading, and the poll that read it. */
struct taken {
    int64_t poll;
    unix_s at;
    struct reading reading;
};

static void book(struct plan *p, struct plan_token *s, const struct taken *as,
                 const struct judgement *f)
{
    struct token *t = &s->is;
    struct leap leap = next_leap(t, f, as->poll);
    struct maybe_money level = t->last.balance;
    struct plan_booking *b = new_booking(s, as->poll, &as->reading, as->at);
    struct change *c = &b->change;
    s->moved |= b->differs;
    s->dirty |= !token_was_read(t) || ledger_terms_differ(&t->last, &as->reading);
    s->doubts |= t->doubt || leap.poll;
    if (f->undoes)
        take_back(p, s);
    bool first = !token_was_read(t);
    t->last = as->reading;
    t->last.name = token_identity(t).name;
    if (first)
        t->high_water = ledger_full(t->high_water, ENTRY_UNKNOWN,
                                    (struct maybe_money){ .known = false }, t->last.balance);
    for (size_t i = 0; i < f->entry_count; i++) {
        struct entry *e = &c->entries[c->entry_count++];
        *e = f->entries[i];
        correct_since(t, e);
        note_entry(t, e, &level);
    }
    token_set_doubt(t, &(struct held){ .at = TIME_NONE }, &leap);
    t->seen_at = as->at;
    t->stepped_s = 0;
}

void plan_book(struct plan *p, struct plan_token *s, const struct reading *is,
               const struct entry *e)
{
    const struct taken as = { .poll = p->poll, .at = p->at, .reading = *is };
    const struct judgement certain = { .entries = { *e }, .entry_count = 1, .edited = true };
    book(p, s, &as, &certain);
}

/* A fall that was confirmed is booked with the poll that saw it first, as much of it as was seen
 * then. */
static void book_held(struct plan *p, struct plan_token *s)
{
    struct token *t = &s->is;
    const struct held held = token_held(t);
    struct taken first = { .poll = held.poll, .at = held.at, .reading = t->last };
    first.reading.balance = held.balance;
    struct judgement f = doubt_weigh(t, &first.reading, first.at, NULL);
    book(p, s, &first, &f);
}

/* Whoever edits it may call it by any of its names. */
static bool is_called(const struct token *t, const char *name)
{
    return strcmp(t->name, name) == 0 || strcmp(t->last.name, name) == 0
        || strcmp(token_key(t), name) == 0;
}

struct plan_edit *plan_next_edit(const struct plan *p, const struct token *t,
                                 const struct plan_edit *before)
{
    size_t i = before ? (size_t)(before - p->base.edits) : p->base.edit_count;
    while (i-- > 0)
        if (is_called(t, p->base.edits[i].token))
            return &p->base.edits[i];
    return NULL;
}

static struct judgement believe(const struct token *t, const struct reading *is, unix_s at)
{
    struct judgement f = { .doubtful = false };
    if (token_was_read(t))
        f.entry_count = ledger_compare(&t->last, t->seen_at, is, at, t->last_reset, f.entries);
    return f;
}

/* Several edits may wait; a reading can show the first and not yet the second. */
static struct judgement weigh(const struct plan *p, const struct plan_token *s,
                              const struct reading *is, struct plan_edit **ret_edit)
{
    const struct token *t = &s->is;
    struct plan_edit *edit = NULL;
    const struct own_edit made_anew = { .balance = is->balance };
    if (p->base.trusted)
        return believe(t, is, p->at);
    if (s->fate == PLAN_RETURNS)
        return doubt_weigh(t, is, p->at, &made_anew);
    while (t->series == SERIES_TOKEN && (edit = plan_next_edit(p, t, edit))) {
        const struct own_edit own = { .balance = edit->balance };
        struct judgement j = doubt_weigh(t, is, p->at, &own);
        *ret_edit = edit;
        if (j.edited)
            return j;
    }
    return doubt_weigh(t, is, p->at, NULL);
}

void plan_believe(struct plan *p, struct plan_token *s, const struct reading *is)
{
    struct token *t = &s->is;
    struct plan_edit *edit = NULL;
    struct judgement f = weigh(p, s, is, &edit);
    struct taken now = { .poll = p->poll, .at = p->at, .reading = *is };
    const struct held held = token_held(t);
    struct maybe_money shown = is->budgeted ? is->balance : (struct maybe_money){ .known = false };
    if (doubt_holds(t, &f, shown, p->at, p->poll)) {
        s->doubts = true;
        return;
    }
    s->refuted = held.at != TIME_NONE && !f.doubtful && held.poll;
    if (doubt_splits(t, &f, is, p->at)) {
        book_held(p, s);
        if (!ledger_differs(&t->last, is)) {
            plan_note_reading(s, p->poll, is, p->at); /* of this poll, too: it is the newest */
            return;
        }
        f = weigh(p, s, is, &edit);
    }
    if (f.edited && edit)
        edit->booked = true;
    book(p, s, &now, &f);
}

/* The same reading in other bytes, of a token about which nothing is in doubt. */
static bool is_idle(const struct token *t, const struct reading *is)
{
    return !t->doubt && token_was_read(t) && !ledger_differs(&t->last, is);
}

void plan_remember(struct plan *p, size_t place, uint64_t hash)
{
    p->bytes = xgrown(p->bytes, p->byte_count, &p->byte_room, sizeof *p->bytes);
    p->bytes[p->byte_count++] = (struct plan_bytes){ place, hash };
}

void plan_take(struct plan *p, enum plan_set set, size_t place, const struct reading *is,
               uint64_t hash)
{
    const struct token *t = plan_token_at(p, set, place);
    if (!t->unread && !is_idle(t, is)) {
        struct plan_token *s = plan_touch(p, set, place);
        plan_believe(p, s, is);
        t = &s->is;
    }
    if (set == PLAN_TOKENS) /* what is not read, or not believed, is decoded again */
        plan_remember(p, place, t->unread || token_is_held(t) ? 0 : hash);
}
