/* The sums of items become rows of their groups, and the groups are ranked by what they spent.
 *
 * A bucket is compared with the one before only when both are whole and on record: half a day says
 * nothing about a day. A total is compared with the period before when that is on record for all
 * items of the group. */
#include <stdlib.h>
#include <string.h>

#include "base/sorting.h"
#include "base/xmalloc.h"
#include "core/report/parts.h"

struct ranked {
    int64_t spent_nano;
    size_t group;
};

enum phase { FINISH_ITEMS, FINISH_RANKS, FINISH_ROWS };

struct report_finish {
    enum phase phase;
    size_t next;          /* item, or rank */
    size_t rows;          /* of all groups */
    struct ranked *order; /* owned */
    struct sorting sorting;
};

void report_finish_done(struct report *r)
{
    if (!r->finish)
        return;
    sorting_done(&r->finish->sorting);
    free(r->finish->order);
    free(r->finish);
    r->finish = NULL;
}

/* ---- from items to groups ---- */

static struct period bucket_during(const struct report *r, unix_s bucket)
{
    struct period p = { bucket, period_next(r->per, bucket) };
    if (p.since < r->during.since)
        p.since = r->during.since;
    if (p.until > r->during.until)
        p.until = r->during.until;
    return p;
}

/* Items of a group have much the same buckets, each in the order of time: `*at` is where the one
 * before was. */
static struct report_row *row_of(struct report *r, size_t group, unix_s bucket, size_t *at)
{
    struct report_group *g = &r->groups[group];
    while (*at < g->row_count && g->rows[*at].bucket < bucket)
        ++*at;
    if (*at < g->row_count && g->rows[*at].bucket == bucket)
        return &g->rows[*at];
    g->rows = xgrown(g->rows, g->row_count, &g->row_room, sizeof *g->rows);
    struct report_row *row = &g->rows[*at];
    memmove(row + 1, row, (g->row_count - *at) * sizeof *row);
    *row = (struct report_row){ .group = group, .bucket = bucket };
    if (bucket != TIME_NONE)
        row->during = bucket_during(r, bucket);
    g->row_count++;
    r->finish->rows++;
    return row;
}

static bool take_item(struct report *r, struct report_item *item)
{
    size_t at = 0;
    bool ok = true;
    for (size_t i = 0; ok && i < item->count; i++) {
        const struct report_share *share = &item->shares[i];
        struct report_row *row = row_of(r, item->group, share->bucket, &at);
        ok = report_sum_add(&row->sum, &share->sum)
            && report_budget_add(r, row, item, share->sum.spent_nano, share->sum.topup_nano);
    }
    if (ok && (item->spent_nano || item->topup_nano))
        ok = report_budget_add(r, &r->all, item, item->spent_nano, item->topup_nano);
    free(item->shares);
    item->shares = NULL;
    return ok;
}

/* ---- the order of groups ---- */

static int compare_ranked(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    return (x->spent_nano < y->spent_nano) - (x->spent_nano > y->spent_nano);
}

static void begin_ranks(struct report *r)
{
    struct report_finish *f = r->finish;
    f->order = xcalloc(r->group_count + 1, sizeof *f->order);
    for (size_t i = 0; i < r->group_count; i++)
        f->order[i] = (struct ranked){ r->groups[i].spent_nano, i };
    sorting_begin(&f->sorting, f->order, r->group_count, sizeof *f->order, compare_ranked);
}

/* ---- rows ---- */

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

/* `last` is the group's row before; NULL: there is none. */
static void compare(const struct report *r, const struct report_row *last, struct report_row *row)
{
    const struct report_group *g = &r->groups[row->group];
    bool is_total = r->per == PER_TOTAL;
    unix_s before = is_total ? r->before.since : period_start(r->per, row->bucket - 1);
    unix_s expected = is_total ? TIME_NONE : before;
    const struct period both = { before, row->during.until };
    row->unknown_days = report_unknown_days(r, g, &row->during);
    if (g->known_from > before || (!is_total && (!is_whole(r, row) || is_cut_in_front(r, before)))
        || report_unknown_days(r, g, &both))
        return;
    row->before_known = true;
    if (last && last->bucket == expected)
        row->before_nano = last->sum.spent_nano;
}

static bool is_in_the_report(const struct report *r, const struct report_row *row)
{
    if (row->bucket == TIME_NONE || row->during.since >= row->during.until
        || !r->groups[row->group].is_told)
        return false;
    return row->sum.spent_nano || row->sum.topup_nano || row->sum.reset_nano || row->sum.calls;
}

static bool take_group(struct report *r, struct report_group *g)
{
    bool ok = true;
    for (size_t i = 0; ok && i < g->row_count; i++) {
        if (!is_in_the_report(r, &g->rows[i]))
            continue;
        struct report_row *row = &r->rows[r->row_count++];
        *row = g->rows[i];
        compare(r, i ? &g->rows[i - 1] : NULL, row);
        ok = report_sum_add(&r->all.sum, &row->sum);
    }
    free(g->rows);
    g->rows = NULL;
    return ok;
}

/* Also of groups that have no row now; only when all of it is on record. */
static void compare_all(struct report *r)
{
    const struct period both = { r->before.since, r->during.until };
    r->all.unknown_days = report_unknown_days(r, NULL, &r->during);
    r->all.before_known = r->item_count > 0 && report_unknown_days(r, NULL, &both) == 0;
    for (size_t i = 0; i < r->group_count; i++)
        r->all.before_known &= r->groups[i].known_from <= r->before.since;
}

/* ---- in slices ---- */

static void begin_finish(struct report *r)
{
    r->finish = xcalloc(1, sizeof *r->finish);
    r->all.during = r->during;
    compare_all(r);
}

static void take_items(struct report *r, size_t most)
{
    struct report_finish *f = r->finish;
    for (size_t took = 0; f->next < r->item_count && took < most; f->next++) {
        took += r->items[f->next].count + 1;
        r->overflowed |= !take_item(r, &r->items[f->next]);
    }
    if (f->next < r->item_count)
        return;
    begin_ranks(r);
    f->phase = FINISH_RANKS;
}

static void rank(struct report *r, size_t most)
{
    struct report_finish *f = r->finish;
    if (sorting_step(&f->sorting, most))
        return;
    sorting_done(&f->sorting);
    r->rows = xcalloc(f->rows + 1, sizeof *r->rows);
    f->next = 0;
    f->phase = FINISH_ROWS;
}

/* True: there are more. */
static bool take_groups(struct report *r, size_t most)
{
    struct report_finish *f = r->finish;
    for (size_t took = 0; f->next < r->group_count && took < most; f->next++) {
        struct report_group *g = &r->groups[f->order[f->next].group];
        took += g->row_count + 1;
        r->overflowed |= !take_group(r, g);
    }
    return f->next < r->group_count;
}

bool report_finish_step(struct report *r, size_t most, bool *ret_more, struct fault *why)
{
    *ret_more = true;
    if (!r->finish)
        begin_finish(r);
    switch (r->finish->phase) {
    case FINISH_ITEMS:
        take_items(r, most);
        break;
    case FINISH_RANKS:
        rank(r, most);
        break;
    case FINISH_ROWS:
        *ret_more = take_groups(r, most);
        break;
    }
    if (!*ret_more)
        report_finish_done(r);
    return report_check(r, why);
}

bool report_finish(struct report *r, struct fault *why)
{
    bool more = true, ok = true;
    while (ok && more)
        ok = report_finish_step(r, SIZE_MAX, &more, why);
    return ok;
}
