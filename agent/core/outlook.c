/* One walk over the tokens. Midnights are the same for all tokens of a period, so they are computed
 * once. */
#include "core/outlook.h"

#include "base/span.h"
#include "core/calendar.h"

struct outlook outlook_none(void)
{
    return (
        struct outlook){ .dry_at = TIME_NONE, .last_reset = TIME_NONE, .next_reset = TIME_NONE };
}

static bool runs_dry(const struct forecast *f)
{
    return (f->verdict == VERDICT_TIGHT || f->verdict == VERDICT_RUNS_DRY) && f->early != TIME_NONE
        && f->early < TIME_FAR;
}

/* The first full hours of a token are its day: nothing to compare with. */
static bool jumped(const struct token *t)
{
    struct burn_rate hour = burn_over(&t->burn, BURN_1H), day = burn_over(&t->burn, BURN_24H);
    if (!t->last.budgeted || !t->last.balance.known || t->last.balance.is.nano <= 0 || !hour.known
        || !day.known || day.over_s < OUTLOOK_JUMP_TIMES * hour.over_s)
        return false;
    return hour.nano_per_h > 0 && hour.nano_per_h / OUTLOOK_JUMP_TIMES >= day.nano_per_h
        && t->last.balance.is.nano / hour.nano_per_h < OUTLOOK_JUMP_RUNWAY_S / HOUR_S;
}

/* A budget that was not full before the midnight, and has not been set back since. */
static bool lacks_reset(const struct token *t, unix_s midnight, unix_s now)
{
    return now - midnight < OUTLOOK_LATE_S && t->burn.first_seen < midnight
        && t->last_reset < midnight && t->last.balance.known && t->last.reset_amount.known
        && t->last.balance.is.nano < t->last.reset_amount.is.nano;
}

static void add_resets(struct outlook *o, const struct token *t, const struct midnights *m)
{
    unix_s last = m->last[t->last.period], next = m->next[t->last.period];
    if (next == TIME_NONE)
        return;
    o->last_reset = last > o->last_reset ? last : o->last_reset;
    o->next_reset = o->next_reset == TIME_NONE || next < o->next_reset ? next : o->next_reset;
    o->reset_missing |= lacks_reset(t, last, m->now);
}

struct midnights midnights_around(unix_s now)
{
    struct midnights m = { .now = now };
    for (size_t p = 0; p < COUNT(m.last); p++) {
        m.last[p] = calendar_last_reset((enum reset_period)p, now);
        m.next[p] = calendar_next_reset((enum reset_period)p, now);
    }
    return m;
}

void outlook_judge(const struct token *t, const struct forecast *f, struct judged *ret)
{
    ret->dry_at = runs_dry(f) ? f->early : TIME_NONE;
    ret->jumped = jumped(t);
}

void outlook_add_token(struct outlook *o, const struct token *t, const struct judged *j,
                       const struct midnights *m)
{
    if (t->missing > 0)
        return;
    if (j->dry_at != TIME_NONE && (o->dry_at == TIME_NONE || j->dry_at < o->dry_at)) {
        o->dry_at = j->dry_at;
        o->dry_token = t->id;
    }
    if (token_held(t).at == m->now)
        o->held_token = t->id;
    if (!o->jumped_token && j->jumped)
        o->jumped_token = t->id;
    if (t->last.budgeted)
        add_resets(o, t, m);
}

struct outlook outlook_of_both(const struct outlook *x, const struct outlook *y)
{
    struct outlook o = *x;
    if (y->dry_at != TIME_NONE && (o.dry_at == TIME_NONE || y->dry_at < o.dry_at)) {
        o.dry_at = y->dry_at;
        o.dry_token = y->dry_token;
    }
    o.jumped_token = o.jumped_token ? o.jumped_token : y->jumped_token;
    o.held_token = y->held_token ? y->held_token : o.held_token;
    o.last_reset = y->last_reset > o.last_reset ? y->last_reset : o.last_reset;
    if (o.next_reset == TIME_NONE || (y->next_reset != TIME_NONE && y->next_reset < o.next_reset))
        o.next_reset = y->next_reset;
    o.reset_missing |= y->reset_missing;
    return o;
}
