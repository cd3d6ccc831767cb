/* What a change of the balance means, judged by its size, the budget's rule and the calendar.
 *
 * Owns the decision alone; where the entries go is the caller's business. Never guesses a top-up
 * hidden in a fall. */
#include "core/ledger.h"

#include <string.h>

#include "base/span.h"
#include "core/calendar.h"

/* A service that resets thousands of budgets at midnight is not done at midnight. */
enum { RESET_LATE_S = 2 * HOUR_S };

static bool budget_edited(const struct reading *was, const struct reading *is)
{
    return was->budgeted != is->budgeted || was->period != is->period
        || !maybe_money_equal(was->reset_amount, is->reset_amount);
}

/* The midnight that could explain a reset between two readings; TIME_NONE when there is none. */
static unix_s midnight_between(enum reset_period period, unix_s since, unix_s at, unix_s last_reset)
{
    if (at < since)
        return TIME_NONE;
    unix_s midnight = calendar_last_reset(period, at);
    bool explained = midnight <= last_reset && last_reset <= at; /* later: of a clock gone wrong */
    if (midnight == TIME_NONE || midnight <= since - RESET_LATE_S || explained)
        return TIME_NONE;
    return midnight;
}

/* A fall onto the very amount is the reset of a budget that was topped up; any other is use. */
static bool looks_reset(int64_t was, int64_t is, int64_t full)
{
    return is < was ? is == full : is <= full;
}

/* Where the API does not say which budgets are reset, a rise that was seen within hours of a
 * midnight is taken for one: to what amount is not known, so all of it is. A longer gap may hide a
 * top-up. */
static bool is_untold_reset(const struct reading *is, const struct entry *change, unix_s midnight)
{
    return is->reset_untold && change->amount.nano > 0 && midnight != TIME_NONE
        && change->since >= midnight - RESET_LATE_S && change->at <= midnight + RESET_LATE_S;
}

static size_t book_reset(struct entry change, int64_t missing_from_full, unix_s midnight,
                         struct entry ret[LEDGER_ENTRIES_MAX])
{
    ret[0] = change;
    ret[0].kind = ENTRY_RESET;
    if (missing_from_full == 0)
        return 1;

    unix_s reset_at = midnight > change.since ? midnight : change.since;
    ret[0].amount.nano += missing_from_full;
    ret[0].at = reset_at;
    ret[1] = (struct entry){ ENTRY_CONSUMPTION, { missing_from_full }, reset_at, change.at };
    return 2;
}

static size_t book_change(const struct reading *was, const struct reading *is, struct entry change,
                          unix_s midnight, struct entry ret[LEDGER_ENTRIES_MAX])
{
    int64_t full = is->reset_amount.is.nano;
    if (midnight != TIME_NONE && is->reset_amount.known
        && looks_reset(was->balance.is.nano, is->balance.is.nano, full))
        return book_reset(change, full - is->balance.is.nano, midnight, ret);
    if (is_untold_reset(is, &change, midnight))
        return book_reset(change, 0, midnight, ret);

    if (change.amount.nano > 0) {
        change.kind = ENTRY_TOPUP;
    } else {
        change.kind = ENTRY_CONSUMPTION;
        change.amount.nano = -change.amount.nano;
    }
    ret[0] = change;
    return 1;
}

size_t ledger_compare(const struct reading *was, unix_s since, const struct reading *is, unix_s at,
                      unix_s last_reset, struct entry ret[LEDGER_ENTRIES_MAX])
{
    if (!was->budgeted && !is->budgeted)
        return 0;

    struct entry change = { .kind = ENTRY_UNKNOWN, .since = since < at ? since : at, .at = at };
    if (was->balance.known != is->balance.known) {
        ret[0] = change;
        return 1;
    }
    if (is->balance.known)
        change.amount.nano = is->balance.is.nano - was->balance.is.nano;
    if (budget_edited(was, is)) {
        change.kind = ENTRY_EDIT;
        ret[0] = change;
        return 1;
    }
    if (change.amount.nano == 0)
        return 0;
    enum reset_period period = is->reset_untold ? RESET_DAILY : is->period;
    return book_change(was, is, change, midnight_between(period, since, at, last_reset), ret);
}

bool ledger_terms_differ(const struct reading *was, const struct reading *is)
{
    return strcmp(was->type, is->type) != 0 || was->expires != is->expires
        || budget_edited(was, is);
}

bool ledger_differs(const struct reading *was, const struct reading *is)
{
    return !maybe_money_equal(was->balance, is->balance) || ledger_terms_differ(was, is);
}

bool ledger_follows(const struct change *c, unix_s prior_at, unix_s poll_at)
{
    const struct entry *e = &c->entries[0];
    return c->entry_count == 1 && e->kind == ENTRY_CONSUMPTION && c->was.known && c->is.known
        && e->amount.nano > 0 && e->amount.nano <= FOLLOWS_MOST_NANO
        && c->was.is.nano - e->amount.nano == c->is.is.nano && prior_at != TIME_NONE
        && e->since == prior_at && e->at == poll_at && e->since <= e->at
        && e->at - e->since <= FOLLOWS_MOST_S;
}

static bool is_slight(int64_t change, int64_t full)
{
    return (change < 0 ? -(__int128)change : (__int128)change) * 10 < full;
}

static struct maybe_money positive(struct maybe_money amount)
{
    return amount.known && amount.is.nano > 0 ? amount : (struct maybe_money){ .known = false };
}

struct maybe_money ledger_full(struct maybe_money full, enum entry_kind kind,
                               struct maybe_money was, struct maybe_money is)
{
    full = positive(full);
    if (!positive(is).known)
        return full;
    if (!full.known)
        return is;
    int64_t change = was.known ? is.is.nano - was.is.nano : 0;
    bool set = kind == ENTRY_EDIT || (change > 0 && kind != ENTRY_CORRECTION);
    if (set && !is_slight(change, full.is.nano))
        return is;
    return is.is.nano > full.is.nano ? is : full;
}
