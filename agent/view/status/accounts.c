/* Accounts and their last poll: why something went wrong is told here, in the words of the poll. */
#include "view/status/status.h"

#include "view/account_words.h"

/* Behind the columns of query_accounts.sql: what is made of them for people. */
enum {
    POLLED_AGO = QUERY_ACCOUNTS_COLUMNS,
    RESULT_SHOWN,
    TOKENS_SHOWN,
    LAST_OK_AGO,
    NEXT_IN,
    CALLS_SHOWN,
    PACE_SHOWN,
    REASON_SHOWN,
    COLUMNS,
};

static const struct column columns[] = {
    [QUERY_ACCOUNTS_ACCOUNT] = { "account", "ACCOUNT", COLUMN_TEXT, COLUMN_KEY },
    [QUERY_ACCOUNTS_AT] = { "polled_at", NULL, COLUMN_TIME, 0 },
    [QUERY_ACCOUNTS_RESULT] = { "result", NULL, COLUMN_TEXT, 0 },
    [QUERY_ACCOUNTS_HTTP_STATUS] = { "http_status", NULL, COLUMN_COUNT, 0 },
    [QUERY_ACCOUNTS_REASON] = { "reason", NULL, COLUMN_TEXT, 0 },
    [QUERY_ACCOUNTS_TOKENS] = { "tokens", NULL, COLUMN_COUNT, 0 },
    [QUERY_ACCOUNTS_CHANGED] = { "changed", NULL, COLUMN_COUNT, 0 },
    [QUERY_ACCOUNTS_MISSING] = { "missing", NULL, COLUMN_COUNT, 0 },
    [QUERY_ACCOUNTS_TOOK_MS] = { "took_ms", NULL, COLUMN_COUNT, 0 },
    [QUERY_ACCOUNTS_LAST_OK_AT] = { "last_ok_at", NULL, COLUMN_TIME, 0 },
    [QUERY_ACCOUNTS_INTERVAL_S] = { "interval_s", NULL, COLUMN_DURATION, 0 },
    [QUERY_ACCOUNTS_NEXT_POLL_AT] = { "next_poll_at", NULL, COLUMN_TIME, 0 },
    [QUERY_ACCOUNTS_RHYTHM] = { "rhythm", NULL, COLUMN_TEXT, 0 },
    [QUERY_ACCOUNTS_RHYTHM_WAIT_S] = { "rhythm_wait_s", NULL, COLUMN_DURATION, 0 },
    [QUERY_ACCOUNTS_RHYTHM_TOKEN] = { "rhythm_token", NULL, COLUMN_TEXT, 0 },
    [QUERY_ACCOUNTS_RHYTHM_AT] = { "rhythm_at", NULL, COLUMN_TIME, 0 },
    [QUERY_ACCOUNTS_CALLS] = { "calls_1h", NULL, COLUMN_COUNT, 0 },
    [QUERY_ACCOUNTS_CALLS_MAX] = { "calls_1h_max", NULL, COLUMN_COUNT, 0 },
    [QUERY_ACCOUNTS_KEY_SCOPES] = { "key_scopes", NULL, COLUMN_TEXT, 0 },
    [QUERY_ACCOUNTS_KEY_ENDS_AT] = { "key_ends_at", NULL, COLUMN_TIME, 0 },
    [QUERY_ACCOUNTS_KEY_REASON] = { "key_reason", NULL, COLUMN_TEXT, 0 },
    [POLLED_AGO] = { NULL, "POLLED", COLUMN_TEXT, 0 },
    [RESULT_SHOWN] = { NULL, "RESULT", COLUMN_LEVEL, 0 },
    [TOKENS_SHOWN] = { NULL, "TOKENS", COLUMN_COUNT, 0 },
    [LAST_OK_AGO] = { NULL, "LAST OK", COLUMN_TEXT, COLUMN_SPARE },
    [NEXT_IN] = { NULL, "NEXT", COLUMN_TEXT, 0 },
    [CALLS_SHOWN] = { NULL, "CALLS/H", COLUMN_TEXT, COLUMN_SPARE },
    [PACE_SHOWN] = { NULL, "PACE", COLUMN_TEXT, COLUMN_PROSE },
    [REASON_SHOWN] = { NULL, "REASON", COLUMN_TEXT, COLUMN_PROSE },
};
_Static_assert(COUNT(columns) == COLUMNS, "a column has no row");

static struct cell word(const struct text *words)
{
    return cell_text(text_z(words));
}

/* Where nothing else is wrong: Ebb's own key may end soon. */
static void add_key(const struct cell *cells, unix_s now, struct text *out)
{
    struct text warning = { 0 };
    account_add_key_warning(cells, now, &warning);
    if (warning.len)
        text_addf(out, "Ebb's own key: %s", text_z(&warning));
    text_done(&warning);
}

bool status_accounts(struct store *s, const struct status_view *view, struct writer *w,
                     size_t *ret_rows, struct fault *why)
{
    const struct query_filter scope = query_at(view->now, view->account);
    struct text polled = { 0 }, last_ok = { 0 }, next = { 0 }, called = { 0 }, words = { 0 },
                warning = { 0 };
    struct cell cells[COLUMNS];
    struct query_result *a;
    bool more = true, ok = true;
    size_t rows = 0;
    if (!query_open(s, QUERY_ACCOUNTS, &scope, &a, why))
        return false;
    struct table *t = table_begin(w, columns, COLUMNS);
    while (ok && (ok = query_next(a, cells, QUERY_ACCOUNTS_COLUMNS, &more, why)) && more) {
        cells[POLLED_AGO] = status_ago(&cells[QUERY_ACCOUNTS_AT], "never", view->now, &polled);
        cells[RESULT_SHOWN] = cells[QUERY_ACCOUNTS_RESULT];
        cells[TOKENS_SHOWN] = cells[QUERY_ACCOUNTS_TOKENS];
        cells[LAST_OK_AGO] =
            status_ago(&cells[QUERY_ACCOUNTS_LAST_OK_AT], "never", view->now, &last_ok);
        text_clear(&next);
        text_clear(&called);
        text_clear(&words);
        account_add_next(cells, view->now, &next);
        account_add_calls(cells, &called);
        account_add_pace(cells, view->now, &words);
        cells[NEXT_IN] = word(&next);
        cells[CALLS_SHOWN] = word(&called);
        cells[PACE_SHOWN] = word(&words);
        cells[REASON_SHOWN] = account_reason(cells, view->now);
        text_clear(&warning);
        add_key(cells, view->now, &warning);
        if (!cells[REASON_SHOWN].text.len)
            cells[REASON_SHOWN] = word(&warning);
        table_row(t, cells);
        rows++;
    }
    table_end(t);
    query_close(a);
    text_done(&polled);
    text_done(&last_ok);
    text_done(&next);
    text_done(&called);
    text_done(&words);
    text_done(&warning);
    *ret_rows = rows;
    return ok;
}
