/* All that fire are known before the first is handed out, for the worst comes first. */
#include <stdlib.h>

#include "base/sorting.h"
#include "base/xmalloc.h"
#include "view/alerts.h"
#include "view/standing_rows.h"

/* The forecast of now of what an alert is about. */
static struct forecast forecast_of(struct standing *standing, const struct cell *asked)
{
    return span_is(asked[QUERY_ALERTS_KIND].text, "credits")
        ? standing_of_account(standing, asked[QUERY_ALERTS_ACCOUNT].text)
        : standing_of_token(standing, asked[QUERY_ALERTS_ID].integer);
}

enum {
    LOADED_A_STEP = 150, /* a forecast is read again for each */
    SORTED_A_STEP = 2000,
    HANDED_A_STEP = 100,
};

struct firing_row {
    struct cell cells[QUERY_ALERTS_COLUMNS];
    char *texts; /* owned */
};

enum run_phase { RUN_LOADS_TOKENS, RUN_LOADS, RUN_SORTS, RUN_HANDS_OUT };

struct alerts_run {
    struct store *store; /* borrowed, as are: */
    const struct alerts_query *q;
    void (*take)(void *to, const struct alert_firing *f);
    void *to;
    struct standing *standing; /* what the forecasts of now say */
    enum run_phase phase;
    struct query_filter slice;
    struct firing_row **rows; /* owned, and each */
    size_t count, room, next;
    struct sorting sorting;
    struct text words;
};

bool alerts_run_begin(struct store *s, const struct alerts_query *q,
                      void (*take)(void *to, const struct alert_firing *f), void *to,
                      struct alerts_run **ret, struct fault *why)
{
    struct standing *standing;
    if (!standing_begin(s, &q->scope, -1, &standing, why))
        return false;
    struct alerts_run *r = xcalloc(1, sizeof *r);
    *r = (struct alerts_run){ .store = s, .q = q, .take = take, .to = to, .standing = standing };
    r->slice = q->scope;
    r->slice.most = LOADED_A_STEP;
    *ret = r;
    return true;
}

static int compare_cells(const struct firing_row *x, const struct firing_row *y, size_t column)
{
    const struct span a = x->cells[column].text, b = y->cells[column].text;
    int order = memcmp(a.at, b.at, a.len < b.len ? a.len : b.len);
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

/* The worst and oldest first. */
static int compare_firing(const void *a, const void *b)
{
    static const size_t texts[] = { QUERY_ALERTS_ACCOUNT, QUERY_ALERTS_TOKEN, QUERY_ALERTS_RULE };
    const struct firing_row *x = *(const struct firing_row *const *)a;
    const struct firing_row *y = *(const struct firing_row *const *)b;
    int64_t urgency =
        y->cells[QUERY_ALERTS_URGENCY].integer - x->cells[QUERY_ALERTS_URGENCY].integer;
    int64_t since_x = x->cells[QUERY_ALERTS_SINCE].integer,
            since_y = y->cells[QUERY_ALERTS_SINCE].integer;
    int order = urgency ? (urgency > 0 ? 1 : -1) : (since_x > since_y) - (since_x < since_y);
    for (size_t i = 0; !order && i < COUNT(texts); i++)
        order = compare_cells(x, y, texts[i]);
    return order;
}

static void keep(struct alerts_run *r, const struct cell *cells)
{
    struct firing_row *row = xmalloc(sizeof *row);
    memcpy(row->cells, cells, sizeof row->cells);
    row->texts = cells_own(row->cells, QUERY_ALERTS_COLUMNS);
    r->rows = xgrown(r->rows, r->count, &r->room, sizeof(struct firing_row *));
    r->rows[r->count++] = row;
}

/* The alerts of the next tokens. */
static bool load_some(struct alerts_run *r, struct fault *why)
{
    struct cell cells[QUERY_ALERTS_COLUMNS];
    struct query_result *a;
    bool more = true, ok = true, any = false;
    if (!query_open(r->store, QUERY_ALERTS, &r->slice, &a, why))
        return false;
    while (ok && (ok = query_next(a, cells, QUERY_ALERTS_COLUMNS, &more, why)) && more) {
        r->slice.after = cells[QUERY_ALERTS_ID].integer;
        any = true;
        if (cell_is_set(&cells[QUERY_ALERTS_IS_FIRING]))
            keep(r, cells);
    }
    query_close(a);
    if (any)
        return ok;
    sorting_begin(&r->sorting, r->rows, r->count, sizeof(struct firing_row *), compare_firing);
    r->phase = RUN_SORTS;
    return ok;
}

static void hand_out(struct alerts_run *r, const struct cell *cells)
{
    struct alert_firing f = { .asked = cells };
    const struct forecast forecast = forecast_of(r->standing, cells);
    text_clear(&r->words);
    f.now = alert_now_of(cells, &forecast, &r->q->rules, r->q->scope.now, &r->words);
    f.words = text_z(&r->words);
    r->take(r->to, &f);
}

/* True: there are more. */
static bool hand_out_some(struct alerts_run *r)
{
    for (size_t i = 0; i < HANDED_A_STEP && r->next < r->count; i++)
        hand_out(r, r->rows[r->next++]->cells);
    return r->next < r->count;
}

bool alerts_run_step(struct alerts_run *r, bool *ret_more, struct fault *why)
{
    bool more;
    *ret_more = true;
    switch (r->phase) {
    case RUN_LOADS_TOKENS:
        if (!standing_load(r->standing, LOADED_A_STEP, &more, why))
            return false;
        r->phase = more ? RUN_LOADS_TOKENS : RUN_LOADS;
        return true;
    case RUN_LOADS:
        return load_some(r, why);
    case RUN_SORTS:
        if (sorting_step(&r->sorting, SORTED_A_STEP))
            return true;
        sorting_done(&r->sorting);
        r->phase = RUN_HANDS_OUT;
        return true;
    case RUN_HANDS_OUT:
        break;
    }
    *ret_more = hand_out_some(r);
    return true;
}

void alerts_run_end(struct alerts_run *r)
{
    if (!r)
        return;
    sorting_done(&r->sorting);
    for (size_t i = 0; i < r->count; i++) {
        free(r->rows[i]->texts);
        free(r->rows[i]);
    }
    free(r->rows);
    standing_end(r->standing);
    text_done(&r->words);
    free(r);
}
