/* The query begins with the reading that held at `since`, for those who draw a line from there;
 * people asked for what is younger. */
#include "view/history.h"

static const struct column columns[] = {
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
_Static_assert(COUNT(columns) == QUERY_HISTORY_COLUMNS, "a column has no row");

bool history_show(struct store *s, const struct query_filter *scope, struct writer *w,
                  struct history_seen *ret, struct fault *why)
{
    struct cell cells[COUNT(columns)];
    struct query_result *a;
    bool more = true, ok = true;
    *ret = (struct history_seen){ 0 };
    if (!query_open(s, QUERY_HISTORY, scope, &a, why))
        return false;
    struct table *t = table_begin(w, columns, COUNT(columns));
    while (ok && more && !writer_is_lost(w)) {
        ok = query_next(a, cells, COUNT(columns), &more, why);
        bool is_older = ok && more && scope->since != TIME_NONE
            && cells[QUERY_HISTORY_AT].integer < scope->since;
        if (ok && more && !is_older)
            table_row(t, cells);
        ret->older += is_older;
        ret->rows += ok && more && !is_older;
    }
    table_end(t);
    query_close(a);
    return ok;
}
