/* Plausible is what the fastest burn of any window could have spent, a few times over. Beyond that
 * a fall is doubted unless it is small beside the balance: a second call a few seconds later is
 * cheap, a false alarm at night is not. */
#include "core/doubt.h"

#include <string.h>

#define CENT_NANO (NANO_PER_USD / 100)

enum {
    REACH_TIMES = 4, /* bursts: so many times the fastest burn */
    CHUNK_S =
        15 * MINUTE_S,     /* a token may spend in pieces: so much of its burn may come at once, */
    CHUNK_PART = 4,        /* of a young one this part of the time that it was watched */
    SMALL_PART = 10,       /* no fall up to this part of the balance is doubted */
    HALVED_S = HOUR_S,     /* and while the burn is not known, no fall to half of it in so long */
    SLIGHT_PART = 100,     /* a fall up to this part says nothing beside other changes */
    UNEXPLAINED_PART = 20, /* and one from this part on may be an edit of an idle token */
    ROUND_NANO = NANO_PER_USD / 2, /* as people choose amounts */
    ABSURD_TIMES = 10, /* a rise beyond so many times what the token ever had is doubted */
    UNDO_PART = 50,    /* a return may miss the old level by this part of the leap */
};

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t saturated(__int128 n)
{
    return n < INT64_MAX ? (int64_t)n : INT64_MAX;
}

static bool burn_is_known(const struct burn_history *h)
{
    return h->readings >= BURN_MIN_READINGS && h->last_seen > h->first_seen;
}

/* What the fastest window could have spent in a time; `in_chunks`: or at once, from the time
 * before. */
static int64_t reach(const struct burn_history *h, int64_t elapsed_s, bool in_chunks)
{
    int64_t most = 0;
    for (int w = 0; burn_is_known(h) && w < BURN_WINDOWS; w++) {
        struct burn_rate rate = burn_over(h, (enum burn_window)w);
        int64_t chunk_s = rate.over_s / CHUNK_PART < CHUNK_S ? rate.over_s / CHUNK_PART : CHUNK_S;
        __int128 s = (__int128)elapsed_s + (in_chunks ? chunk_s : 0);
        most = larger(most, saturated(REACH_TIMES * s * rate.nano_per_h / HOUR_S));
    }
    return most;
}

static int64_t pace_nano_per_h(const struct burn_history *h)
{
    int64_t most = 0;
    for (int w = 0; burn_is_known(h) && w < BURN_WINDOWS; w++)
        most = larger(most, burn_over(h, (enum burn_window)w).nano_per_h);
    return most;
}

static int64_t elapsed_s(const struct token *t, unix_s at)
{
    return at > t->seen_at ? at - t->seen_at : 0;
}

/* A balance that means something. */
static bool has_balance(const struct reading *r)
{
    return r->budgeted && r->balance.known;
}

static bool is_only(const struct judgement *f, enum entry_kind kind)
{
    return f->entry_count == 1 && f->entries[0].kind == kind;
}

/* A rise of which the API does not say what it is. */
static bool is_rise(const struct judgement *f, const struct reading *is)
{
    return is_only(f, ENTRY_TOPUP) || (is_only(f, ENTRY_RESET) && is->reset_untold);
}

static bool is_part(const struct token *t, int64_t fall, int64_t part)
{
    return fall <= larger(t->last.balance.is.nano / part, CENT_NANO);
}

/* Small enough to be believed whatever the burn says. */
static bool is_small(const struct token *t, int64_t fall, int64_t passed_s)
{
    __int128 half_nano = t->last.balance.is.nano / 2;
    int64_t usual_s = passed_s < HALVED_S ? passed_s : HALVED_S;
    return is_part(t, fall, SMALL_PART)
        || (!burn_is_known(&t->burn) && fall <= half_nano * usual_s / HALVED_S);
}

/* Of a token that spends nothing, which somebody else seems to have set to an amount as people
 * choose them. */
static bool is_unexplained(const struct token *t, int64_t fall, int64_t is)
{
    return burn_is_known(&t->burn) && pace_nano_per_h(&t->burn) == 0 && is > 0
        && is % ROUND_NANO == 0 && fall >= t->last.balance.is.nano / UNEXPLAINED_PART;
}

