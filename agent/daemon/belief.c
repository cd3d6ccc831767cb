/* From a reading to the books: what is doubtful is held and read again, what is believed is booked,
 * and what turns out never to have happened is taken out of them again. All of it within the
 * caller's transaction. */
#include "daemon/belief.h"

#include <stdlib.h>

#include "core/doubt.h"
#include "daemon/account.h"
#include "daemon/forecasts.h"
#include "daemon/state.h"
#include "daemon/step.h"
#include "edge/store.h"

/* `level`: the balance before the entry, moved on past it. */
static void note_entry(struct token *t, const struct entry *e, struct maybe_money *level)
{
    struct maybe_money before = *level;
    burn_add(&t->burn, e); /* consumption alone counts */
    forecasts_entry(t, e);
    if (e->kind == ENTRY_RESET)
        t->last_reset = e->at;
    if (before.known)
        level->is.nano += e->kind == ENTRY_CONSUMPTION ? -e->amount.nano : e->amount.nano;
    else
        *level = t->last.balance;
    t->high_water = ledger_full(t->high_water, e->kind, before, *level);
}

/* Of the leap and what was spent after it nothing is true but the balance that is left now. */
static bool take_back(struct agent *a, struct account *account, struct token *t, struct fault *why)
{
    struct reversal r;
    if (!store_reverse(a->store, t->id, t->leap.poll, &r, why))
        return false;
    for (size_t i = 0; i < r.count; i++) {
        if (r.at[i].kind == ENTRY_CONSUMPTION)
            t->spent_nano -= r.at[i].amount.nano;
        burn_take(&t->burn, &r.at[i]);
    }
    free(r.at);
    t->high_water = t->leap.full;
    return forecasts_take_back(a, account, t, t->leap.since, why);
}

static struct leap next_leap(const struct agent *a, const struct token *t,
                             const struct judgement *f)
{
    struct leap none = { .poll = 0 };
    bool ends = f->undoes || f->edited || (f->entry_count && f->entries[0].kind == ENTRY_RESET);
    if (f->leaps)
        return doubt_leap(t, store_last_poll(a->store));
    return ends ? none : t->leap;
}

static bool book(struct agent *a, struct account *account, const struct observation *s,
                 const struct judgement *f, unix_s at, struct fault *why)
{
    struct token *t = s->token;
    struct change c = {
        .entry_count = f->entry_count, .was = t->last.balance, .is = s->reading.balance, .at = at
    };
    struct leap leap = next_leap(a, t, f);
    struct maybe_money level = t->last.balance;
    bool differs = ledger_differs(&t->last, &s->reading);
    bool terms_differ = ledger_terms_differ(&t->last, &s->reading);
    bool doubts = t->leap.poll || leap.poll || t->held.at != TIME_NONE;

    if (f->undoes && !take_back(a, account, t, why))
        return false;
    bool first = !token_set_was_read(t);
    t->last = s->reading;
    if (first)
        t->high_water = ledger_full(t->high_water, ENTRY_UNKNOWN,
                                    (struct maybe_money){ .known = false }, t->last.balance);
    for (size_t i = 0; i < f->entry_count; i++) {
        c.entries[i] = f->entries[i];
        step_correct(t, &c.entries[i]);
        note_entry(t, &c.entries[i], &level);
    }
    t->moved |= differs;
    t->dirty |= terms_differ || first || (c.entry_count && !store_follows(a->store, &c));
    t->leap = leap;
    t->held.at = TIME_NONE;
    t->seen_at = at;
    t->stepped_s = 0;
    return (differs ? store_add_reading(a->store, t, &c, why)
                    : store_add_change(a->store, t->id, &c, why))
        && (!doubts || store_put_doubt(a->store, t, why));
}

/* A fall that was confirmed is booked with the poll that saw it first, as much of it as was seen
 * then. */
static bool book_held(struct agent *a, struct account *account, const struct observation *s,
                      struct fault *why)
{
    struct token *t = s->token;
    struct observation first = { .token = t, .reading = t->last };
    struct held held = t->held;
    int64_t poll = store_last_poll(a->store);
    first.reading.balance = held.balance;
    struct judgement f = doubt_weigh(t, &first.reading, held.at, NULL);
    store_resume_poll(a->store, held.poll);
    bool ok = book(a, account, &first, &f, held.at, why);
    store_resume_poll(a->store, poll);
    return ok;
}

