/* `ebb report --reconcile`: what balances and the endpoint say of the same days, and where they
 * part. */
#include "core/naming.h"
#include "view/report/report.h"

/* The name as people see it comes first, then the columns of query_reconcile.sql. */
enum { SHOWN, ASKED, COLUMNS = ASKED + QUERY_RECONCILE_COLUMNS };

static const struct column columns[] = {
    [SHOWN] = { NULL, "TOKEN", COLUMN_TEXT, COLUMN_KEY },
    [ASKED +
        QUERY_RECONCILE_ACCOUNT] = { "account", "ACCOUNT", COLUMN_TEXT, COLUMN_QUIET | COLUMN_KEY },
    [ASKED + QUERY_RECONCILE_TOKEN] = { "token", NULL, COLUMN_TEXT, 0 },
    [ASKED +
        QUERY_RECONCILE_GENERATION] = { "generation", "GENERATION", COLUMN_COUNT, COLUMN_QUIET },
    [ASKED + QUERY_RECONCILE_DAY] = { "day", "DAY (UTC)", COLUMN_TEXT, 0 },
    [ASKED + QUERY_RECONCILE_BALANCE_NANO] = { "balance_usd", "BY BALANCE", COLUMN_MONEY, 0 },
    [ASKED + QUERY_RECONCILE_USAGE_NANO] = { "endpoint_usd", "BY ENDPOINT", COLUMN_MONEY, 0 },
    [ASKED +
        QUERY_RECONCILE_DIFFERENCE_NANO] = { "difference_usd", "DIFFERENCE", COLUMN_CHANGE, 0 },
    [ASKED + QUERY_RECONCILE_JUDGED] = { "judged", "RESULT", COLUMN_LEVEL, 0 },
};
_Static_assert(COUNT(columns) == COLUMNS, "a column has no row");

/* A line without a token is about the account's credits. */
static bool is_wanted(const struct report_query *q, const struct cell *token)
{
    bool is_token = token->kind == CELL_TEXT;
    if (q->token && !(is_token && naming_matches(q->token, token->text)))
        return false;
    return !q->environment
        || (is_token && span_is(naming_environment(token->text), q->environment));
}

bool report_reconcile(struct store *s, const struct report_query *q, struct writer *w,
                      struct days_compared *ret, struct fault *why)
{
    const struct query_filter scope = report_scope(q);
    struct cell cells[COLUMNS];
    const struct cell *token = &cells[ASKED + QUERY_RECONCILE_TOKEN];
    struct query_result *a;
    bool more = true, ok = true;
    *ret = (struct days_compared){ 0 };
    if (!query_open(s, QUERY_RECONCILE, &scope, &a, why))
        return false;
    struct table *t = table_begin(w, columns, COLUMNS);
    while (ok && more) {
        ok = query_next(a, cells + ASKED, QUERY_RECONCILE_COLUMNS, &more, why);
        if (!ok || !more || !is_wanted(q, token))
            continue;
        cells[SHOWN] = token->kind == CELL_TEXT ? *token : cell_text("account credits");
        table_row(t, cells);
        ret->drifts += span_is(cells[ASKED + QUERY_RECONCILE_JUDGED].text, "drift");
        ret->rows++;
    }
    query_close(a);
    table_end(t);
    return ok;
}
