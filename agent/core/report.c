/* Facts are sorted by group, bucket and item, then summed in one pass; groups are ranked by what
 * they spent.
 *
 * A bucket is compared with the one before only when both are whole and on record: half a day says
 * nothing about a day. A total is compared with the period before when that is on record for all
 * items of the group. */
#include "core/report.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"

struct report_item {
    size_t group;
    unix_s known_from;
    bool has_budget;
    struct report_budget budget;
    int64_t spent_nano, topup_nano; /* in `during` */
};

struct report_group {
    unix_s known_from; /* the latest of its items */
    int64_t spent_nano;
    size_t rank;
    bool is_told;  /* something of it lies in `during` */
    bool *unknown; /* owned; by day; NULL: none is */
};

static const char *const source_names[] = {
    [REPORT_FROM_NOTHING] = "",
    [REPORT_FROM_ENDPOINT] = "endpoint",
    [REPORT_FROM_BALANCE] = "balance",
    [REPORT_MIXED] = "mixed",
};

const char *report_source_name(enum report_source source)
{
    return source_names[source];
}

bool report_endpoint_tells(const struct report_known *k, unix_s day)
{
    return k->usage_from != TIME_NONE && day >= k->usage_from
        && day < period_start(PER_DAY, k->usage_at);
}

/* The first bucket's forerunner counts too, wherever the period before lies. */
static unix_s earliest(const struct report *r)
{
    if (r->per == PER_TOTAL)
        return r->before.since;
    unix_s forerunner = period_start(r->per, period_start(r->per, r->during.since) - 1);
    return forerunner < r->before.since ? forerunner : r->before.since;
}

static size_t day_place(const struct report *r, unix_s day)
{
    return (size_t)((period_start(PER_DAY, day) - r->first_day) / DAY_S);
}

void report_init(struct report *r, enum period_length per, const struct period *during,
                 const struct period *before)
{
    *r = (struct report){
        .per = per,
        .during = *during,
        .before = *before,
        .known_from = INT64_MAX,
        .now = INT64_MAX,
    };
    r->first_day = period_start(PER_DAY, earliest(r));
    r->day_count = during->until > r->first_day ? day_place(r, during->until - 1) + 1 : 0;
    r->unknown = xcalloc(r->day_count + 1, 1);
}

void report_done(struct report *r)
{
    for (size_t i = 0; i < r->group_count; i++)
        free(r->groups[i].unknown);
    free(r->unknown);
    free(r->items);
    free(r->groups);
    free(r->facts);
    free(r->rows);
    *r = (struct report){ 0 };
}

/* Room for one more. */
static void *grown(void *array, size_t count, size_t *room, size_t bytes)
{
    if (count < *room)
        return array;
    *room = *room ? *room * 2 : 64;
    return xrealloc(array, *room, bytes);
}

size_t report_add_group(struct report *r)
{
    r->groups = grown(r->groups, r->group_count, &r->group_room, sizeof *r->groups);
    r->groups[r->group_count] = (struct report_group){ .known_from = TIME_NONE };
    return r->group_count++;
}

size_t report_add_item(struct report *r, size_t group, unix_s known_from,
                       const struct report_budget *budget)
{
    assert(group < r->group_count);
    r->items = grown(r->items, r->item_count, &r->item_room, sizeof *r->items);
    struct report_item *item = &r->items[r->item_count];
    *item = (struct report_item){ .group = group,
                                  .known_from = known_from,
                                  .has_budget = budget != NULL };
    if (budget)
        item->budget = *budget;
    if (known_from > r->groups[group].known_from)
        r->groups[group].known_from = known_from;
    if (known_from < r->known_from)
        r->known_from = known_from;
    return r->item_count++;
}

size_t report_group_of(const struct report *r, size_t item)
{
    return r->items[item].group;
}

enum { OF_SOMEBODY = 1, OF_EVERYBODY = 2 };

void report_mark_unknown(struct report *r, size_t group, unix_s day)
{
    size_t place = day_place(r, day);
    if (day < r->first_day || place >= r->day_count)
        return;
    r->unknown[place] |= OF_SOMEBODY | (group == REPORT_EVERY_GROUP ? OF_EVERYBODY : 0);
    if (group == REPORT_EVERY_GROUP || group == REPORT_NO_GROUP)
        return;
    if (!r->groups[group].unknown)
        r->groups[group].unknown = xcalloc(r->day_count + 1, sizeof *r->groups[group].unknown);
    r->groups[group].unknown[place] = true;
}

