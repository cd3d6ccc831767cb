/* Rows are in the order of payer and day, so days are met by walking all of them side by side. */
#include "view/report/days.h"

#include <stdlib.h>

#include "base/xmalloc.h"
#include "core/burn.h"
#include "view/report/day.h"

enum {
    TOLD_LAG_S = 2 * HOUR_S, /* the endpoint is asked hourly: so old, its answer of a day that runs
                                is still good */
};

void report_days_done(struct report_days *d)
{
    free(d->days.at);
    free(d->hours.at);
    free(d->uses.at);
    free(d->providers.at);
    free(d->gaps.at);
    free(d->unread.at);
    free(d->is_shared);
}

static bool is_earlier(const struct report_payer *p, unix_s day, const struct report_day *than)
{
    return !than->payer || p->id < than->payer->id || (p == than->payer && day < than->day);
}

static void choose_uses(struct report_day *day, const struct use_row *rows, size_t count, size_t at)
{
    if (at < count && is_earlier(rows[at].payer, rows[at].day, day))
        *day = (struct report_day){ .payer = rows[at].payer, .day = rows[at].day };
}

static size_t run_of(const struct report_day *day, const struct use_row *rows, size_t count,
                     size_t at)
{
    size_t run = 0;
    while (at + run < count && rows[at + run].payer == day->payer && rows[at + run].day == day->day)
        run++;
    return run;
}

static void add_days(struct report_days *d)
{
    size_t sum = 0, use = 0, provider = 0;
    for (;;) {
        struct report_day day = { .payer = NULL };
        if (sum < d->days.count)
            day = (struct report_day){ .payer = d->days.at[sum].payer, .day = d->days.at[sum].at };
        choose_uses(&day, d->uses.at, d->uses.count, use);
        choose_uses(&day, d->providers.at, d->providers.count, provider);
        if (!day.payer)
            return;
        if (sum < d->days.count && d->days.at[sum].payer == day.payer
            && d->days.at[sum].at == day.day)
            day.sum = &d->days.at[sum++];
        size_t parts = run_of(&day, d->providers.at, d->providers.count, provider);
        day.use_count = run_of(&day, d->uses.at, d->uses.count, use);
        day.uses = day.use_count ? &d->uses.at[use] : NULL;
        bool by_provider = d->q->by == BY_PROVIDER;
        day.parts = by_provider ? (parts ? &d->providers.at[provider] : NULL) : day.uses;
        day.part_count = by_provider ? parts : day.use_count;
        use += day.use_count;
        provider += parts;
        report_day_add(d, &day);
    }
}

/* ---- what is not known ---- */

static bool is_known(const struct report_days *d, const struct report_payer *p, unix_s day)
{
    unix_s end = day + DAY_S < d->q->now ? day + DAY_S : d->q->now;
    if (report_day_is_told(d, p, day) || p->costs_nothing
        || (p->deleted_at != TIME_NONE && p->deleted_at <= day))
        return true;
    if (p->listed != TIME_NONE && p->first_seen > p->listed && end <= p->first_seen)
        return true; /* it was made later */
    if (p->budgeted)
        return day >= period_start(PER_DAY, p->first_seen);
    return p->known.usage_from != TIME_NONE && day >= p->known.usage_from
        && p->known.usage_at >= end - TOLD_LAG_S && !report_day_is_unread(d, p->id, day);
}

static void mark_unknown(struct report_days *d, const struct report_payer *payers,
                         size_t payer_count)
{
    bool by_word = report_by_is_word(d->q->by);
    for (size_t i = 0; i < payer_count; i++)
        for (unix_s day = d->report->first_day; day < d->q->during.until; day += DAY_S)
            if (!is_known(d, &payers[i], day))
                report_mark_unknown(
                    d->report,
                    by_word ? REPORT_EVERY_GROUP : report_group_of(d->report, payers[i].item), day);
}

/* ---- gaps ---- */

static void add_gap(struct report_days *d, const struct gap_row *gap)
{
    const struct entry *e = &gap->entry;
    int64_t within = 0;
    for (unix_s day = time_later(period_start(PER_DAY, e->since), d->report->first_day);
         day < e->at; day += DAY_S) {
        struct report_day cut = { .payer = gap->payer, .day = day };
        if (day >= d->q->during.until || report_day_is_told(d, gap->payer, day))
            continue;
        report_day_cut(d->q, &cut);
        for (size_t i = 0; i < cut.cut_count; i++) {
            struct report_fact f = { .item = gap->payer->item, .at = cut.cuts[i], .calls = -1 };
            f.gap_nano = burn_share(e, cut.cuts[i], cut.cuts[i + 1]).nano;
            if (f.gap_nano == 0)
                continue;
            if (!report_by_is_word(d->q->by))
                report_add_fact(d->report, &f);
            if (f.at >= d->q->during.since && f.at < d->q->during.until)
                within = nano_add(within, f.gap_nano);
        }
    }
    if (within == 0)
        return;
    d->found->count++;
    d->found->nano = nano_add(d->found->nano, within);
    if (d->found->longest_s < e->at - e->since)
        d->found->longest_s = e->at - e->since;
}

static void add_gaps(struct report_days *d)
{
    for (size_t i = 0; d->q->choice != REPORT_ENDPOINT && i < d->gaps.count; i++)
        add_gap(d, &d->gaps.at[i]);
}

/* ---- the rows of some payers ---- */

static int compare_sums(const void *a, const void *b)
{
    const struct sum_row *x = a, *y = b;
    if (x->payer != y->payer)
        return x->payer->id < y->payer->id ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

/* What is written down and what the newest readings add to it are rows of one time. Returns how
 * many are left. */
static size_t merge_sums(struct sum_row *rows, size_t count)
{
    size_t kept = 0;
    if (count)
        qsort(rows, count, sizeof *rows, compare_sums);
    for (size_t i = 0; i < count; i++) {
        struct sum_row *last = kept ? &rows[kept - 1] : NULL;
        if (!last || compare_sums(last, &rows[i]) != 0) {
            rows[kept++] = rows[i];
            continue;
        }
        last->spent_nano = nano_add(last->spent_nano, rows[i].spent_nano);
        last->usage_nano = nano_add(last->usage_nano, rows[i].usage_nano);
        last->topup_nano = nano_add(last->topup_nano, rows[i].topup_nano);
        last->reset_nano = nano_add(last->reset_nano, rows[i].reset_nano);
    }
    return kept;
}

void report_days_begin(struct report_days *d)
{
    bool by_word = report_by_is_word(d->q->by);
    d->is_shared = xcalloc(d->report->day_count + 1, sizeof *d->is_shared);
    for (size_t i = 0; i < d->unread.count && d->unread.at[i].payer == 0; i++)
        report_mark_unknown(d->report, by_word ? REPORT_EVERY_GROUP : REPORT_NO_GROUP,
                            d->unread.at[i].day);
}

void report_days_add(struct report_days *d, const struct report_payer *payers, size_t payer_count)
{
    d->days.count = merge_sums(d->days.at, d->days.count);
    d->hours.count = merge_sums(d->hours.at, d->hours.count);
    add_days(d);
    mark_unknown(d, payers, payer_count);
    add_gaps(d);
    d->days.count = d->hours.count = d->uses.count = d->providers.count = d->gaps.count = 0;
}
