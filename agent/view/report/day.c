/* The figure of a day is the endpoint's where that was asked after the day's end, else what was
 * read off balances.
 *
 * Everything else is a share of it: the hours, in proportion to what balances showed in each; the
 * part of a day that the report cuts, as its hours; features and providers, as the endpoint told
 * them, and what it did not attribute. So each way of asking adds up to the same. */
#include "view/report/day.h"

#include <stdlib.h>

#include "core/burn.h"

enum { ROUNDING_NANO = 2 /* the costs of providers are rounded each */ };

static int compare_unread(const void *a, const void *b)
{
    const struct unread_row *x = a, *y = b;
    if (x->payer != y->payer)
        return x->payer < y->payer ? -1 : 1;
    return (x->day > y->day) - (x->day < y->day);
}

bool report_day_is_unread(const struct report_days *d, int64_t payer, unix_s day)
{
    const struct unread_row wanted = { payer, day };
    return d->unread.count
        && bsearch(&wanted, d->unread.at, d->unread.count, sizeof *d->unread.at, compare_unread)
        != NULL;
}

bool report_day_is_told(const struct report_days *d, const struct report_payer *p, unix_s day)
{
    return d->q->choice != REPORT_BALANCE && report_endpoint_tells(&p->known, day)
        && !report_day_is_unread(d, p->id, day);
}

/* ---- the figure ---- */

static enum report_source source_of(int64_t spent_nano, int64_t usage_nano)
{
    enum report_source told = usage_nano ? REPORT_FROM_ENDPOINT : REPORT_FROM_NOTHING;
    return told | (spent_nano != usage_nano ? REPORT_FROM_BALANCE : REPORT_FROM_NOTHING);
}

static void take_balance(const struct report_days *d, struct report_day *day)
{
    if (!day->sum)
        return;
    bool alone = d->q->choice == REPORT_BALANCE;
    day->figure_nano =
        alone ? nano_sub(day->sum->spent_nano, day->sum->usage_nano) : day->sum->spent_nano;
    day->source = source_of(day->sum->spent_nano, day->sum->usage_nano);
    if (alone)
        day->source &= REPORT_FROM_BALANCE;
}

static void take_figure(const struct report_days *d, struct report_day *day)
{
    int64_t told_nano = 0, calls = 0;
    for (size_t i = 0; i < day->use_count; i++) {
        told_nano = nano_add(told_nano, day->uses[i].cost_nano);
        calls = nano_add(calls, day->uses[i].calls);
    }
    day->calls = -1;
    if (day->is_told || d->q->choice == REPORT_ENDPOINT) {
        day->figure_nano = told_nano;
        day->source = day->use_count ? REPORT_FROM_ENDPOINT : REPORT_FROM_NOTHING;
    } else {
        take_balance(d, day);
    }
    if (day->use_count && d->q->choice != REPORT_BALANCE) {
        day->calls = calls;
        day->called_nano = told_nano < day->figure_nano ? told_nano : day->figure_nano;
    }
}

/* ---- cuts ---- */

static void add_cut(struct report_day *day, unix_s at)
{
    size_t i = day->cut_count;
    if (at <= day->day || at >= day->day + DAY_S)
        return;
    for (; i > 0 && day->cuts[i - 1] >= at; i--)
        if (day->cuts[i - 1] == at)
            return;
    for (size_t k = day->cut_count++; k > i; k--)
        day->cuts[k] = day->cuts[k - 1];
    day->cuts[i] = at;
}

void report_day_cut(const struct report_query *q, struct report_day *day)
{
    day->cuts[0] = day->day;
    day->cut_count = 1;
    for (int hour = 1; q->per == PER_HOUR && hour < DAY_HOURS; hour++)
        add_cut(day, day->day + hour * (int64_t)HOUR_S);
    add_cut(day, q->before.since);
    add_cut(day, q->before.until);
    add_cut(day, q->during.since);
    add_cut(day, q->during.until <= q->now ? q->during.until : day->day);
    day->cuts[day->cut_count] = day->day + DAY_S;
}

/* Where the hours of this day begin, if there are any. */
static size_t first_hour(const struct report_days *d, const struct report_day *day)
{
    size_t low = 0, high = d->hours.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct sum_row *row = &d->hours.at[middle];
        bool is_before =
            row->payer->id < day->payer->id || (row->payer == day->payer && row->at < day->day);
        low = is_before ? middle + 1 : low;
        high = is_before ? high : middle;
    }
    return low;
}

static bool is_of(const struct report_days *d, size_t hour, const struct report_day *day)
{
    return hour < d->hours.count && d->hours.at[hour].payer == day->payer
        && d->hours.at[hour].at < day->day + DAY_S;
}

static void take_shape(struct report_days *d, struct report_day *day)
{
    day_shape_init(&day->shape, day->day, d->q->now);
    if (day->cut_count == 1)
        return;
    for (size_t i = first_hour(d, day); is_of(d, i, day); i++) {
        const struct sum_row *hour = &d->hours.at[i];
        int64_t told_nano = d->q->choice == REPORT_BALANCE ? hour->usage_nano : 0;
        day_shape_add(&day->shape, hour->at, nano_sub(hour->spent_nano, told_nano));
    }
    if (day->figure_nano && day->shape.until[DAY_HOURS] != day->figure_nano
        && day->day >= d->report->first_day)
        d->is_shared[(day->day - d->report->first_day) / DAY_S] = true;
}