bool report_is_unknown(const struct report *r, unix_s day)
{
    return r->unknown[day_place(r, day)] != 0;
}

int64_t report_days(const struct period *p)
{
    unix_s first = period_start(PER_DAY, p->since);
    return p->until > p->since ? (period_start(PER_DAY, p->until - 1) - first) / DAY_S + 1 : 0;
}

/* The days of a period that are not known of a group; of anybody when it is NULL. */
static int64_t unknown_days(const struct report *r, const struct report_group *g,
                            const struct period *p)
{
    int64_t count = 0;
    size_t first = day_place(r, p->since > r->first_day ? p->since : r->first_day);
    size_t end = first + (size_t)report_days(p);
    for (size_t i = first; i < end && i < r->day_count; i++)
        count += g ? (r->unknown[i] & OF_EVERYBODY) || (g->unknown && g->unknown[i])
                   : r->unknown[i] != 0;
    return count;
}

static bool holds(const struct period *p, unix_s at)
{
    return at >= p->since && at < p->until;
}

static bool is_wanted(const struct report *r, unix_s at)
{
    if (holds(&r->during, at) || holds(&r->before, at))
        return true;
    unix_s first = period_start(r->per, r->during.since);
    return r->per != PER_TOTAL && at < first && at >= period_start(r->per, first - 1);
}

void report_add_fact(struct report *r, const struct report_fact *f)
{
    assert(f->item < r->item_count);
    if (!is_wanted(r, f->at))
        return;
    r->facts = grown(r->facts, r->fact_count, &r->fact_room, sizeof *r->facts);
    r->facts[r->fact_count++] = *f;
}

/* ---- sums ---- */

static bool add(int64_t *to, int64_t amount)
{
    return !__builtin_add_overflow(*to, amount, to);
}

static bool sum_add(struct report_sum *to, const struct report_sum *more)
{
    to->source |= more->source;
    to->calls_told |= more->calls_told;
    return add(&to->spent_nano, more->spent_nano) && add(&to->topup_nano, more->topup_nano)
        && add(&to->reset_nano, more->reset_nano) && add(&to->calls, more->calls)
        && add(&to->called_nano, more->called_nano) && add(&to->gap_nano, more->gap_nano);
}

static struct report_sum sum_of(const struct report_fact *f)
{
    bool told = f->calls >= 0;
    return (struct report_sum){
        .spent_nano = f->spent_nano,
        .topup_nano = f->topup_nano,
        .reset_nano = f->reset_nano,
        .calls = told ? f->calls : 0,
        .called_nano = told ? f->called_nano : 0,
        .calls_told = told,
        .gap_nano = f->gap_nano,
        .source = f->source,
    };
}

/* A fact where it belongs. */
struct report_place {
    size_t rank, group;
    unix_s bucket; /* of the period before: TIME_NONE */
    const struct report_fact *fact;
};

static int compare_places(const void *a, const void *b)
{
    const struct report_place *x = a, *y = b;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    if (x->bucket != y->bucket)
        return x->bucket < y->bucket ? -1 : 1;
    return (x->fact->item > y->fact->item) - (x->fact->item < y->fact->item);
}

static unix_s bucket_of(const struct report *r, unix_s at)
{
    if (r->per != PER_TOTAL)
        return period_start(r->per, at);
    return holds(&r->during, at) ? r->during.since : TIME_NONE;
}

/* The front of a bucket that the report cuts in two belongs nowhere. */
static bool is_cut_off(const struct report *r, unix_s at)
{
    return r->per != PER_TOTAL && !holds(&r->during, at)
        && bucket_of(r, at) == bucket_of(r, r->during.since);
}

static bool sum_groups(struct report *r)
{
    bool ok = true;
    for (size_t i = 0; i < r->fact_count && ok; i++) {
        const struct report_fact *f = &r->facts[i];
        struct report_item *item = &r->items[f->item];
        struct report_group *g = &r->groups[item->group];
        if (!holds(&r->during, f->at))
            continue;
        g->is_told |= f->spent_nano || f->topup_nano || f->reset_nano || f->calls > 0;
        ok = add(&g->spent_nano, f->spent_nano) && add(&item->spent_nano, f->spent_nano)
            && add(&item->topup_nano, f->topup_nano);
    }
    return ok;
}

