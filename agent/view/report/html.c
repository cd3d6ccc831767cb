/* `ebb report --html`: gathers what the page tells and lays its parts out. No script, no request.
 */
#include "view/report/html.h"

#include <stdlib.h>

#include "base/xmalloc.h"
#include "view/accuracy.h"

/* Days for a quarter, weeks for two years, months beyond: a column stays wide enough to be seen. */
static enum period_length bucket_for(const struct report_query *q)
{
    int64_t days = (q->during.until - q->during.since) / DAY_S;
    if (q->per != PER_TOTAL)
        return q->per;
    return days <= 93 ? PER_DAY : days <= 731 ? PER_WEEK : PER_MONTH;
}

/* ---- series: of the groups that are shown, and of all ---- */

/* Groups of both reports are numbered alike, for these are of one moment. */
struct page_spread {
    size_t *rank_of;  /* owned; by group: from 1; 0: not shown */
    size_t row;       /* the next one */
    size_t group, at; /* of the row before: its group, and the place of its bucket, */
    unix_s bucket;    /* which is this */
};

static size_t count_buckets(const struct page *p)
{
    const unix_s until = p->series.report.during.until;
    size_t count = 0;
    for (unix_s at = p->first; at < until || count == 0; at = period_next(p->per, at))
        count++;
    return count;
}

static void begin_spread(struct page *p)
{
    const struct report *r = &p->totals.report;
    struct page_spread *s = p->spread = xcalloc(1, sizeof *s);
    p->first = period_start(p->per, p->series.report.during.since);
    p->bucket_count = count_buckets(p);
    p->shown = r->row_count > PAGE_ROWS + 1 ? PAGE_ROWS : r->row_count;
    p->spent_nano = xcalloc(p->shown * p->bucket_count + 1, sizeof *p->spent_nano);
    p->all_nano = xcalloc(p->bucket_count, sizeof *p->all_nano);
    s->rank_of = xcalloc(p->series.report.group_count + 1, sizeof *s->rank_of);
    s->group = SIZE_MAX;
    for (size_t i = 0; i < p->shown; i++)
        s->rank_of[r->rows[i].group] = i + 1;
}

/* The rows of a group follow each other by time. */
static size_t bucket_place(const struct page *p, const struct report_row *row)
{
    struct page_spread *s = p->spread;
    if (s->group != row->group) {
        s->group = row->group;
        s->at = 0;
        s->bucket = p->first;
    }
    for (; s->bucket < row->bucket; s->at++)
        s->bucket = period_next(p->per, s->bucket);
    return s->at;
}

static void spread_row(struct page *p, const struct report_row *row)
{
    size_t place = bucket_place(p, row), rank = p->spread->rank_of[row->group];
    int64_t spent_nano = row->sum.spent_nano;
    if (rank)
        p->spent_nano[(rank - 1) * p->bucket_count + place] = spent_nano;
    p->all_nano[place] = nano_add(p->all_nano[place], spent_nano > 0 ? spent_nano : 0);
}

static void end_spread(struct page *p)
{
    if (!p->spread)
        return;
    free(p->spread->rank_of);
    free(p->spread);
    p->spread = NULL;
    report_unload(&p->series);
}

const int64_t *page_series_of(const struct page *p, size_t rank)
{
    return &p->spent_nano[rank * p->bucket_count];
}

/* ---- steps ---- */

/* Some of a report. *ret_done: it was taken. */
static bool load(struct store *s, struct page *p, const struct report_query *q,
                 struct loaded_report *ret, bool *ret_done, struct fault *why)
{
    bool more;
    if ((!p->run && !report_run_begin(s, q, &p->run, why)) || !report_run_step(p->run, &more, why))
        return false;
    *ret_done = !more;
    if (more)
        return true;
    report_run_take(p->run, ret);
    report_run_end(p->run);
    p->run = NULL;
    return true;
}

static bool load_totals(struct store *s, struct page *p, bool *ret_done, struct fault *why)
{
    struct report_query total = *p->q;
    total.per = PER_TOTAL;
    if (!load(s, p, &total, &p->totals, ret_done, why))
        return false;
    return !*ret_done || p->totals.matches || fault(why, FAULT_REJECT, "no token matches");
}

static bool load_series(struct store *s, struct page *p, bool *ret_done, struct fault *why)
{
    struct report_query series = *p->q;
    series.per = p->per;
    return load(s, p, &series, &p->series, ret_done, why);
}

