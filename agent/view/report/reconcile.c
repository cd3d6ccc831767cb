/* `ebb report --reconcile`: what balances and the endpoint say of the same days, and where they
 * part. */
#include "core/naming.h"
#include "view/report/report.h"

/* The name as people see it, then the columns of question_reconcile.sql. */
enum {
    SHOWN,
    ACCOUNT,
    TOKEN,
    GENERATION,
    DAY,
    BALANCE,
    USAGE,
    DIFFERENCE,
    JUDGED,
    COLUMNS,
    ASKED = COLUMNS - ACCOUNT
};

static const struct column columns[] = {
    [SHOWN] = { NULL, "TOKEN", COLUMN_TEXT, COLUMN_KEY },
    [ACCOUNT] = { "account", "ACCOUNT", COLUMN_TEXT, COLUMN_QUIET | COLUMN_KEY },
    [TOKEN] = { "token", NULL, COLUMN_TEXT, 0 },
    [GENERATION] = { "generation", "GENERATION", COLUMN_COUNT, COLUMN_QUIET },
    [DAY] = { "day", "DAY (UTC)", COLUMN_TEXT, 0 },
    [BALANCE] = { "balance_usd", "BY BALANCE", COLUMN_MONEY, 0 },
    [USAGE] = { "endpoint_usd", "BY ENDPOINT", COLUMN_MONEY, 0 },
    [DIFFERENCE] = { "difference_usd", "DIFFERENCE", COLUMN_CHANGE, 0 },
    [JUDGED] = { "judged", "RESULT", COLUMN_LEVEL, 0 },
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
    struct query_result *a;
    bool more = true, ok = true;
    *ret = (struct days_compared){ 0 };
    if (!query_open(s, QUERY_RECONCILE, &scope, &a, why))
        return false;
    struct table *t = table_begin(w, columns, COLUMNS);
    while (ok && more) {
        ok = query_next(a, cells + ACCOUNT, ASKED, &more, why);
        if (!ok || !more || !is_wanted(q, &cells[TOKEN]))
            continue;
        cells[SHOWN] = cells[TOKEN].kind == CELL_TEXT ? cells[TOKEN] : cell_text("account credits");
        table_row(t, cells);
        ret->drifts += span_is(cells[JUDGED].text, "drift");
        ret->rows++;
    }
    query_close(a);
    table_end(t);
    return ok;
}
