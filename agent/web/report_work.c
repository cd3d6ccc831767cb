/* The report is loaded whole, since its groups are ranked; then its rows are written. */
#include "web/report_work.h"

#include <stdlib.h>

#include "base/xmalloc.h"
#include "web/api.h"

struct work {
    struct report_query query;
    bool must_match;
    struct report_run *run; /* NULL: it was taken */
    struct loaded_report report;
    struct report_rows *rows; /* NULL: not begun, or all are written */
    struct api_etag etag;
};

static void done(void *state)
{
    struct work *w = state;
    report_run_end(w->run);
    report_rows_end(w->rows);
    report_unload(&w->report);
    free(w);
}

static bool load_some(struct work *w, struct answer *a, bool *ret_more, struct fault *why)
{
    bool more;
    *ret_more = true;
    if (!report_run_step(w->run, &more, why)) {
        *ret_more = false;
        return api_refuse(a, 400, why);
    }
    if (more)
        return true;
    report_run_take(w->run, &w->report);
    report_run_end(w->run);
    w->run = NULL;
    if (w->must_match && !w->report.matches) {
        *ret_more = false;
        return answer_refuse(a, 400, "no token matches");
    }
    w->rows = report_rows_begin(&w->query, &w->report, &a->body);
    return true;
}

static bool step(void *state, struct answer *a, bool *ret_more, struct fault *why)
{
    struct work *w = state;
    if (w->run)
        return load_some(w, a, ret_more, why);
    if (w->rows && !report_rows_step(w->rows)) {
        report_rows_end(w->rows);
        w->rows = NULL;
    }
    *ret_more = w->rows || (a->is_api && api_finish_step(a, &w->etag));
    return true;
}

bool report_work_begin(const struct asked *q, const struct report_query *r, bool must_match,
                       struct answer *a, struct fault *why)
{
    struct work *w = xcalloc(1, sizeof *w);
    w->query = *r;
    w->query.sums_max = REPORT_PAGE_SUMS;
    w->must_match = must_match;
    a->work = (struct answer_work){ step, done, w };
    return report_run_begin(q->store, &w->query, &w->run, why);
}
