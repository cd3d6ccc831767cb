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

static size_t bucket_index(const struct page *p, unix_s bucket)
{
    size_t i = 0;
    for (unix_s at = p->first; at < bucket; at = period_next(p->per, at))
        i++;
    return i;
}

static void spread_series(struct page *p)
{
    const struct report *r = &p->series.report;
    p->first = period_start(p->per, r->during.since);
    p->bucket_count =
        bucket_index(p, r->during.until - 1 > p->first ? r->during.until : p->first + 1);
    p->spent_nano = xcalloc(r->group_count * p->bucket_count + 1, sizeof *p->spent_nano);
    for (size_t i = 0; i < r->row_count; i++) {
        const struct report_row *row = &r->rows[i];
        p->spent_nano[row->group * p->bucket_count + bucket_index(p, row->bucket)] =
            row->sum.spent_nano;
    }
}

const int64_t *page_series_of(const struct page *p, const struct report_label *label)
{
    for (size_t i = 0; i < p->series.label_count; i++) {
        const struct report_label *l = &p->series.labels[i];
        if (l->generation == label->generation && strcmp(l->name, label->name) == 0
            && strcmp(l->account, label->account) == 0)
            return &p->spent_nano[i * p->bucket_count];
    }
    return NULL;
}

static bool add_panel(struct store *s, struct page *p, enum report_by by, struct fault *why)
{
    struct report_query q = *p->q;
    struct loaded_report l;
    q.by = by;
    q.per = PER_TOTAL;
    if (by == p->q->by || (report_by_is_word(by) && q.choice == REPORT_BALANCE))
        return true;
    bool ok = report_load(s, &q, &l, why);
    if (ok)
        page_panel(p, &l, by);
    report_unload(&l);
    return ok;
}

/* ---- in steps, each of one load at most ---- */

static bool load_totals(struct store *s, struct page *p, struct fault *why)
{
    struct report_query total = *p->q;
    total.per = PER_TOTAL;
    return report_load(s, &total, &p->totals, why);
}

static bool load_series(struct store *s, struct page *p, struct fault *why)
{
    struct report_query series = *p->q;
    series.per = p->per;
    if (!report_load(s, &series, &p->series, why))
        return false;
    spread_series(p);
    return true;
}

static bool add_figures(struct store *s, struct page *p, struct fault *why)
{
    (void)s, (void)why;
    page_tiles(p);
    page_notes(p);
    page_chart(p);
    page_ranking(p);
    text_add(p->out, span_of("<div class=\"panels\">\n"));
    return true;
}

static bool add_environments(struct store *s, struct page *p, struct fault *why)
{
    return add_panel(s, p, BY_ENVIRONMENT, why);
}

static bool add_projects(struct store *s, struct page *p, struct fault *why)
{
    return add_panel(s, p, BY_PROJECT, why);
}

static bool add_providers(struct store *s, struct page *p, struct fault *why)
{
    return add_panel(s, p, BY_PROVIDER, why);
}

static bool add_features(struct store *s, struct page *p, struct fault *why)
{
    return add_panel(s, p, BY_FEATURE, why);
}

/* A page of some tokens does not tell of all of an account. */
static bool add_record(struct store *s, struct page *p, struct fault *why)
{
    const struct query_filter scope = report_scope(p->q);
    text_add(p->out, span_of("</div>\n"));
    return p->q->token || p->q->environment || record_add_html(s, &scope, p->out, why);
}

static bool (*const steps[])(struct store *s, struct page *p, struct fault *why) = {
    load_totals,  load_series,   add_figures,  add_environments,
    add_projects, add_providers, add_features, add_record,
};

void page_init(struct page *p, const struct report_query *q, struct text *out)
{
    *p = (struct page){ .q = q, .out = out, .per = bucket_for(q) };
}

bool page_step(struct store *s, struct page *p, bool *ret_more, struct fault *why)
{
    if (p->step < COUNT(steps) && !steps[p->step++](s, p, why))
        return false;
    *ret_more = p->step < COUNT(steps);
    return true;
}

void page_done(struct page *p)
{
    free(p->spent_nano);
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