static bool other_field_moved(const struct token *t, const struct reading *is)
{
    return t->last.expires != is->expires || strcmp(t->last.type, is->type) != 0;
}

static void weigh_fall(struct judgement *f, const struct token *t, const struct reading *is,
                       unix_s at)
{
    int64_t fall = t->last.balance.is.nano - is->balance.is.nano;
    bool beyond = fall > reach(&t->burn, elapsed_s(t, at), true);
    bool emptied = t->last.balance.is.nano > CENT_NANO && is->balance.is.nano <= 0
        && fall > reach(&t->burn, elapsed_s(t, at), false);
    bool told_by_balance = is_only(f, ENTRY_CONSUMPTION);

    f->doubtful = emptied || (told_by_balance && beyond && !is_small(t, fall, elapsed_s(t, at)));
    f->leaps = told_by_balance && (emptied || beyond);
    if (!f->leaps || is_part(t, fall, SLIGHT_PART))
        return;
    bool edited = other_field_moved(t, is);
    if (!edited && !is_unexplained(t, fall, is->balance.is.nano))
        return;
    f->entries[0].kind = edited ? ENTRY_EDIT : ENTRY_UNKNOWN;
    f->entries[0].amount.nano = -fall;
    f->doubtful &= !edited || emptied;
    f->leaps = !edited;
}

static void weigh_rise(struct judgement *f, const struct token *t, const struct reading *is)
{
    int64_t most = larger(t->high_water.known ? t->high_water.is.nano : 0, t->last.balance.is.nano);
    f->leaps = is_rise(f, is);
    if (f->leaps && most > 0 && is->balance.is.nano / ABSURD_TIMES > most)
        f->doubtful = true;
}

static void weigh_change(struct judgement *f, const struct token *t, const struct reading *is,
                         unix_s at)
{
    bool had = has_balance(&t->last), has = has_balance(is);
    if (had != has) {
        f->doubtful = had || is->balance.is.nano <= 0; /* gone, or nothing from the start */
        return;
    }
    if (!has || !f->entry_count || (f->entries[0].kind == ENTRY_RESET && !is->reset_untold))
        return;
    if (is->balance.is.nano < t->last.balance.is.nano)
        weigh_fall(f, t, is, at);
    else
        weigh_rise(f, t, is);
}

/* Within what could have been spent since: the level before the leap, or a little less. */
static bool returns(const struct token *t, const struct reading *is, unix_s at)
{
    const struct leap leap = token_leap(t), *l = &leap;
    int64_t leapt = t->last.balance.is.nano - l->from.nano,
            spent = l->from.nano - is->balance.is.nano;
    int64_t size = leapt < 0 ? -leapt : leapt, passed_s = at > l->since ? at - l->since : 0;
    int64_t burnt = saturated((__int128)REACH_TIMES * l->pace_nano_per_h * passed_s / HOUR_S);
    return spent >= 0 && spent < size / 2 && spent <= larger(size / UNDO_PART, burnt);
}

bool doubt_may_undo(const struct token *t, const struct reading *is)
{
    int64_t was = t->last.balance.is.nano, now = is->balance.is.nano;
    const struct leap leap = token_leap(t);
    bool fell = was < leap.from.nano;
    return leap.poll && leap.readings <= LEAP_READINGS && (fell ? now > was : now < was);
}

/* To the full amount of a budget that was reset before: no return, but the next reset. */
static bool refills(const struct judgement *f, const struct token *t, const struct reading *is)
{
    const struct leap leap = token_leap(t);
    return is_only(f, ENTRY_RESET) && t->last_reset != TIME_NONE && leap.full.known
        && is->balance.is.nano >= leap.full.is.nano;
}

static bool undoes(const struct judgement *f, const struct token *t, const struct reading *is,
                   unix_s at)
{
    if (!doubt_may_undo(t, is))
        return false;
    if (t->last.balance.is.nano < t->doubt->leap.from.nano)
        return is_rise(f, is) && !refills(f, t, is) && returns(t, is, at);
    int64_t fall = t->last.balance.is.nano - is->balance.is.nano;
    return is_only(f, ENTRY_CONSUMPTION) && fall > reach(&t->burn, elapsed_s(t, at), true)
        && returns(t, is, at);
}

