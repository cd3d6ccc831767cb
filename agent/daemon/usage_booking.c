/* Days are as the endpoint has them; when within a day something was spent is as far known as the
 * answers before and the readings of balances show. */
#include "daemon/usage_booking.h"

#include <stdlib.h>

#include "daemon/account.h"
#include "daemon/state.h"

enum { AT_ONCE_S = MINUTE_S }; /* after a poll: what is spent in between is negligible */

/* Figures come in the order of tokens and the set mostly is: the search goes on where the last one
 * ended. PLAN_NOWHERE: there is none. */
static size_t seek(const struct token_set *f, size_t *place, int64_t id)
{
    for (size_t tried = 0; tried < f->count; tried++, *place = (*place + 1) % f->count)
        if (f->tokens[*place].id == id)
            return *place;
    return PLAN_NOWHERE;
}

/* When a day's figure was spent: since the answer before, within the day; before a balance was
 * there to tell. */
static struct entry entry_of(const struct consumption *c, const struct unbooked *u)
{
    struct entry e = { ENTRY_CONSUMPTION, u->more, u->day, u->day + DAY_S };
    if (c->asked_at < e.at && c->asked_at > u->day)
        e.at = c->asked_at;
    if (u->seen_from != TIME_NONE && u->seen_from < e.at)
        e.at = u->seen_from > u->day ? u->seen_from : u->day + 1;
    unix_s before =
        c->known.until; /* of a day that was over by then, all of it comes late: any of its hours */
    if (u->seen_from == TIME_NONE && before != TIME_NONE && before > e.since && before < e.at)
        e.since = before;
    return e;
}

/* What a token with a budget spent on the day of its first reading, before that: a part of a day
 * that nobody watched says nothing of its pace, unless days before it are known, too. */
static bool is_part_of_a_day(const struct token *t, const struct unbooked *u)
{
    return t->last.budgeted && u->seen_from != TIME_NONE && u->day + DAY_S > u->seen_from
        && t->burn.first_seen >= u->day;
}

/* From when on the balances have yet to show what the answer already includes: a day is over for
 * them with its last poll, but right after a poll both show the same. */
static unix_s caught_up(const struct account *account)
{
    unix_s day = account->last_ok - account->last_ok % DAY_S;
    return account->consumption.asked_at - account->last_ok <= AT_ONCE_S ? day + DAY_S : day;
}

bool usage_booking_add(struct agent *a, struct account *account, struct plan *p, struct fault *why)
{
    struct consumption *c = &account->consumption;
    const struct token_set *f = &account->fleet;
    struct unbooked_list list = { 0 };
    size_t place = 0;
    bool ok = store_unbooked_usage(a->store, account->id, c->range, caught_up(account), &list, why);
    for (size_t i = 0; ok && i < list.count; i++) {
        struct entry e = entry_of(c, &list.at[i]);
        size_t found = seek(f, &place, list.at[i].token);
        if (found != PLAN_NOWHERE
            && !is_part_of_a_day(plan_token_at(p, PLAN_TOKENS, found), &list.at[i]))
            plan_spend(p, found, &e);
        ok = store_book_usage(a->store, list.at[i].token, &e, why);
    }
    p->moves |= list.count > 0;
    free(list.at);
    return ok;
}

static void note_drift(struct plan *p, size_t *place, int64_t token, struct money drift)
{
    const struct token_set *credits = p->base.sets[PLAN_CREDITS];
    if (credits->count && credits->tokens[0].id == token) {
        plan_drift(p, PLAN_CREDITS, 0, drift);
        return;
    }
    size_t found = seek(p->base.sets[PLAN_TOKENS], place, token);
    if (found != PLAN_NOWHERE)
        plan_drift(p, PLAN_TOKENS, found, drift);
}

static bool compare_day(struct agent *a, struct account *account, unix_s day, struct plan *p,
                        struct fault *why)
{
    struct compared_list list = { 0 };
    size_t place = 0;
    bool ok = store_compare_day(a->store, account->id, day, &list, why);
    for (size_t i = 0; ok && i < list.count; i++) {
        enum reconciled judged = reconcile_judge(&list.at[i].day);
        if (judged != RECONCILED_HIDDEN)
            note_drift(p, &place, list.at[i].token, reconcile_difference(&list.at[i].day));
        ok = store_put_reconciled(a->store, &list.at[i], day, judged, why);
    }
    free(list.at);
    return ok;
}

/* Oldest first: the newest one's drift stands. */
bool usage_booking_compare(struct agent *a, struct account *account, struct plan *p,
                           struct fault *why)
{
    const struct usage_range *range = &account->consumption.range;
    for (unix_s day = range->first_day;
         day <= range->last_day && reconcile_is_due(day, account->consumption.asked_at);
         day += DAY_S)
        if (!compare_day(a, account, day, p, why))
            return false;
    return true;
}