static void add_subject(const struct account *account, const struct token *t, struct text *out)
{
    text_addf(out, "%s: ", account->settings->name);
    if (t->series == SERIES_CREDITS)
        text_add(out, span_of("credits"));
    else
        text_addf(out, "token \"%s\"", t->name);
}

static void say_refuted(const struct account *account, const struct token *t)
{
    struct text subject = { 0 };
    add_subject(account, t, &subject);
    log_warning("%s: the jump of the balance was not confirmed; the reading is discarded",
                text_z(&subject));
    text_done(&subject);
}

/* Several edits may wait; a reading can show the first and not yet the second. */
static struct judgement weigh(const struct account *account, const struct observation *s, unix_s at,
                              struct edit **ret_edit)
{
    const struct token *t = s->token;
    struct edit *edit = NULL;
    const struct own_edit made_anew = { .balance = s->reading.balance };
    if (s->returned)
        return doubt_weigh(t, &s->reading, at, &made_anew);
    while (t->series == SERIES_TOKEN && (edit = edits_of(&account->edits, t->name, edit))) {
        const struct own_edit own = { .balance = edit->balance };
        struct judgement j = doubt_weigh(t, &s->reading, at, &own);
        *ret_edit = edit;
        if (j.edited)
            return j;
    }
    return doubt_weigh(t, &s->reading, at, NULL);
}

bool belief_take(struct agent *a, struct account *account, const struct observation *s, unix_s at,
                 struct fault *why)
{
    struct token *t = s->token;
    struct edit *edit = NULL;
    struct judgement f = weigh(account, s, at, &edit);
    bool held = t->held.at != TIME_NONE;
    struct maybe_money shown =
        s->reading.budgeted ? s->reading.balance : (struct maybe_money){ .known = false };
    if (doubt_holds(t, &f, shown, at, store_last_poll(a->store)))
        return store_put_doubt(a->store, t, why);
    if (held && !f.doubtful)
        say_refuted(account, t);
    if (doubt_splits(t, &f, &s->reading, at)) {
        if (!book_held(a, account, s, why))
            return false;
        if (!ledger_differs(&t->last, &s->reading))
            return store_add_reading(a->store, t, NULL,
                                     why); /* of this poll, too: it is the newest */
        f = weigh(account, s, at, &edit);
    }
    if (f.edited && edit)
        edit->booked = true;
    return book(a, account, s, &f, at, why);
}

bool belief_seen(struct agent *a, struct token *t, unix_s at, struct fault *why)
{
    if (t->held.at != TIME_NONE)
        return true;
    t->seen_at = at;
    t->stepped_s = 0;
    if (t->last.budgeted) /* else consumption tells the burn: consume.c */
        burn_seen(&t->burn, at);
    if (!t->leap.poll || t->leap.poll == store_last_poll(a->store)
        || ++t->leap.readings <= LEAP_READINGS)
        return true;
    t->leap.poll = 0;
    return store_put_doubt(a->store, t, why);
}

static const char *amount(struct maybe_money m, char out[MONEY_TEXT_BYTES])
{
    return m.known ? money_format_cents(m.is, out) : "unknown";
}

void belief_tell(const struct account *account, const struct token_set *f, unix_s at)
{
    char was[MONEY_TEXT_BYTES], is[MONEY_TEXT_BYTES];
    for (size_t i = 0; i < f->count; i++) {
        const struct token *t = &f->tokens[i];
        if (t->held.at != at)
            continue;
        struct text subject = { 0 };
        add_subject(account, t, &subject);
        log_info("%s: balance jumped from %s to %s; waiting for another reading to confirm it",
                 text_z(&subject), amount(t->last.balance, was), amount(t->held.balance, is));
        text_done(&subject);
    }
}

bool belief_waits(const struct token_set *f)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->tokens[i].held.at != TIME_NONE)
            return true;
    return false;
}
