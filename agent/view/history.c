/* The query begins with the reading that held at `since`, for those who draw a line from there;
 * people asked for what is younger. */
#include "view/history.h"

/* The columns of question_history.sql. */
static const struct column columns[] = {
    { "at", "READ AT", COLUMN_TIME, COLUMN_KEY },
    { "account", "ACCOUNT", COLUMN_TEXT, COLUMN_QUIET | COLUMN_KEY },
    { "token", NULL, COLUMN_TEXT, 0 },
    { "generation", "GENERATION", COLUMN_COUNT, COLUMN_QUIET },
    { "balance_usd", "BALANCE USD", COLUMN_MONEY, 0 },
    { "change_usd", "CHANGE", COLUMN_CHANGE, 0 },
    { "kind", "KIND", COLUMN_TEXT, 0 },
    { "since", NULL, COLUMN_TIME, 0 },
    { "type", NULL, COLUMN_TEXT, 0 },
    { "budgeted", NULL, COLUMN_FLAG, 0 },
    { "expires_at", NULL, COLUMN_TIME, 0 },
    { "reset_period", NULL, COLUMN_TEXT, 0 },
    { "reset_amount_usd", NULL, COLUMN_MONEY, 0 },
    { "gap_s", "GAP", COLUMN_DURATION, COLUMN_QUIET }, /* spent nobody knows when within it */
};

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
        bool is_older = ok && more && scope->since != TIME_NONE && cells[0].integer < scope->since;
        if (ok && more && !is_older)
            table_row(t, cells);
        ret->older += is_older;
        ret->rows += ok && more && !is_older;
    }
    table_end(t);
    query_close(a);
    return ok;
}