/* ---- facts ---- */

/* A part of the day's figure, and the sum of those before it. Shares are taken of such sums, so
 * that the parts of each cut add up, too. */
struct part {
    int64_t before_nano, nano, before_calls, calls;
    bool has_calls;
};

static int64_t share(const struct report_day *day, size_t cut, int64_t before, int64_t amount)
{
    const struct day_shape *s = &day->shape;
    unix_s from = day->cuts[cut], until = day->cuts[cut + 1];
    int64_t with = nano_add(before, amount);
    return (day_share_before(s, with, until) - day_share_before(s, with, from))
        - (day_share_before(s, before, until) - day_share_before(s, before, from));
}

static void add_part(struct report_days *d, const struct report_day *day, size_t item,
                     const struct part *p)
{
    for (size_t cut = 0; cut < day->cut_count; cut++) {
        const struct report_fact f = {
            .item = item,
            .at = day->cuts[cut],
            .spent_nano = share(day, cut, p->before_nano, p->nano),
            .calls = p->has_calls ? share(day, cut, p->before_calls, p->calls) : -1,
            .called_nano = p->has_calls ? share(day, cut, p->before_nano, p->nano) : 0,
            .source = day->source,
        };
        if (f.spent_nano || f.calls >= 0)
            report_add_fact(d->report, &f);
    }
}

/* Rises have their hours; those whose hours are gone count at the end of the day. */
static void add_rises(struct report_days *d, const struct report_day *day)
{
    int64_t topup = day->sum->topup_nano, reset = day->sum->reset_nano;
    struct report_fact f = { .item = day->payer->item, .calls = -1 };
    for (size_t i = first_hour(d, day); day->cut_count > 1 && is_of(d, i, day); i++) {
        const struct sum_row *hour = &d->hours.at[i];
        f.at = hour->at;
        f.topup_nano = hour->topup_nano;
        f.reset_nano = hour->reset_nano;
        topup = nano_sub(topup, hour->topup_nano);
        reset = nano_sub(reset, hour->reset_nano);
        if (f.topup_nano || f.reset_nano)
            report_add_fact(d->report, &f);
    }
    f.at = day->cuts[day->cut_count - 1];
    f.topup_nano = topup;
    f.reset_nano = reset;
    if (topup || reset)
        report_add_fact(d->report, &f);
}

/* Calls cost what the endpoint says, also where a balance tells more of the day. */
static void add_whole(struct report_days *d, const struct report_day *day)
{
    for (size_t cut = 0; cut < day->cut_count; cut++) {
        const struct report_fact f = {
            .item = day->payer->item,
            .at = day->cuts[cut],
            .spent_nano = share(day, cut, 0, day->figure_nano),
            .calls = day->calls >= 0 ? share(day, cut, 0, day->calls) : -1,
            .called_nano = day->calls >= 0 ? share(day, cut, 0, day->called_nano) : 0,
            .source = day->source,
        };
        if (f.spent_nano || f.calls >= 0)
            report_add_fact(d->report, &f);
    }
    if (day->sum && d->q->choice != REPORT_ENDPOINT)
        add_rises(d, day);
}

/* What of the figure a word has; of a day that a balance tells less of than the endpoint, in
 * proportion. */
static int64_t word_before(const struct report_day *day, int64_t sum_nano, int64_t before_nano)
{
    if (sum_nano <= day->figure_nano || sum_nano <= 0)
        return before_nano;
    return (int64_t)((__int128)before_nano * (day->figure_nano > 0 ? day->figure_nano : 0)
                     / sum_nano);
}

static size_t dearest(const struct report_day *day)
{
    size_t found = 0;
    for (size_t i = 1; i < day->part_count; i++)
        if (day->parts[i].cost_nano > day->parts[found].cost_nano)
            found = i;
    return found;
}

static void add_words(struct report_days *d, const struct report_day *day)
{
    bool has_calls = d->q->by == BY_FEATURE;
    int64_t sum = 0, cost_before = 0, calls_before = 0, before = 0;
    for (size_t i = 0; i < day->part_count; i++)
        sum = nano_add(sum, day->parts[i].cost_nano);
    int64_t off = nano_sub(day->figure_nano, sum),
            most_off = (int64_t)day->part_count * ROUNDING_NANO;
    bool is_rounding = day->is_told && day->part_count && off >= -most_off && off <= most_off;
    for (size_t i = 0; i < day->part_count; i++) {
        int64_t cost = day->parts[i].cost_nano;
        if (is_rounding && i == dearest(day))
            cost = nano_add(cost, off);
        int64_t with = is_rounding
            ? nano_add(before, cost)
            : word_before(day, sum, cost_before = nano_add(cost_before, cost));
        const struct part p = { before, nano_sub(with, before), calls_before, day->parts[i].calls,
                                has_calls };
        add_part(d, day, day->parts[i].item, &p);
        before = with;
        calls_before = nano_add(calls_before, day->parts[i].calls);
    }
    const struct part rest = { before, nano_sub(day->figure_nano, before), 0, 0, false };
    if (rest.nano)
        add_part(d, day, d->rest_item, &rest);
}

void report_day_add(struct report_days *d, struct report_day *day)
{
    day->is_told = report_day_is_told(d, day->payer, day->day);
    take_figure(d, day);
    report_day_cut(d->q, day);
    take_shape(d, day);
    if (report_by_is_word(d->q->by))
        add_words(d, day);
    else
        add_whole(d, day);
}
