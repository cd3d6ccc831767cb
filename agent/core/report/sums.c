/* Facts are summed up as they come, by item and bucket: what is held does not grow with them. */
#include <assert.h>
#include <string.h>

#include "base/xmalloc.h"
#include "core/report/parts.h"

/* The first bucket's forerunner counts too, wherever the period before lies. */
static bool is_wanted(const struct report *r, unix_s at)
{
    if (period_holds(&r->during, at) || period_holds(&r->before, at))
        return true;
    unix_s first = period_start(r->per, r->during.since);
    return r->per != PER_TOTAL && at < first && at >= period_start(r->per, first - 1);
}

static unix_s bucket_of(const struct report *r, unix_s at)
{
    if (r->per != PER_TOTAL)
        return period_start(r->per, at);
    return period_holds(&r->during, at) ? r->during.since : TIME_NONE;
}

/* The front of a bucket that the report cuts in two belongs nowhere, and what lies before the
 * forerunner of the first counts for the period before alone. */
static bool has_bucket(const struct report *r, unix_s at)
{
    if (r->per == PER_TOTAL || period_holds(&r->during, at))
        return true;
    unix_s first = period_start(r->per, r->during.since);
    return at < first && at >= period_start(r->per, first - 1);
}

bool report_sum_add(struct report_sum *to, const struct report_sum *more)
{
    to->source |= more->source;
    to->calls_told |= more->calls_told;
    return report_add(&to->spent_nano, more->spent_nano)
        && report_add(&to->topup_nano, more->topup_nano)
        && report_add(&to->reset_nano, more->reset_nano) && report_add(&to->calls, more->calls)
        && report_add(&to->called_nano, more->called_nano)
        && report_add(&to->gap_nano, more->gap_nano);
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

/* The place of a bucket, or where it belongs. Facts come by time, so it is looked for from behind.
 */
static size_t place_of(const struct report_item *item, unix_s bucket)
{
    size_t low = 0, high = item->count;
    if (high && item->shares[high - 1].bucket <= bucket)
        return high - (item->shares[high - 1].bucket == bucket);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (item->shares[middle].bucket < bucket)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct report_share *share_of(struct report *r, struct report_item *item, unix_s bucket)
{
    size_t place = place_of(item, bucket);
    if (place < item->count && item->shares[place].bucket == bucket)
        return &item->shares[place];
    item->shares = xgrown(item->shares, item->count, &item->room, sizeof *item->shares);
    struct report_share *share = &item->shares[place];
    memmove(share + 1, share, (item->count - place) * sizeof *share);
    *share = (struct report_share){ .bucket = bucket };
    item->count++;
    r->sum_count++;
    return share;
}

static bool add_to_totals(struct report *r, struct report_item *item, const struct report_fact *f)
{
    struct report_group *g = &r->groups[item->group];
    if (period_holds(&r->before, f->at) && !report_add(&r->all.before_nano, f->spent_nano))
        return false;
    if (!period_holds(&r->during, f->at))
        return true;
    g->is_told |= f->spent_nano || f->topup_nano || f->reset_nano || f->calls > 0;
    return report_add(&g->spent_nano, f->spent_nano) && report_add(&item->spent_nano, f->spent_nano)
        && report_add(&item->topup_nano, f->topup_nano);
}

void report_add_fact(struct report *r, const struct report_fact *f)
{
    assert(f->item < r->item_count);
    struct report_item *item = &r->items[f->item];
    if (!is_wanted(r, f->at))
        return;
    bool ok = add_to_totals(r, item, f);
    if (ok && has_bucket(r, f->at) && (!r->sums_max || r->sum_count <= r->sums_max)) {
        const struct report_sum sum = sum_of(f);
        ok = report_sum_add(&share_of(r, item, bucket_of(r, f->at))->sum, &sum);
    }
    r->overflowed |= !ok;
}

bool report_check(const struct report *r, struct fault *why)
{
    if (r->overflowed)
        return fault(why, FAULT_REJECT,
                     "a total exceeds 9.2 billion USD: choose a shorter period or fewer tokens");
    if (r->sums_max && r->sum_count > r->sums_max)
        return fault(why, FAULT_REJECT,
                     "the report would have more than %zu rows: choose a shorter period, longer "
                     "ones per row or fewer tokens",
                     r->sums_max);
    return true;
}
