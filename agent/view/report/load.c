/* Rows of the store become items, groups and the days of their payers; days.c makes facts of
 * these.
 *
 * Every format and every way of asking goes through here, with one period for all, and all of it is
 * read as of one moment. First come all payers, then their days, of some payers at a time: what is
 * held are sums. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/intern.h"
#include "base/xmalloc.h"
#include "view/report/days.h"
#include "view/report/labels.h"
#include "view/report/payers.h"
#include "view/report/report.h"

#define NOT_ATTRIBUTED "(not attributed)"

enum {
    ROWS_A_STEP = 1500,
    SUMS_A_STEP = 4000,
    SLICE_ROWS = 6000, /* about what is held of the payers of a slice */
    SLICE_MAX = 256,   /* payers */
    SLICE_SPAN = 1000, /* of their ids: the newest readings are looked for between these */
    HOUR_PERIODS_MAX = 4,
    FEEDS_MAX = 6 + HOUR_PERIODS_MAX,
};

enum phase { LOADS_PAYERS, SORTS_PAYERS, GROUPS_PAYERS, LOADS_UNREAD, LOADS_DAYS, FINISHES };

/* What is asked, over which time, and what becomes of each row. */
struct feed {
    enum query query;
    size_t columns;
    void (*take)(struct report_run *r, const struct cell *cells);
    struct period during;
};

struct report_run {
    struct store *store; /* borrowed */
    struct report_query q;
    struct loaded_report to;
    bool in_moment;
    enum phase phase;
    struct report_payers payers;
    struct intern names; /* of groups in their order, unless these are tokens, whose names are not
                            theirs alone */
    struct report_days days;
    struct feed feeds[FEEDS_MAX]; /* of each slice */
    size_t feed_count, slice_max;
    struct period hours[HOUR_PERIODS_MAX]; /* of which hours are asked for: whole days */
    size_t hour_count;
    size_t first, count; /* the slice of payers; its */
    size_t feed;         /* next feed, and the answer to it: */
    struct query_result *rows;
    struct text ids;
};

struct query_filter report_scope(const struct report_query *q)
{
    return (struct query_filter){
        .now = q->now, .since = q->during.since, .until = q->during.until, .account = q->account
    };
}

/* ---- rows ---- */