struct ranked {
    int64_t spent_nano;
    size_t group;
};

/* Equal groups stay in the order in which they came. */
static int compare_ranked(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->spent_nano != y->spent_nano)
        return x->spent_nano > y->spent_nano ? -1 : 1;
    return (x->group > y->group) - (x->group < y->group);
}

static void rank_groups(struct report *r)
{
    struct ranked *order = xcalloc(r->group_count + 1, sizeof *order);
    for (size_t i = 0; i < r->group_count; i++)
        order[i] = (struct ranked){ r->groups[i].spent_nano, i };
    qsort(order, r->group_count, sizeof *order, compare_ranked);
    for (size_t i = 0; i < r->group_count; i++)
        r->groups[order[i].group].rank = i;
    free(order);
}

/* ---- budgets ---- */

/* What an item may spend in a time: the allowance of its periods, of which the one that still runs
 * counts whole, and what it was topped up by. Without a period, what it spent and what it has left
 * at the end of the report. */
static bool allowed(const struct report *r, const struct report_item *item,
                    const struct report_row *row, int64_t spent, int64_t topup, int64_t *ret)
{
    const struct report_budget *b = &item->budget;
    struct period during = row->during;
    unix_s next =
        during.until > r->now ? calendar_next_reset(b->allowance.period, r->now) : TIME_NONE;
    if (next > during.until)
        during.until = next;
    *ret = 0;
    if (ratio_allowance(&b->allowance, &during, ret)) {
        if (!add(ret, topup))
            return false;
    } else if (b->left.known) {
        *ret = spent;
        if (b->left.is.nano > 0 && !add(ret, b->left.is.nano))
            return false;
    } else {
        *ret = topup;
    }
    if (*ret < spent)
        *ret = spent;
    return true;
}

/* A token without a period has one budget for all of its time: rows of parts of it say nothing of
 * that. */
static bool rate_limit_add(const struct report *r, struct report_row *row,
                           const struct report_item *item, int64_t spent, int64_t topup)
{
    bool is_whole = row == &r->all || r->per == PER_TOTAL;
    int64_t budget;
    if (!item->has_budget || (!is_whole && !ratio_has_period(&item->budget.allowance)))
        return true;
    if (!allowed(r, item, row, spent, topup, &budget))
        return false;
    if (budget <= 0)
        return true;
    row->budget_known = true;
    return add(&row->budget_nano, budget) && add(&row->budget_spent_nano, spent);
}

/* ---- rows ---- */

static struct period bucket_during(const struct report *r, unix_s bucket)
{
    struct period p = { bucket, period_next(r->per, bucket) };
    if (p.since < r->during.since)
        p.since = r->during.since;
    if (p.until > r->during.until)
        p.until = r->during.until;
    return p;
}

/* One item's facts of one bucket. */
static bool item_add(const struct report *r, const struct report_place **at,
                     const struct report_place *end, struct report_row *row)
{
    const struct report_place *first = *at;
    struct report_sum sum = { 0 };
    bool ok = true;
    for (; ok && *at < end && (*at)->rank == first->rank && (*at)->bucket == first->bucket
         && (*at)->fact->item == first->fact->item;
         ++*at) {
        struct report_sum one = sum_of((*at)->fact);
        ok = sum_add(&sum, &one);
    }
    return ok && sum_add(&row->sum, &sum)
        && rate_limit_add(r, row, &r->items[first->fact->item], sum.spent_nano, sum.topup_nano);
}

/* The next group in the next bucket. */
static bool take_row(const struct report *r, const struct report_place **at,
                     const struct report_place *end, struct report_row *row)
{
    const struct report_place *first = *at;
    bool ok = true;
    *row = (struct report_row){ .group = first->group, .bucket = first->bucket };
    if (first->bucket != TIME_NONE)
        row->during = bucket_during(r, first->bucket);
    while (ok && *at < end && (*at)->rank == first->rank && (*at)->bucket == first->bucket)
        ok = item_add(r, at, end, row);
    return ok;
}

