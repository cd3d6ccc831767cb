/* The query begins with the reading that held at `since`, for those who draw a line from there;
 * people asked for what is younger.
 *
 * In steps, a stretch of time is asked for in each, as long as brings a few hundred rows. */
#include "view/history.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/xmalloc.h"

enum {
    STRETCH_FIRST_S = DAY_S,
    STRETCH_MOST_S = 400 * DAY_S,
    ROWS_FEW = 100, /* in a stretch: the next may be longer */
    ROWS_MANY = 400,
};

static const struct column readings[] = {
    [QUERY_HISTORY_AT] = { "at", "READ AT", COLUMN_TIME, COLUMN_KEY },
    [QUERY_HISTORY_ACCOUNT] = { "account", "ACCOUNT", COLUMN_TEXT, COLUMN_QUIET | COLUMN_KEY },
    [QUERY_HISTORY_TOKEN] = { "token", NULL, COLUMN_TEXT, 0 },
    [QUERY_HISTORY_GENERATION] = { "generation", "GENERATION", COLUMN_COUNT, COLUMN_QUIET },
    [QUERY_HISTORY_BALANCE_NANO] = { "balance_usd", "BALANCE USD", COLUMN_MONEY, 0 },
    [QUERY_HISTORY_CHANGE_NANO] = { "change_usd", "CHANGE", COLUMN_CHANGE, 0 },
    [QUERY_HISTORY_KIND] = { "kind", "KIND", COLUMN_TEXT, 0 },
    [QUERY_HISTORY_SINCE] = { "since", NULL, COLUMN_TIME, 0 },
    [QUERY_HISTORY_TYPE] = { "type", NULL, COLUMN_TEXT, 0 },
    [QUERY_HISTORY_BUDGETED] = { "budgeted", NULL, COLUMN_FLAG, 0 },
    [QUERY_HISTORY_EXPIRES_AT] = { "expires_at", NULL, COLUMN_TIME, 0 },
    [QUERY_HISTORY_RESET_PERIOD] = { "reset_period", NULL, COLUMN_TEXT, 0 },
    [QUERY_HISTORY_RESET_AMOUNT_NANO] = { "reset_amount_usd", NULL, COLUMN_MONEY, 0 },
    [QUERY_HISTORY_GAP_S] = { "gap_s", "GAP", COLUMN_DURATION,
                              COLUMN_QUIET }, /* spent nobody knows when within it */
};
_Static_assert(COUNT(readings) == QUERY_HISTORY_COLUMNS, "a column has no row");

