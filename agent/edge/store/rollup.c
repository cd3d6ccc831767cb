/* What a poll found out, added to the sums of the hours and days that it falls in.
 *
 * Consumption is spread evenly over the time in which it was spent. A day is the sum of its hours,
 * to the nano-dollar, as far back as there are hours: of a gap of months or years the older days
 * have a sum of their own, and no hours. A rise counts in the hour in which it was seen. One poll
 * touches each hour and each day once. Sums stop at the end of their range. */
#include "edge/store/rollup.h"

#include <stdlib.h>

#include "base/xmalloc.h"
#include "edge/store/store_private.h"
#include "edge/store/usage.h"

enum {
    GAP_DAYS_MAX =
        4000 /* of a gap; one that a clock made longer is spread over the newest so many */
};

struct rollup_sums {
    unix_s start; /* of the hour or day */
    int64_t spent_nano, usage_nano, topup_nano, reset_nano;
    struct maybe_money low, high;
};

static unix_s start_of(unix_s at, int64_t width_s)
{
    int64_t into = at % width_s;
    return at - into - (into < 0 ? width_s : 0);
}

/* The newest first: most of what comes belongs where the last piece did. */
static struct rollup_sums *sums_from(struct rollup *r, unix_s start)
{
    for (size_t i = r->count; i-- > 0;)
        if (r->at[i].start == start)
            return &r->at[i];
    r->at = xgrown(r->at, r->count, &r->room, sizeof *r->at);
    r->at[r->count] = (struct rollup_sums){ .start = start };
    return &r->at[r->count++];
}

static void note_level(struct rollup_sums *s, struct maybe_money balance)
{
    if (!balance.known)
        return;
    if (!s->low.known || balance.is.nano < s->low.is.nano)
        s->low = balance;
    if (!s->high.known || balance.is.nano > s->high.is.nano)
        s->high = balance;
}

static void add_to(int64_t *sum, int64_t nano)
{
    *sum = nano_add(*sum, nano);
}

void rollups_done(struct rollups *r)
{
    free(r->hours.at);
    free(r->days.at);
}

static void note_spent(struct rollups *r, struct entry e, bool is_usage)
{
    struct hour_slice slices[BURN_SLICES_MAX];
    const unix_s longest = GAP_DAYS_MAX * (int64_t)DAY_S,
                 longest_by_hour = (BURN_SLICES_MAX - 2) * (int64_t)HOUR_S;
    if (e.at - e.since > longest)
        e.since = e.at - longest;
    size_t count = burn_slice(&e, slices, COUNT(slices)); /* none of other kinds */
    bool has_all_hours = e.at - e.since <= longest_by_hour;
    unix_s whole =
        has_all_hours ? e.since - HOUR_S : start_of(e.at - longest_by_hour, DAY_S) + DAY_S;
    for (size_t i = 0; i < count; i++) {
        if (slices[i].hour_start < whole)
            continue; /* of a day that has hours in part only */
        struct rollup_sums *hour = sums_from(&r->hours, slices[i].hour_start);
        add_to(&hour->spent_nano, slices[i].spent.nano);
        if (is_usage)
            add_to(&hour->usage_nano, slices[i].spent.nano);
    }
    unix_s first = start_of(e.since < e.at ? e.since : e.at - 1, DAY_S);
    for (unix_s day = first; e.kind == ENTRY_CONSUMPTION && day < e.at; day += DAY_S) {
        struct rollup_sums *sums = sums_from(&r->days, day);
        struct money share = burn_share(&e, day, day + DAY_S);
        add_to(&sums->spent_nano, share.nano);
        if (is_usage)
            add_to(&sums->usage_nano, share.nano);
    }
}

static void note_rise(struct rollup_sums *s, const struct entry *e)
{
    if (e->kind == ENTRY_TOPUP)
        add_to(&s->topup_nano, e->amount.nano);
    if (e->kind == ENTRY_RESET)
        add_to(&s->reset_nano, e->amount.nano);
}

static void note_entry(struct rollups *r, const struct entry *e)
{
    note_spent(r, *e, false);
    if (e->kind != ENTRY_TOPUP && e->kind != ENTRY_RESET)
        return;
    note_rise(sums_from(&r->hours, start_of(e->at, HOUR_S)), e);
    note_rise(sums_from(&r->days, start_of(e->at, DAY_S)), e);
}