static bool is_whole(const struct report *r, const struct report_row *row)
{
    return row->during.since == row->bucket
        && row->during.until == period_next(r->per, row->bucket);
}

/* Of the first bucket the report may know only the end: no measure for the second. */
static bool is_cut_in_front(const struct report *r, unix_s bucket)
{
    return bucket < r->during.since && bucket == period_start(r->per, r->during.since);
}

/* `last` is the row that was made before, of whatever group and bucket. */
static void compare(const struct report *r, const struct report_row *last, struct report_row *row)
{
    const struct report_group *g = &r->groups[row->group];
    bool is_total = r->per == PER_TOTAL;
    unix_s before = is_total ? r->before.since : period_start(r->per, row->bucket - 1);
    unix_s expected = is_total ? TIME_NONE : before;
    const struct period both = { before, row->during.until };
    row->unknown_days = unknown_days(r, g, &row->during);
    if (g->known_from > before || (!is_total && (!is_whole(r, row) || is_cut_in_front(r, before)))
        || unknown_days(r, g, &both))
        return;
    row->before_known = true;
    if (last && last->group == row->group && last->bucket == expected)
        row->before_nano = last->sum.spent_nano;
}

static bool is_in_the_report(const struct report *r, const struct report_row *row)
{
    if (row->bucket == TIME_NONE || row->during.since >= row->during.until
        || !r->groups[row->group].is_told)
        return false;
    return row->sum.spent_nano || row->sum.topup_nano || row->sum.reset_nano || row->sum.calls;
}

static bool budget_all(struct report *r)
{
    bool ok = true;
    r->all.during = r->during;
    for (size_t i = 0; ok && i < r->item_count; i++) {
        const struct report_item *item = &r->items[i];
        if (item->spent_nano || item->topup_nano)
            ok = rate_limit_add(r, &r->all, item, item->spent_nano, item->topup_nano);
    }
    return ok;
}

static bool make_rows(struct report *r, const struct report_place *at,
                      const struct report_place *end)
{
    struct report_row row, last;
    bool has_last = false, ok = true;
    while (ok && at < end) {
        ok = take_row(r, &at, end, &row);
        if (ok && is_in_the_report(r, &row)) {
            compare(r, has_last ? &last : NULL, &row);
            ok = sum_add(&r->all.sum, &row.sum);
            r->rows[r->row_count++] = row;
        }
        last = row;
        has_last = true;
    }
    return ok;
}

/* Also of groups that have no row now; only when all of it is on record. */
static bool compare_all(struct report *r)
{
    const struct period both = { r->before.since, r->during.until };
    r->all.unknown_days = unknown_days(r, NULL, &r->during);
    r->all.before_known = r->item_count > 0 && unknown_days(r, NULL, &both) == 0;
    for (size_t i = 0; i < r->group_count; i++)
        r->all.before_known &= r->groups[i].known_from <= r->before.since;
    bool ok = true;
    for (size_t i = 0; i < r->fact_count && ok; i++)
        if (holds(&r->before, r->facts[i].at))
            ok = add(&r->all.before_nano, r->facts[i].spent_nano);
    return ok;
}

static bool sort_and_sum(struct report *r)
{
    struct report_place *places = xcalloc(r->fact_count + 1, sizeof *places);
    size_t count = 0;
    for (size_t i = 0; i < r->fact_count; i++) {
        const struct report_fact *f = &r->facts[i];
        size_t group = r->items[f->item].group;
        if (!is_cut_off(r, f->at))
            places[count++] =
                (struct report_place){ r->groups[group].rank, group, bucket_of(r, f->at), f };
    }
    qsort(places, count, sizeof *places, compare_places);
    r->rows = xcalloc(count + 1, sizeof *r->rows);
    bool ok = make_rows(r, places, places + count);
    free(places);
    return ok;
}

bool report_finish(struct report *r, struct fault *why)
{
    bool ok = sum_groups(r);
    if (ok)
        rank_groups(r);
    if (!ok || !sort_and_sum(r) || !budget_all(r) || !compare_all(r))
        return fault(why, FAULT_REJECT,
                     "a total exceeds 9.2 billion USD: choose a shorter period or fewer tokens");
    return true;
}