#define SUM_COLUMNS(name_)                                                                         \
    [QUERY_TOKEN_##name_##_AT] = { "at", "FROM", COLUMN_TIME, COLUMN_KEY },                        \
    [QUERY_TOKEN_##name_##                                                                         \
        _ACCOUNT] = { "account", "ACCOUNT", COLUMN_TEXT, COLUMN_QUIET | COLUMN_KEY },              \
    [QUERY_TOKEN_##name_##_TOKEN] = { "token", NULL, COLUMN_TEXT, 0 },                             \
    [QUERY_TOKEN_##name_##                                                                         \
        _GENERATION] = { "generation", "GENERATION", COLUMN_COUNT, COLUMN_QUIET },                 \
    [QUERY_TOKEN_##name_##_SPENT_NANO] = { "spent_usd", "SPENT USD", COLUMN_MONEY, 0 },            \
    [QUERY_TOKEN_##name_##_TOPUP_NANO] = { "topup_usd", "TOPPED UP", COLUMN_MONEY, 0 },            \
    [QUERY_TOKEN_##name_##_RESET_NANO] = { "reset_usd", "RESET", COLUMN_CHANGE, 0 }

static const struct column hours[] = { SUM_COLUMNS(HOURS) };
static const struct column days[] = { SUM_COLUMNS(DAYS) };
_Static_assert(COUNT(hours) == QUERY_TOKEN_HOURS_COLUMNS, "a column has no row");
_Static_assert(COUNT(days) == QUERY_TOKEN_DAYS_COLUMNS, "a column has no row");

static const struct kind {
    enum query query;
    const struct column *columns;
    size_t count, at; /* at: the column that rows are ordered by */
} kinds[] = {
    [HISTORY_RAW] = { QUERY_HISTORY, readings, COUNT(readings), QUERY_HISTORY_AT },
    [HISTORY_HOUR] = { QUERY_TOKEN_HOURS, hours, COUNT(hours), QUERY_TOKEN_HOURS_AT },
    [HISTORY_DAY] = { QUERY_TOKEN_DAYS, days, COUNT(days), QUERY_TOKEN_DAYS_AT },
};

struct history_list {
    struct store *store; /* borrowed, as are: */
    const struct history_view *view;
    struct writer *w;
    const struct kind *kind;
    struct table *table;
    unix_s from;              /* what was asked for reaches to here */
    bool goes_on;             /* from there, not from what the caller said */
    int64_t stretch_s;        /* 0: all of it at once */
    unix_s last_at;           /* of the row that was shown last */
    int64_t shown_of_last_at; /* how many rows of that time were shown, here and before */
    int64_t to_skip;          /* of the time of the cursor */
    struct history_seen seen;
    bool left_out;
};

/* ---- where a page ended: "1785985500.2", a time and how many rows of it were shown ---- */

static bool parse_cursor(const char *text, unix_s *ret_at, int64_t *ret_shown, struct fault *why)
{
    char *dot = NULL, *end = NULL;
    long long at = *text >= '0' && *text <= '9' ? strtoll(text, &dot, 10) : 0;
    long long shown =
        dot && *dot == '.' && dot[1] >= '0' && dot[1] <= '9' ? strtoll(dot + 1, &end, 10) : 0;
    if (!end || *end || !is_stamp(at) || shown < 1 || shown > INT32_MAX)
        return fault(why, FAULT_REJECT,
                     "takes what the header Link of the answer before says, unchanged");
    *ret_at = at;
    *ret_shown = shown;
    return true;
}

void history_list_cursor(const struct history_list *l, struct text *out)
{
    if (l->left_out)
        text_addf(out, "%" PRId64 ".%" PRId64, l->last_at, l->shown_of_last_at);
}

/* ---- rows ---- */

static void show_row(struct history_list *l, const struct cell *cells)
{
    unix_s at = cells[l->kind->at].integer;
    if (at == l->last_at && l->to_skip) {
        l->to_skip--;
        return;
    }
    l->shown_of_last_at = at == l->last_at ? l->shown_of_last_at + 1 : 1;
    l->last_at = at;
    l->to_skip = 0;
    table_row(l->table, cells);
    l->seen.rows++;
}

/* What happened until `until`, TIME_NONE: all that is left. */
static bool show_stretch(struct history_list *l, unix_s until, struct fault *why)
{
    struct cell cells[QUERY_HISTORY_COLUMNS];
    struct query_filter scope = l->view->scope;
    struct query_result *a;
    bool more = true, ok = true;
    /* Of several readings within a second, the query begins with the last. */
    scope.since = l->goes_on ? time_after(l->from, -1) : l->from;
    scope.until = until;
    if (!query_open(l->store, l->kind->query, &scope, &a, why))
        return false;
    while (ok && !l->left_out && !writer_is_lost(l->w)
           && (ok = query_next(a, cells, l->kind->count, &more, why)) && more) {
        bool is_older = l->from != TIME_NONE && cells[l->kind->at].integer < l->from;
        if (is_older)
            l->seen.older++;
        else if (l->view->rows_max && l->seen.rows == l->view->rows_max && !l->to_skip)
            l->left_out = true;
        else
            show_row(l, cells);
    }
    query_close(a);
    return ok;
}

static bool begin_at(struct history_list *l, struct fault *why)
{
    unix_s at;
    if (!l->view->cursor)
        return true;
    if (!parse_cursor(l->view->cursor, &at, &l->to_skip, why))
        return false;
    l->from = l->last_at = at;
    l->goes_on = true;
    l->shown_of_last_at = l->to_skip;
    return true;
}

bool history_list_begin(struct store *s, const struct history_view *view, struct writer *w,
                        struct history_list **ret, struct fault *why)
{
    struct history_list *l = xcalloc(1, sizeof *l);
    *l = (struct history_list){ .store = s,
                                .view = view,
                                .w = w,
                                .kind = &kinds[view->step],
                                .from = view->scope.since,
                                .last_at = TIME_NONE,
                                .stretch_s = STRETCH_FIRST_S };
    if (!begin_at(l, why)) {
        history_list_end(l);
        return false;
    }
    l->table = table_begin(w, l->kind->columns, l->kind->count);
    *ret = l;
    return true;
}

static unix_s next_until(const struct history_list *l)
{
    unix_s end = l->view->scope.until, latest = l->view->scope.now;
    if (!l->stretch_s || l->from == TIME_NONE || l->from > latest)
        return end;
    unix_s until = time_after(l->from, l->stretch_s);
    return end != TIME_NONE && until > end ? end : until;
}

bool history_list_step(struct history_list *l, bool *ret_more, struct fault *why)
{
    size_t before = l->seen.rows;
    unix_s until = next_until(l);
    if (!show_stretch(l, until, why))
        return false;
    size_t rows = l->seen.rows - before;
    if (rows < ROWS_FEW && l->stretch_s < STRETCH_MOST_S)
        l->stretch_s *= 2;
    else if (rows > ROWS_MANY && l->stretch_s > HOUR_S)
        l->stretch_s /= 2;
    *ret_more = !l->left_out && until != l->view->scope.until && !writer_is_lost(l->w);
    l->from = until;
    l->goes_on = true;
    if (*ret_more)
        return true;
    table_end(l->table);
    l->table = NULL;
    return true;
}

void history_list_end(struct history_list *l)
{
    if (l)
        table_drop(l->table);
    free(l);
}

bool history_show(struct store *s, const struct history_view *view, struct writer *w,
                  struct history_seen *ret, struct fault *why)
{
    struct history_list *l;
    bool more = true, ok;
    *ret = (struct history_seen){ 0 };
    if (!history_list_begin(s, view, w, &l, why))
        return false;
    l->stretch_s = 0;
    ok = history_list_step(l, &more, why);
    *ret = l->seen;
    history_list_end(l);
    return ok;
}