static int compare_payers(const void *a, const void *b)
{
    const struct report_payer *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

/* A payer of this slice; NULL: somebody else. */
static struct report_payer *payer_of(const struct report_run *r, const struct cell *id)
{
    const struct report_payer wanted = { .id = id->integer };
    return bsearch(&wanted, r->payers.at + r->first, r->count, sizeof *r->payers.at,
                   compare_payers);
}

static void take_day(struct report_run *r, const struct cell *cells)
{
    const struct report_payer *p = payer_of(r, &cells[QUERY_REPORT_DAYS_TOKEN]);
    if (p)
        *REPORT_NEW_ROW(r->days.days) =
            (struct sum_row){ p,
                              cells[QUERY_REPORT_DAYS_DAY].integer,
                              cells[QUERY_REPORT_DAYS_SPENT_NANO].integer,
                              cells[QUERY_REPORT_DAYS_USAGE_NANO].integer,
                              cells[QUERY_REPORT_DAYS_TOPUP_NANO].integer,
                              cells[QUERY_REPORT_DAYS_RESET_NANO].integer };
}

static void take_hour(struct report_run *r, const struct cell *cells)
{
    const struct report_payer *p = payer_of(r, &cells[QUERY_REPORT_HOURS_TOKEN]);
    if (p)
        *REPORT_NEW_ROW(r->days.hours) =
            (struct sum_row){ p,
                              cells[QUERY_REPORT_HOURS_HOUR].integer,
                              cells[QUERY_REPORT_HOURS_SPENT_NANO].integer,
                              cells[QUERY_REPORT_HOURS_USAGE_NANO].integer,
                              cells[QUERY_REPORT_HOURS_TOPUP_NANO].integer,
                              cells[QUERY_REPORT_HOURS_RESET_NANO].integer };
}

static bool is_hour_asked(const struct report_run *r, unix_s hour)
{
    bool asked = false;
    for (size_t i = 0; i < r->hour_count; i++)
        asked |= hour >= r->hours[i].since && hour < r->hours[i].until;
    return asked;
}

/* What the newest readings add to an hour, its day, and to what was spent after the report. */
static void take_open(struct report_run *r, const struct cell *cells)
{
    struct report_payer *p = payer_of(r, &cells[QUERY_REPORT_OPEN_TOKEN]);
    unix_s hour = cells[QUERY_REPORT_OPEN_HOUR].integer, day = period_start(PER_DAY, hour);
    int64_t spent_nano = cells[QUERY_REPORT_OPEN_SPENT_NANO].integer;
    if (!p)
        return;
    if (day >= r->to.report.first_day && day < r->q.during.until)
        *REPORT_NEW_ROW(r->days.days) = (struct sum_row){ p, day, spent_nano, 0, 0, 0 };
    if (is_hour_asked(r, hour))
        *REPORT_NEW_ROW(r->days.hours) = (struct sum_row){ p, hour, spent_nano, 0, 0, 0 };
    if (day >= period_start(PER_DAY, r->q.during.until))
        p->fallen_nano = nano_add(p->fallen_nano, spent_nano);
}

static void take_after(struct report_run *r, const struct cell *cells)
{
    struct report_payer *p = payer_of(r, &cells[QUERY_REPORT_AFTER_TOKEN]);
    if (p)
        p->fallen_nano = nano_add(p->fallen_nano, cells[QUERY_REPORT_AFTER_FALLEN_NANO].integer);
}

/* An item of its own for each word: its group may have many, and calls are told of a feature only.
 */
static size_t item_named(struct report_run *r, struct span word)
{
    size_t before = r->to.label_count, group = report_label_named(&r->to, &r->names, word);
    if (group == before)
        report_add_item(&r->to.report, group, r->payers.usage_from, NULL);
    return group;
}

static void take_feature(struct report_run *r, const struct cell *cells)
{
    const struct report_payer *p = payer_of(r, &cells[QUERY_REPORT_USAGE_TOKEN]);
    size_t item =
        p && r->q.by == BY_FEATURE ? item_named(r, cells[QUERY_REPORT_USAGE_FEATURE].text) : 0;
    if (p)
        *REPORT_NEW_ROW(r->days.uses) =
            (struct use_row){ p, cells[QUERY_REPORT_USAGE_DAY].integer, item,
                              cells[QUERY_REPORT_USAGE_COST_NANO].integer,
                              cells[QUERY_REPORT_USAGE_CALLS].integer };
}

static void take_provider(struct report_run *r, const struct cell *cells)
{
    const struct report_payer *p = payer_of(r, &cells[QUERY_REPORT_PROVIDERS_TOKEN]);
    if (p)
        *REPORT_NEW_ROW(r->days.providers) =
            (struct use_row){ p, cells[QUERY_REPORT_PROVIDERS_DAY].integer,
                              item_named(r, cells[QUERY_REPORT_PROVIDERS_PROVIDER].text),
                              cells[QUERY_REPORT_PROVIDERS_COST_NANO].integer, 0 };
}

static void take_gap(struct report_run *r, const struct cell *cells)
{
    const struct report_payer *p = payer_of(r, &cells[QUERY_REPORT_GAPS_TOKEN]);
    const struct entry e = { ENTRY_CONSUMPTION,
                             { cells[QUERY_REPORT_GAPS_AMOUNT_NANO].integer },
                             cells[QUERY_REPORT_GAPS_SINCE].integer,
                             cells[QUERY_REPORT_GAPS_UNTIL].integer };
    if (p)
        *REPORT_NEW_ROW(r->days.gaps) = (struct gap_row){ p, e };
}

static void take_unread(struct report_run *r, const struct cell *cells)
{
    *REPORT_NEW_ROW(r->days.unread) = (struct unread_row){ cells[QUERY_REPORT_UNREAD_TOKEN].integer,
                                                           cells[QUERY_REPORT_UNREAD_DAY].integer };
}

/* ---- what is asked ---- */

/* Hours of whole days: of all of them when hours are asked for, else of those that the two periods
 * cut. */
static void choose_hours(struct report_run *r)
{
    const struct report_query *q = &r->q;
    const unix_s ends[HOUR_PERIODS_MAX] = { q->before.since, q->before.until, q->during.since,
                                            q->during.until <= q->now ? q->during.until
                                                                      : q->during.since };
    if (q->per == PER_HOUR) {
        r->hours[r->hour_count++] =
            (struct period){ r->to.report.first_day,
                             period_start(PER_DAY, q->during.until - 1) + DAY_S };
        return;
    }
    for (size_t i = 0; i < COUNT(ends); i++) {
        unix_s day = period_start(PER_DAY, ends[i]);
        if (day != ends[i] && !is_hour_asked(r, day))
            r->hours[r->hour_count++] = (struct period){ day, day + DAY_S };
    }
}

static void add_feed(struct report_run *r, enum query query, size_t columns,
                     void (*take)(struct report_run *r, const struct cell *cells),
                     struct period during)
{
    r->feeds[r->feed_count++] = (struct feed){ query, columns, take, during };
}

static void choose_feeds(struct report_run *r)
{
    const struct report_query *q = &r->q;
    const struct period all = { r->to.report.first_day, q->during.until };
    bool is_over = q->during.until <= q->now;
    add_feed(r, QUERY_REPORT_OPEN, QUERY_REPORT_OPEN_COLUMNS, take_open, all);
    add_feed(r, QUERY_REPORT_DAYS, QUERY_REPORT_DAYS_COLUMNS, take_day, all);
    add_feed(r, QUERY_REPORT_USAGE, QUERY_REPORT_USAGE_COLUMNS, take_feature, all);
    add_feed(r, QUERY_REPORT_GAPS, QUERY_REPORT_GAPS_COLUMNS, take_gap, all);
    if (is_over && !report_by_is_word(q->by))
        add_feed(r, QUERY_REPORT_AFTER, QUERY_REPORT_AFTER_COLUMNS, take_after, all);
    if (q->by == BY_PROVIDER)
        add_feed(r, QUERY_REPORT_PROVIDERS, QUERY_REPORT_PROVIDERS_COLUMNS, take_provider, all);
    for (size_t i = 0; i < r->hour_count; i++)
        add_feed(r, QUERY_REPORT_HOURS, QUERY_REPORT_HOURS_COLUMNS, take_hour, r->hours[i]);
    int64_t rows = report_days(&all) + (is_over ? (q->now - q->during.until) / DAY_S : 0);
    for (size_t i = 0; i < r->hour_count; i++)
        rows += (r->hours[i].until - r->hours[i].since) / HOUR_S;
    r->slice_max = (size_t)(SLICE_ROWS / (rows + 1)) + 1;
    r->slice_max = r->slice_max < SLICE_MAX ? r->slice_max : SLICE_MAX;
}

/* Some more rows. *ret_more false: the answer is over. */
static bool take_some(struct report_run *r, const struct feed *feed, bool *ret_more,
                      struct fault *why)
{
    const struct query_filter scope = {
        .now = r->q.now,
        .since = feed->during.since,
        .until = feed->during.until,
        .account = r->q.account,
        .ids = text_z(&r->ids),
        .after = r->count ? r->payers.at[r->first].id - 1 : 0,
        .upto = r->count ? r->payers.at[r->first + r->count - 1].id : 0,
    };
    struct cell cells[COLUMNS_MAX];
    bool more = true;
    if (!r->rows && !query_open(r->store, feed->query, &scope, &r->rows, why))
        return false;
    for (size_t i = 0; more && i < ROWS_A_STEP; i++) {
        if (!query_next(r->rows, cells, feed->columns, &more, why))
            return false;
        if (more)
            feed->take(r, cells);
    }
    *ret_more = more;
    if (more)
        return true;
    query_close(r->rows);
    r->rows = NULL;
    return true;
}

/* ---- in slices ---- */

static void begin_slice(struct report_run *r)
{
    const struct report_payers *p = &r->payers;
    r->first += r->count;
    r->count = 0;
    r->feed = 0;
    text_clear(&r->ids);
    for (size_t i = r->first;
         i < p->count && r->count < r->slice_max && p->at[i].id - p->at[r->first].id < SLICE_SPAN;
         i++, r->count++)
        text_addf(&r->ids, "%s%" PRId64, r->count ? "," : "[", p->at[i].id);
    text_add(&r->ids, span_of("]"));
}

static void set_left(struct report_run *r)
{
    for (size_t i = r->first; i < r->first + r->count; i++) {
        const struct report_payer *p = &r->payers.at[i];
        struct maybe_money left = p->left;
        left.is.nano = nano_add(left.is.nano, p->fallen_nano);
        if (p->budgeted && left.known)
            report_set_left(&r->to.report, p->item, left);
    }
}

static void end_slice(struct report_run *r)
{
    if (r->q.during.until <= r->q.now && !report_by_is_word(r->q.by))
        set_left(r);
    report_days_add(&r->days, r->payers.at + r->first, r->count);
    begin_slice(r);
}

static void count_shared(struct report_run *r)
{
    const struct report *report = &r->to.report;
    for (unix_s day = report->first_day; day < report->during.until; day += DAY_S)
        r->to.shared_days += r->days.is_shared[(day - report->first_day) / DAY_S]
            && day + DAY_S > report->during.since;
}

static bool load_payers(struct report_run *r, struct fault *why)
{
    bool more;
    if (!report_payers_load(&r->payers, r->store, &r->to, &more, why))
        return false;
    if (more)
        return true;
    r->to.matches = r->payers.count > 0 || (!r->q.token && !r->q.environment);
    r->phase = SORTS_PAYERS;
    return true;
}

static bool load_unread(struct report_run *r, struct fault *why)
{
    const struct feed unread = { QUERY_REPORT_UNREAD,
                                 QUERY_REPORT_UNREAD_COLUMNS,
                                 take_unread,
                                 { r->to.report.first_day, r->q.during.until } };
    bool more = false;
    if (r->payers.count && !take_some(r, &unread, &more, why))
        return false;
    if (more)
        return true;
    if (r->payers.count && report_by_is_word(r->q.by))
        r->days.rest_item = item_named(r, span_of(NOT_ATTRIBUTED));
    report_days_begin(&r->days);
    begin_slice(r);
    r->phase = LOADS_DAYS;
    return true;
}

/* All is read once the last slice is over. */
static bool load_days(struct report_run *r, struct fault *why)
{
    bool more;
    if (r->count == 0) {
        count_shared(r);
        query_moment_end(r->store);
        r->in_moment = false;
        r->phase = FINISHES;
        return true;
    }
    if (r->feed == r->feed_count) {
        end_slice(r);
        return report_check(&r->to.report, why);
    }
    if (!take_some(r, &r->feeds[r->feed], &more, why))
        return false;
    r->feed += !more;
    return true;
}

bool report_run_begin(struct store *s, const struct report_query *q, struct report_run **ret,
                      struct fault *why)
{
    if (!query_moment_begin(s, why))
        return false;
    struct report_run *r = xcalloc(1, sizeof *r);
    *r = (struct report_run){ .store = s, .q = *q, .in_moment = true };
    report_init(&r->to.report, q->per, &q->during, &q->before);
    r->to.report.now = q->now;
    r->to.report.sums_max = q->sums_max;
    r->payers.q = &r->q;
    r->payers.usage_from = TIME_NONE;
    r->days = (struct report_days){ .q = &r->q, .report = &r->to.report, .found = &r->to.gaps };
    choose_hours(r);
    choose_feeds(r);
    *ret = r;
    return true;
}

bool report_run_step(struct report_run *r, bool *ret_more, struct fault *why)
{
    *ret_more = true;
    switch (r->phase) {
    case LOADS_PAYERS:
        return load_payers(r, why);
    case SORTS_PAYERS:
        r->phase = report_payers_sort(&r->payers) ? SORTS_PAYERS : GROUPS_PAYERS;
        return true;
    case GROUPS_PAYERS:
        if (!report_payers_group(&r->payers, &r->to, &r->names))
            r->phase = LOADS_UNREAD;
        return true;
    case LOADS_UNREAD:
        return load_unread(r, why);
    case LOADS_DAYS:
        return load_days(r, why);
    case FINISHES:
        break;
    }
    if (!report_finish_step(&r->to.report, SUMS_A_STEP, ret_more, why))
        return false;
    if (!*ret_more)
        report_labels_finish(&r->to);
    return true;
}

void report_run_take(struct report_run *r, struct loaded_report *ret)
{
    *ret = r->to;
    r->to = (struct loaded_report){ 0 };
}

void report_run_end(struct report_run *r)
{
    if (!r)
        return;
    query_close(r->rows);
    if (r->in_moment)
        query_moment_end(r->store);
    report_unload(&r->to);
    report_payers_done(&r->payers);
    report_days_done(&r->days);
    intern_done(&r->names);
    text_done(&r->ids);
    free(r);
}

bool report_load(struct store *s, const struct report_query *q, struct loaded_report *ret,
                 struct fault *why)
{
    struct report_run *r;
    bool more = true, ok = true;
    *ret = (struct loaded_report){ 0 };
    if (!report_run_begin(s, q, &r, why))
        return false;
    while (ok && more)
        ok = report_run_step(r, &more, why);
    if (ok)
        report_run_take(r, ret);
    report_run_end(r);
    return ok;
}

bool report_finds(struct store *s, const struct report_query *q, bool *ret, struct fault *why)
{
    struct report_payers p = { .q = q };
    struct loaded_report none = { 0 };
    bool more = q->token || q->environment, ok = true;
    *ret = !more;
    while (ok && more && !*ret) {
        ok = report_payers_load(&p, s, &none, &more, why);
        *ret = p.count > 0;
    }
    report_payers_done(&p);
    free(none.usage_reason);
    return ok;
}
