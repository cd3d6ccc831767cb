/* Events have numbers but no index by time, so a step looks at so many numbers, whatever happened
 * then, and hands out so many of the rows. */
#include <stdlib.h>

#include "base/xmalloc.h"
#include "view/alerts.h"

enum { HANDED_A_STEP = 100, LOOKED_AT_A_STEP = 5000 };

struct past_run {
    struct store *store; /* borrowed, as is what the slice names */
    void (*take)(void *to, const struct cell *asked);
    void *to;
    struct query_filter slice;
    int64_t last; /* the number of the last event */
};

/* From which number on, and up to which. */
static bool find_ends(struct past_run *r, int64_t after, struct fault *why)
{
    struct cell ends[QUERY_EVENT_SPAN_COLUMNS];
    struct query_result *a;
    bool any;
    if (!query_open(r->store, QUERY_EVENT_SPAN, &r->slice, &a, why))
        return false;
    bool ok = query_next(a, ends, QUERY_EVENT_SPAN_COLUMNS, &any, why);
    query_close(a);
    if (!ok || !any)
        return ok;
    int64_t before = ends[QUERY_EVENT_SPAN_FIRST].integer - 1;
    r->slice.after = before > after ? before : after;
    r->last = ends[QUERY_EVENT_SPAN_LAST].integer;
    return true;
}

bool past_run_begin(struct store *s, const struct query_filter *scope,
                    void (*take)(void *to, const struct cell *asked), void *to,
                    struct past_run **ret, struct fault *why)
{
    struct past_run *r = xcalloc(1, sizeof *r);
    *r = (struct past_run){ .store = s, .take = take, .to = to, .slice = *scope };
    r->slice.most = HANDED_A_STEP;
    if (!find_ends(r, scope->after, why)) {
        past_run_end(r);
        return false;
    }
    *ret = r;
    return true;
}

bool past_run_step(struct past_run *r, bool *ret_more, struct fault *why)
{
    struct cell cells[QUERY_EVENTS_COLUMNS];
    struct query_result *a;
    bool more = true, ok = true;
    size_t rows = 0;
    int64_t left = r->last - r->slice.after;
    *ret_more = false;
    if (left <= 0)
        return true;
    r->slice.upto = left > LOOKED_AT_A_STEP ? r->slice.after + LOOKED_AT_A_STEP : r->last;
    if (!query_open(r->store, QUERY_EVENTS, &r->slice, &a, why))
        return false;
    while ((ok = query_next(a, cells, QUERY_EVENTS_COLUMNS, &more, why)) && more) {
        r->slice.after = cells[QUERY_EVENTS_SEQ].integer;
        r->take(r->to, cells);
        rows++;
    }
    query_close(a);
    if (rows < HANDED_A_STEP)
        r->slice.after = r->slice.upto;
    *ret_more = r->slice.after < r->last;
    return ok;
}

void past_run_end(struct past_run *r)
{
    free(r);
}
