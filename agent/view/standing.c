/* All rows are read before the first is handed out, for the order is that of the forecasts as they
 * are now. */
#include "view/standing.h"

#include <stdlib.h>

#include "base/sorting.h"
#include "base/xmalloc.h"
#include "core/calendar.h"
#include "view/standing_credits.h"
#include "view/standing_token.h"

enum { SORTED_A_STEP = 4000 };

struct standing {
    struct standing_rows rows;
    struct standing_credits credits;
    bool reads_credits;               /* their rows are handed out, not those of tokens */
    struct store *store;              /* borrowed, to load further tokens from; NULL: all are */
    const struct query_filter *scope; /* borrowed */
    int64_t last_id;                  /* of the tokens that are loaded */
    struct standing_row **order;      /* owned; `rows` by urgency; NULL: not all are loaded */
    struct sorting sorting;           /* of these */
    bool sorts;                       /* is under way */
    size_t next;
    unix_s now;
    int64_t fresh_s;
};

static void take_credits(void *to, const struct cell *asked)
{
    struct standing *s = to;
    standing_credits_take(&s->credits, asked, s->now,
                          s->fresh_s >= 0 ? s->fresh_s : asked[QUERY_CREDITS_STALE_S].integer);
}

static bool load_credits(struct store *s, const struct query_filter *scope, struct standing *to,
                         struct fault *why)
{
    return query_each(s, QUERY_CREDITS, scope, QUERY_CREDITS_COLUMNS, take_credits, to, why);
}

/* Rows whose sums are still to be added up. */
struct loading {
    struct token_slice slice;
    struct asked_token {
        struct cell asked[QUERY_STATUS_COLUMNS];
        char *texts; /* owned; what the cells point into */
    } * rows;        /* owned; of the slice */
    size_t room;
};

static void take_token(void *to, const struct cell *asked)
{
    struct loading *l = to;
    l->rows = xgrown(l->rows, l->slice.count, &l->room, sizeof *l->rows);
    struct asked_token *row = &l->rows[l->slice.count];
    memcpy(row->asked, asked, sizeof row->asked);
    row->texts = cells_own(row->asked, QUERY_STATUS_COLUMNS);
    slice_add(&l->slice, asked[QUERY_STATUS_ID].integer, asked[QUERY_STATUS_ACCOUNT_ID].integer,
              asked[QUERY_STATUS_KNOWN_POLL].integer);
}

static void add_rows(struct standing *s, const struct loading *l)
{
    const struct token_question q = { &s->credits, s->now, s->fresh_s };
    for (size_t i = 0; i < l->slice.count; i++)
        standing_token_take(&s->rows, &q, l->rows[i].asked, &l->slice.at[i]);
    if (l->slice.count)
        s->last_id = l->slice.at[l->slice.count - 1].id;
}

static void loading_done(struct loading *l)
{
    for (size_t i = 0; i < l->slice.count; i++)
        free(l->rows[i].texts);
    free(l->rows);
    slice_done(&l->slice);
}

/* At most so many further ones, all of one moment. */
static bool load_tokens(struct standing *s, int64_t most, size_t *ret_count, struct fault *why)
{
    struct loading l = { .rows = NULL };
    struct query_filter slice = *s->scope;
    slice.after = s->last_id;
    slice.most = most;
    if (!query_moment_begin(s->store, why))
        return false;
    bool ok = query_each(s->store, QUERY_STATUS, &slice, QUERY_STATUS_COLUMNS, take_token, &l, why)
        && slice_load(s->store, &l.slice, why);
    query_moment_end(s->store);
    if (ok)
        add_rows(s, &l);
    *ret_count = l.slice.count;
    loading_done(&l);
    return ok;
}

