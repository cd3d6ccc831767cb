/* The figure of a day is the endpoint's where that was asked after the day's end, else what was
 * read off balances.
 *
 * Everything else is a share of it: the hours, in proportion to what balances showed in each; the
 * part of a day that the report cuts, as its hours; features and providers, as the endpoint told
 * them, and what it did not attribute. So each way of asking adds up to the same. */
#include "view/report/days.h"

#include <stdlib.h>

#include "base/xmalloc.h"
#include "core/burn.h"
#include "core/day_share.h"

enum {
    CUTS_MAX = DAY_HOURS + 4,
    TOLD_LAG_S = 2 * HOUR_S, /* the endpoint is asked hourly: so old, its answer of a day that runs
                                is still good */
    ROUNDING_NANO = 2,       /* the costs of providers are rounded each */
};

void *report_grown(void *at, size_t count, size_t *room, size_t bytes)
{
    if (count < *room)
        return at;
    *room = *room ? *room * 2 : 64;
    return xrealloc(at, *room, bytes);
}

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

/* One payer's day under work. */
struct day {
    const struct report_payer *payer;
    unix_s day;
    bool is_told;               /* by the endpoint, whole */
    const struct sum_row *sum;  /* NULL: none */
    const struct use_row *uses; /* of this day */
    size_t use_count;
    const struct use_row *parts; /* what the figure is divided into by word */
    size_t part_count;
    int64_t figure_nano;
    enum report_source source;
    int64_t calls, called_nano; /* calls -1: not told */
    struct day_shape shape;
    unix_s
        cuts[CUTS_MAX]; /* where it is cut, ascending; the first is its start, the last its end */
    size_t cut_count;
};

static int compare_unread(const void *a, const void *b)
{
    const struct unread_row *x = a, *y = b;
    if (x->payer != y->payer)
        return x->payer < y->payer ? -1 : 1;
    return (x->day > y->day) - (x->day < y->day);
}

static bool is_unread(const struct report_days *d, int64_t payer, unix_s day)
{
    const struct unread_row wanted = { payer, day };
    return d->unread.count
        && bsearch(&wanted, d->unread.at, d->unread.count, sizeof *d->unread.at, compare_unread)
        != NULL;
}

static bool is_by_word(const struct report_query *q)
{
    return q->by == BY_PROVIDER || q->by == BY_FEATURE;
}

static bool endpoint_tells(const struct report_days *d, const struct report_payer *p, unix_s day)
{
    return d->q->choice != REPORT_BALANCE && report_endpoint_tells(&p->known, day)
        && !is_unread(d, p->id, day);
}

/* ---- the figure ---- */

static enum report_source source_of(int64_t spent_nano, int64_t usage_nano)
{
    enum report_source told = usage_nano ? REPORT_FROM_ENDPOINT : REPORT_FROM_NOTHING;
    return told | (spent_nano != usage_nano ? REPORT_FROM_BALANCE : REPORT_FROM_NOTHING);
}

static void take_balance(const struct report_days *d, struct day *day)
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

static void take_figure(const struct report_days *d, struct day *day)
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

static void add_cut(struct day *day, unix_s at)
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

static void take_cuts(const struct report_query *q, struct day *day)
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

static const struct sum_row *first_hour(const struct report_days *d, const struct day *day)
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
    return d->hours.at + low;
}

static bool is_of(const struct report_days *d, const struct sum_row *hour, const struct day *day)
{
    return hour < d->hours.at + d->hours.count && hour->payer == day->payer
        && hour->at < day->day + DAY_S;
}