static void add_consumption(struct judgement *f, int64_t nano, unix_s since, unix_s at)
{
    if (nano > 0)
        f->entries[f->entry_count++] = (struct entry){ ENTRY_CONSUMPTION, { nano }, since, at };
}

static void correct(struct judgement *f, const struct token *t, const struct reading *is)
{
    struct entry whole = f->entries[0];
    const struct leap leap = token_leap(t);
    int64_t back = leap.from.nano - t->last.balance.is.nano;
    unix_s since = leap.since < whole.at ? leap.since : whole.at;
    f->undoes = true;
    f->entries[0] = (struct entry){ ENTRY_CORRECTION, { back }, whole.since, whole.at };
    f->entry_count = 1;
    add_consumption(f, leap.from.nano - is->balance.is.nano, since, whole.at);
}

/* The balance that was set, or less; it must explain the better part of the change. */
static bool shows(const struct own_edit *e, const struct token *t, const struct reading *is)
{
    if (!is->balance.known || maybe_money_equal(t->last.balance, is->balance))
        return false;
    int64_t spent = e->balance.is.nano - is->balance.is.nano;
    if (spent < -CENT_NANO)
        return false;
    if (!has_balance(&t->last))
        return true;
    int64_t moved = is->balance.is.nano - t->last.balance.is.nano;
    return spent <= (moved < 0 ? -moved : moved) / 2;
}

static void explain(struct judgement *f, const struct own_edit *e, const struct token *t,
                    const struct reading *is)
{
    struct entry *whole = &f->entries[0];
    f->edited = true;
    if (!e->balance.known || !f->entry_count)
        return;
    int64_t spent = e->balance.is.nano - is->balance.is.nano;
    bool both = t->last.balance.known && spent > 0;
    whole->amount.nano = t->last.balance.known
        ? is->balance.is.nano - t->last.balance.is.nano + (both ? spent : 0)
        : 0;
    whole->kind = ENTRY_EDIT;
    f->entry_count = 1;
    add_consumption(f, both ? spent : 0, whole->since, whole->at);
}

struct judgement doubt_weigh(const struct token *t, const struct reading *is, unix_s at,
                             const struct own_edit *edit)
{
    struct judgement f = { .doubtful = false };
    if (!token_was_read(t)) /* so far its elements could not be read */
        return f;
    f.entry_count = ledger_compare(&t->last, t->seen_at, is, at, t->last_reset, f.entries);
    if (edit && (edit->balance.known ? shows(edit, t, is) : ledger_terms_differ(&t->last, is)))
        explain(&f, edit, t, is);
    else if (undoes(&f, t, is, at))
        correct(&f, t, is);
    else
        weigh_change(&f, t, is, at);
    return f;
}

bool doubt_holds(struct token *t, const struct judgement *f, struct maybe_money balance, unix_s at,
                 int64_t poll)
{
    if (!f->doubtful || token_is_held(t))
        return false;
    token_own_doubt(t)->held = (struct held){ .at = at, .poll = poll, .balance = balance };
    return true;
}

bool doubt_splits(const struct token *t, const struct judgement *f, const struct reading *is,
                  unix_s at)
{
    const struct held held = token_held(t), *h = &held;
    bool fell = f->doubtful && (is_only(f, ENTRY_CONSUMPTION) || is_only(f, ENTRY_UNKNOWN))
        && has_balance(&t->last) && has_balance(is) && h->at != TIME_NONE && h->balance.known;
    return fell && h->at >= t->seen_at && at >= h->at && at - h->at < DAY_S
        && is->balance.is.nano <= h->balance.is.nano
        && h->balance.is.nano < t->last.balance.is.nano;
}

struct leap doubt_leap(const struct token *t, int64_t poll)
{
    return (struct leap){ .poll = poll,
                          .since = t->seen_at + t->stepped_s,
                          .from = t->last.balance.is,
                          .full = t->high_water,
                          .pace_nano_per_h = pace_nano_per_h(&t->burn) };
}
