/* What a poll found out, added to the sums of the hours and days that it falls in.
 *
 * Consumption is spread over the hours in which it was spent, as burn_slice does it; a day is the sum of its hours, to
 * the nano-dollar. A rise counts in the hour in which it was seen. One poll touches each hour and each day once. */
#include "edge/store/rollup.h"

#include "edge/store/store_private.h"
#include "edge/store/usage.h"

struct sums {
    unix_s start; /* of the hour or day */
    int64_t spent_nano, usage_nano, topup_nano, reset_nano;
    struct maybe_money low, high;
};

enum { SUMS_MAX = BURN_SLICES_MAX * LEDGER_ENTRIES_MAX + LEDGER_ENTRIES_MAX + 1 };

struct rollup {
    struct sums at[SUMS_MAX];
    size_t count;
};

static unix_s start_of(unix_s at, int64_t width_s)
{
    int64_t into = at % width_s;
    return at - into - (into < 0 ? width_s : 0);
}

/* The newest first: most of what comes belongs where the last piece did. */
static struct sums *sums_from(struct rollup *r, unix_s start)
{
    for (size_t i = r->count; i-- > 0;)
        if (r->at[i].start == start)
            return &r->at[i];
    r->at[r->count] = (struct sums){ .start = start };
    return &r->at[r->count++];
}

static void note_level(struct sums *s, struct maybe_money balance)
{
    if (!balance.known)
        return;
    if (!s->low.known || balance.is.nano < s->low.is.nano)
        s->low = balance;
    if (!s->high.known || balance.is.nano > s->high.is.nano)
        s->high = balance;
}

static void note_entry(struct rollup *hours, const struct entry *e)
{
    struct hour_slice slices[BURN_SLICES_MAX];
    size_t count = burn_slice(e, slices, COUNT(slices)); /* none of other kinds */
    for (size_t i = 0; i < count; i++)
        sums_from(hours, slices[i].hour_start)->spent_nano += slices[i].spent.nano;
    if (e->kind == ENTRY_TOPUP)
        sums_from(hours, start_of(e->at, HOUR_S))->topup_nano += e->amount.nano;
    if (e->kind == ENTRY_RESET)
        sums_from(hours, start_of(e->at, HOUR_S))->reset_nano += e->amount.nano;
}

static void note_hour(struct rollup *days, const struct sums *hour)
{
    struct sums *day = sums_from(days, start_of(hour->start, DAY_S));
    day->spent_nano += hour->spent_nano;
    day->usage_nano += hour->usage_nano;
    day->topup_nano += hour->topup_nano;
    day->reset_nano += hour->reset_nano;
    note_level(day, hour->low);
    note_level(day, hour->high);
}

static bool add(struct store *s, enum query query, int64_t token, const struct rollup *r, struct fault *why)
{
    struct statement *q = s->queries[query];
    for (size_t i = 0; i < r->count; i++) {
        const struct sums *sums = &r->at[i];
        statement_bind_integer(q, ":token", token);
        statement_bind_integer(q, ":start", sums->start);
        statement_bind_integer(q, ":spent_nano", sums->spent_nano);
        statement_bind_integer(q, ":usage_nano", sums->usage_nano);
        statement_bind_integer(q, ":topup_nano", sums->topup_nano);
        statement_bind_integer(q, ":reset_nano", sums->reset_nano);
        bind_maybe_money(q, ":low_nano", sums->low);
        bind_maybe_money(q, ":high_nano", sums->high);
        if (!statement_run(q, why))
            return false;
    }
    return true;
}

static bool add_hours(struct store *s, int64_t token, const struct rollup *hours, struct fault *why)
{
    struct rollup days;
    days.count = 0;
    for (size_t i = 0; i < hours->count; i++)
        note_hour(&days, &hours->at[i]);
    return add(s, QUERY_ADD_HOURLY, token, hours, why) && add(s, QUERY_ADD_DAILY, token, &days, why);
}

bool rollup_change(struct store *s, int64_t token, const struct change *c, struct fault *why)
{
    struct rollup hours;
    hours.count = 0;
    for (size_t i = 0; i < c->entry_count; i++)
        note_entry(&hours, &c->entries[i]);
    if (c->entry_count) {
        struct sums *now = sums_from(&hours, start_of(c->at, HOUR_S));
        note_level(now, c->was);
        note_level(now, c->is);
    }
    return add_hours(s, token, &hours, why);
}

bool store_book_usage(struct store *s, int64_t token, const struct entry *e, struct fault *why)
{
    struct rollup hours;
    hours.count = 0;
    note_entry(&hours, e);
    for (size_t i = 0; i < hours.count; i++)
        hours.at[i].usage_nano = hours.at[i].spent_nano;
    return add_hours(s, token, &hours, why);
}