static int compare_names(struct span a, struct span b)
{
    size_t both = a.len < b.len ? a.len : b.len;
    int order = both ? memcmp(a.at, b.at, both) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static int nearest_first(const void *a, const void *b)
{
    const struct standing_row *x = *(const struct standing_row *const *)a;
    const struct standing_row *y = *(const struct standing_row *const *)b;
    int order = urgency_compare(&x->urgency, &y->urgency);
    order = order ? order
                  : compare_names(x->cells[STANDING_ACCOUNT].text, y->cells[STANDING_ACCOUNT].text);
    return order ? order
                 : compare_names(x->cells[STANDING_TOKEN].text, y->cells[STANDING_TOKEN].text);
}

static struct standing *begin(const struct query_filter *scope, int64_t fresh_s)
{
    struct standing *s = xcalloc(1, sizeof *s);
    s->now = scope->now;
    s->fresh_s = fresh_s;
    return s;
}

static void begin_order(struct standing *s)
{
    s->order = xcalloc(s->rows.count + 1, sizeof(struct standing_row *));
    for (size_t i = 0; i < s->rows.count; i++)
        s->order[i] = &s->rows.at[i];
    sorting_begin(&s->sorting, s->order, s->rows.count, sizeof(struct standing_row *),
                  nearest_first);
    s->sorts = true;
}

/* True: there is more to do. */
static bool sort(struct standing *s, size_t most)
{
    s->sorts = s->sorts && sorting_step(&s->sorting, most);
    if (!s->sorts)
        sorting_done(&s->sorting);
    return s->sorts;
}

static void drop_order(struct standing *s)
{
    sorting_done(&s->sorting);
    free(s->order);
    s->order = NULL;
    s->sorts = false;
}

bool standing_begin(struct store *store, const struct query_filter *scope, int64_t fresh_s,
                    struct standing **ret, struct fault *why)
{
    struct standing *s = begin(scope, fresh_s);
    s->store = store;
    s->scope = scope;
    if (!load_credits(store, scope, s, why)) {
        standing_end(s);
        return false;
    }
    *ret = s;
    return true;
}

bool standing_load(struct standing *s, size_t most, bool *ret_more, struct fault *why)
{
    size_t loaded;
    *ret_more = false;
    if (!s->store || most == 0) {
        *ret_more = sort(s, SORTED_A_STEP);
        return true;
    }
    if (!load_tokens(s, (int64_t)most, &loaded, why))
        return false;
    *ret_more = loaded == most;
    if (*ret_more)
        return true;
    s->store = NULL;
    begin_order(s);
    *ret_more = sort(s, most < SORTED_A_STEP ? 1 : SIZE_MAX);
    return true;
}

void standing_forget(struct standing *s)
{
    drop_order(s);
    standing_rows_clear(&s->rows);
    s->next = 0;
}

static bool load_all(struct store *store, const struct query_filter *scope, int64_t fresh_s,
                     struct standing **ret, struct fault *why)
{
    struct standing *s;
    bool more = true, ok = true;
    if (!standing_begin(store, scope, fresh_s, &s, why))
        return false;
    while (ok && more)
        ok = standing_load(s, SORTED_A_STEP, &more, why);
    if (ok)
        *ret = s;
    else
        standing_end(s);
    return ok;
}

/* All of one moment. */
bool standing_of_tokens(struct store *store, const struct query_filter *scope, int64_t fresh_s,
                        struct standing **ret, struct fault *why)
{
    if (!query_moment_begin(store, why))
        return false;
    bool ok = load_all(store, scope, fresh_s, ret, why);
    query_moment_end(store);
    return ok;
}

bool standing_of_credits(struct store *store, const struct query_filter *scope, int64_t fresh_s,
                         struct standing **ret, struct fault *why)
{
    struct standing *s = begin(scope, fresh_s);
    if (!load_credits(store, scope, s, why)) {
        standing_end(s);
        return false;
    }
    s->reads_credits = true;
    *ret = s;
    return true;
}

static const struct standing_rows *rows_of(const struct standing *s)
{
    return s->reads_credits ? &s->credits.rows : &s->rows;
}

static const struct standing_row *row_at(const struct standing *s, size_t place)
{
    return s->order && !s->sorts ? s->order[place] : &rows_of(s)->at[place];
}

bool standing_next(struct standing *s, struct cell *cells, size_t count)
{
    if (s->next == rows_of(s)->count)
        return false;
    memcpy(cells, row_at(s, s->next++)->cells, count * sizeof *cells);
    return true;
}

enum state standing_state(const struct standing *s)
{
    return row_at(s, s->next - 1)->state;
}

const struct forecast *standing_forecast(const struct standing *s)
{
    return &row_at(s, s->next - 1)->forecast;
}

static int by_id(const void *a, const void *b)
{
    const int64_t *id = a;
    const struct standing_row *row = b;
    int64_t of_row = row->cells[STANDING_ID].integer;
    return (*id > of_row) - (*id < of_row);
}

/* They were loaded by id. */
static const struct standing_row *row_of(const struct standing *s, int64_t id)
{
    return s->rows.count ? bsearch(&id, s->rows.at, s->rows.count, sizeof *s->rows.at, by_id)
                         : NULL;
}

struct forecast standing_of_token(const struct standing *s, int64_t id)
{
    const struct standing_row *row = row_of(s, id);
    return row ? row->forecast : forecast_none();
}

void standing_go_on(struct standing *s, const struct urgency *last, int64_t id)
{
    const struct standing_row *row = row_of(s, id);
    if (row && urgency_compare(&row->urgency, last) == 0) {
        while (row_at(s, s->next++) != row)
            continue;
        return;
    }
    while (s->next < s->rows.count && urgency_compare(&row_at(s, s->next)->urgency, last) < 0)
        s->next++;
}

struct urgency standing_urgency(const struct standing *s)
{
    return row_at(s, s->next - 1)->urgency;
}

struct forecast standing_of_account(const struct standing *s, struct span account)
{
    const struct credits_columns *c = standing_credits_of(&s->credits, account);
    return c ? c->forecast : forecast_none();
}

void standing_end(struct standing *s)
{
    if (!s)
        return;
    drop_order(s);
    standing_rows_done(&s->rows);
    standing_credits_done(&s->credits);
    free(s);
}