/* The lowest and the highest balance that was read. */
static void note_levels(struct rollups *r, unix_s at, struct maybe_money was, struct maybe_money is)
{
    struct rollup_sums *sums[] = { sums_from(&r->hours, start_of(at, HOUR_S)),
                                   sums_from(&r->days, start_of(at, DAY_S)) };
    for (size_t i = 0; i < COUNT(sums); i++) {
        note_level(sums[i], was);
        note_level(sums[i], is);
    }
}

void rollups_add_fall(struct rollups *r, const struct entry *e, struct maybe_money balance)
{
    struct maybe_money before = balance;
    before.is.nano = nano_add(before.is.nano, e->amount.nano);
    note_spent(r, *e, false);
    note_levels(r, e->at - 1, before, balance);
}

static void bind_sums(struct statement *q, int64_t token, const struct rollup_sums *sums)
{
    statement_bind_integer(q, ":token", token);
    statement_bind_integer(q, ":start", sums->start);
    statement_bind_integer(q, ":spent_nano", sums->spent_nano);
    statement_bind_integer(q, ":usage_nano", sums->usage_nano);
    statement_bind_integer(q, ":topup_nano", sums->topup_nano);
    statement_bind_integer(q, ":reset_nano", sums->reset_nano);
    bind_maybe_money(q, ":low_nano", sums->low);
    bind_maybe_money(q, ":high_nano", sums->high);
}

static bool write(struct store *s, enum statement_name query, int64_t token, const struct rollup *r,
                  struct fault *why)
{
    struct statement *q = s->queries[query];
    for (size_t i = 0; i < r->count; i++) {
        bind_sums(q, token, &r->at[i]);
        if (!statement_run(q, why))
            return false;
    }
    return true;
}

bool rollups_write(struct store *s, int64_t token, const struct rollups *r, struct fault *why)
{
    return write(s, SQL_ADD_HOURLY, token, &r->hours, why)
        && write(s, SQL_ADD_DAILY, token, &r->days, why);
}

static bool add_all(struct store *s, int64_t token, struct rollups *r, struct fault *why)
{
    bool ok = rollups_write(s, token, r, why);
    rollups_done(r);
    return ok;
}

static bool add_gap(struct store *s, int64_t token, const struct entry *e, struct fault *why)
{
    struct statement *q = s->queries[SQL_ADD_GAP];
    statement_bind_integer(q, ":token", token);
    statement_bind_integer(q, ":since", e->since);
    statement_bind_integer(q, ":until", e->at);
    statement_bind_integer(q, ":amount_nano", e->amount.nano);
    return statement_run(q, why);
}

bool rollup_change(struct store *s, int64_t token, const struct change *c, struct fault *why)
{
    struct rollups r = { 0 };
    for (size_t i = 0; i < c->entry_count; i++) {
        if (burn_is_gap(&c->entries[i]) && !add_gap(s, token, &c->entries[i], why))
            return false;
    }
    for (size_t i = 0; i < c->entry_count; i++)
        note_entry(&r, &c->entries[i]);
    if (c->entry_count)
        note_levels(&r, c->at, c->was, c->is);
    return add_all(s, token, &r, why);
}

static void negate(struct rollup *r)
{
    for (size_t i = 0; i < r->count; i++) {
        struct rollup_sums *s = &r->at[i];
        *s = (struct rollup_sums){ .start = s->start,
                                   .spent_nano = -s->spent_nano,
                                   .topup_nano = -s->topup_nano,
                                   .reset_nano = -s->reset_nano };
    }
}

static bool drop_gap(struct store *s, int64_t token, const struct entry *e, struct fault *why)
{
    struct statement *q = s->queries[SQL_DROP_GAP];
    statement_bind_integer(q, ":token", token);
    statement_bind_integer(q, ":since", e->since);
    return statement_run(q, why);
}

bool rollup_take_back(struct store *s, int64_t token, const struct entry *e, struct fault *why)
{
    struct rollups r = { 0 };
    if (burn_is_gap(e) && !drop_gap(s, token, e, why))
        return false;
    note_entry(&r, e);
    negate(&r.hours);
    negate(&r.days);
    return add_all(s, token, &r, why);
}

bool store_book_usage(struct store *s, int64_t token, const struct entry *e, struct fault *why)
{
    struct rollups r = { 0 };
    note_spent(&r, *e, true);
    return add_all(s, token, &r, why);
}