static bool spread_series(struct store *s, struct page *p, bool *ret_done, struct fault *why)
{
    enum { ROWS_A_STEP = 5000 };
    const struct report *r = &p->series.report;
    (void)s, (void)why;
    if (!p->spread)
        begin_spread(p);
    for (size_t i = 0; i < ROWS_A_STEP && p->spread->row < r->row_count; i++)
        spread_row(p, &r->rows[p->spread->row++]);
    *ret_done = p->spread->row == r->row_count;
    if (*ret_done)
        end_spread(p);
    return true;
}

static bool add_tiles(struct store *s, struct page *p, bool *ret_done, struct fault *why)
{
    (void)s, (void)why;
    page_tiles(p);
    page_notes(p);
    *ret_done = true;
    return true;
}

static bool add_chart(struct store *s, struct page *p, bool *ret_done, struct fault *why)
{
    (void)s, (void)why;
    *ret_done = !page_chart(p);
    return true;
}

static bool add_ranking(struct store *s, struct page *p, bool *ret_done, struct fault *why)
{
    (void)s, (void)why;
    page_ranking(p);
    text_add(p->out, span_of("<div class=\"panels\">\n"));
    *ret_done = true;
    return true;
}

static bool add_panel(struct store *s, struct page *p, enum report_by by, bool *ret_done,
                      struct fault *why)
{
    struct report_query q = *p->q;
    struct loaded_report l;
    q.by = by;
    q.per = PER_TOTAL;
    *ret_done = by == p->q->by || (report_by_is_word(by) && q.choice == REPORT_BALANCE);
    if (*ret_done)
        return true;
    if (!load(s, p, &q, &l, ret_done, why))
        return false;
    if (*ret_done) {
        page_panel(p, &l, by);
        report_unload(&l);
    }
    return true;
}

static bool add_environments(struct store *s, struct page *p, bool *ret_done, struct fault *why)
{
    return add_panel(s, p, BY_ENVIRONMENT, ret_done, why);
}

static bool add_projects(struct store *s, struct page *p, bool *ret_done, struct fault *why)
{
    return add_panel(s, p, BY_PROJECT, ret_done, why);
}

static bool add_providers(struct store *s, struct page *p, bool *ret_done, struct fault *why)
{
    return add_panel(s, p, BY_PROVIDER, ret_done, why);
}

static bool add_features(struct store *s, struct page *p, bool *ret_done, struct fault *why)
{
    return add_panel(s, p, BY_FEATURE, ret_done, why);
}

/* A page of some tokens does not tell of all of an account. */
static bool add_record(struct store *s, struct page *p, bool *ret_done, struct fault *why)
{
    const struct query_filter scope = report_scope(p->q);
    text_add(p->out, span_of("</div>\n"));
    *ret_done = true;
    return p->q->token || p->q->environment || record_add_html(s, &scope, p->out, why);
}

static bool (*const steps[])(struct store *s, struct page *p, bool *ret_done, struct fault *why) = {
    load_totals,      load_series,  spread_series, add_tiles,    add_chart,  add_ranking,
    add_environments, add_projects, add_providers, add_features, add_record,
};

void page_init(struct page *p, const struct report_query *q, struct text *out)
{
    *p = (struct page){ .q = q, .out = out, .per = bucket_for(q) };
}

bool page_step(struct store *s, struct page *p, bool *ret_more, struct fault *why)
{
    bool done = true;
    if (!p->moment && !query_moment_begin(s, why))
        return false;
    p->moment = s;
    if (p->step < COUNT(steps) && !steps[p->step](s, p, &done, why))
        return false;
    p->step += done;
    *ret_more = p->step < COUNT(steps);
    return true;
}

void page_done(struct page *p)
{
    report_run_end(p->run);
    end_spread(p);
    page_chart_done(p);
    if (p->moment)
        query_moment_end(p->moment);
    free(p->spent_nano);
    free(p->all_nano);
    report_unload(&p->totals);
    report_unload(&p->series);
}

bool report_html(struct store *s, const struct report_query *q, struct writer *w, struct fault *why)
{
    struct page p;
    bool ok = true, more = true;
    page_init(&p, q, &w->text);
    page_head(&p);
    while (ok && more)
        ok = page_step(s, &p, &more, why);
    page_foot(&p);
    page_done(&p);
    if (ok)
        writer_pass(w);
    return ok;
}