static void take_shape(struct report_days *d, struct day *day)
{
    day_shape_init(&day->shape, day->day, d->q->now);
    if (day->cut_count == 1)
        return;
    for (const struct sum_row *hour = first_hour(d, day); is_of(d, hour, day); hour++) {
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

static int64_t share(const struct day *day, size_t cut, int64_t before, int64_t amount)
{
    const struct day_shape *s = &day->shape;
    unix_s from = day->cuts[cut], until = day->cuts[cut + 1];
    int64_t with = nano_add(before, amount);
    return (day_share_before(s, with, until) - day_share_before(s, with, from))
        - (day_share_before(s, before, until) - day_share_before(s, before, from));
}

static void add_part(struct report_days *d, const struct day *day, size_t item,
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
static void add_rises(struct report_days *d, const struct day *day)
{
    int64_t topup = day->sum->topup_nano, reset = day->sum->reset_nano;
    struct report_fact f = { .item = day->payer->item, .calls = -1 };
    for (const struct sum_row *hour = first_hour(d, day); day->cut_count > 1 && is_of(d, hour, day);
         hour++) {
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
static void add_whole(struct report_days *d, const struct day *day)
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
static int64_t word_before(const struct day *day, int64_t sum_nano, int64_t before_nano)
{
    if (sum_nano <= day->figure_nano || sum_nano <= 0)
        return before_nano;
    return (int64_t)((__int128)before_nano * (day->figure_nano > 0 ? day->figure_nano : 0)
                     / sum_nano);
}

static size_t dearest(const struct day *day)
{
    size_t found = 0;
    for (size_t i = 1; i < day->part_count; i++)
        if (day->parts[i].cost_nano > day->parts[found].cost_nano)
            found = i;
    return found;
}

static void add_words(struct report_days *d, const struct day *day)
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

static void add_day(struct report_days *d, struct day *day)
{
    day->is_told = endpoint_tells(d, day->payer, day->day);
    take_figure(d, day);
    take_cuts(d->q, day);
    take_shape(d, day);
    if (is_by_word(d->q))
        add_words(d, day);
    else
        add_whole(d, day);
}

/* ---- what is stored, day by day ---- */

static bool is_earlier(const struct report_payer *p, unix_s day, const struct day *than)
{
    return !than->payer || p->id < than->payer->id || (p == than->payer && day < than->day);
}

static void choose_uses(struct day *day, const struct use_row *rows, size_t count, size_t at)
{
    if (at < count && is_earlier(rows[at].payer, rows[at].day, day))
        *day = (struct day){ .payer = rows[at].payer, .day = rows[at].day };
}

static size_t run_of(const struct day *day, const struct use_row *rows, size_t count, size_t at)
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
        struct day day = { .payer = NULL };
        if (sum < d->days.count)
            day = (struct day){ .payer = d->days.at[sum].payer, .day = d->days.at[sum].at };
        choose_uses(&day, d->uses.at, d->uses.count, use);
        choose_uses(&day, d->providers.at, d->providers.count, provider);
        if (!day.payer)
            return;
        if (sum < d->days.count && d->days.at[sum].payer == day.payer
            && d->days.at[sum].at == day.day)
            day.sum = &d->days.at[sum++];
        size_t parts = run_of(&day, d->providers.at, d->providers.count, provider);
        day.uses = d->uses.at + use;
        day.use_count = run_of(&day, d->uses.at, d->uses.count, use);
        bool by_provider = d->q->by == BY_PROVIDER;
        day.parts = by_provider ? d->providers.at + provider : day.uses;
        day.part_count = by_provider ? parts : day.use_count;
        use += day.use_count;
        provider += parts;
        add_day(d, &day);
    }
}

/* ---- what is not known ---- */

static bool is_known(const struct report_days *d, const struct report_payer *p, unix_s day)
{
    unix_s end = day + DAY_S < d->q->now ? day + DAY_S : d->q->now;
    if (endpoint_tells(d, p, day) || p->costs_nothing
        || (p->deleted_at != TIME_NONE && p->deleted_at <= day))
        return true;
    if (p->listed != TIME_NONE && p->first_seen > p->listed && end <= p->first_seen)
        return true; /* it was made later */
    if (p->budgeted)
        return day >= period_start(PER_DAY, p->first_seen);
    return p->known.usage_from != TIME_NONE && day >= p->known.usage_from
        && p->known.usage_at >= end - TOLD_LAG_S && !is_unread(d, p->id, day);
}

static void mark_unknown(struct report_days *d, const struct report_payer *payers,
                         size_t payer_count)
{
    bool by_word = is_by_word(d->q);
    for (size_t i = 0; i < payer_count; i++)
        for (unix_s day = d->report->first_day; day < d->q->during.until; day += DAY_S)
            if (!is_known(d, &payers[i], day))
                report_mark_unknown(
                    d->report,
                    by_word ? REPORT_EVERY_GROUP : report_group_of(d->report, payers[i].item), day);
    for (size_t i = 0; i < d->unread.count && d->unread.at[i].payer == 0; i++)
        report_mark_unknown(d->report, by_word ? REPORT_EVERY_GROUP : REPORT_NO_GROUP,
                            d->unread.at[i].day);
}

/* ---- gaps ---- */

static int64_t later(int64_t x, int64_t y)
{
    return x > y ? x : y;
}

static void add_gap(struct report_days *d, const struct gap_row *gap)
{
    const struct entry *e = &gap->entry;
    int64_t within = 0;
    for (unix_s day = later(period_start(PER_DAY, e->since), d->report->first_day); day < e->at;
         day += DAY_S) {
        struct day cut = { .payer = gap->payer, .day = day };
        if (day >= d->q->during.until || endpoint_tells(d, gap->payer, day))
            continue;
        take_cuts(d->q, &cut);
        for (size_t i = 0; i < cut.cut_count; i++) {
            struct report_fact f = { .item = gap->payer->item, .at = cut.cuts[i], .calls = -1 };
            f.gap_nano = burn_share(e, cut.cuts[i], cut.cuts[i + 1]).nano;
            if (f.gap_nano == 0)
                continue;
            if (!is_by_word(d->q))
                report_add_fact(d->report, &f);
            if (f.at >= d->q->during.since && f.at < d->q->during.until)
                within = nano_add(within, f.gap_nano);
        }
    }
    if (within == 0)
        return;
    d->found->count++;
    d->found->nano = nano_add(d->found->nano, within);
    d->found->longest_s = later(d->found->longest_s, e->at - e->since);
}

static void add_gaps(struct report_days *d)
{
    for (size_t i = 0; d->q->choice != REPORT_ENDPOINT && i < d->gaps.count; i++)
        add_gap(d, &d->gaps.at[i]);
}

void report_days_add(struct report_days *d, const struct report_payer *payers, size_t payer_count)
{
    d->is_shared = xcalloc(d->report->day_count + 1, sizeof *d->is_shared);
    add_days(d);
    mark_unknown(d, payers, payer_count);
    add_gaps(d);
}
