/* Accounts and their last poll: why something went wrong is told here, in the words of the poll. */
#include "cli/status.h"

/* The columns of question_accounts.sql, then those that are made of them for people. */
enum {
    ACCOUNT, POLLED, RESULT, STATUS, REASON, TOKENS, CHANGED, MISSING, TOOK, LAST_OK, INTERVAL,
    ASKED,
    POLLED_AGO = ASKED, RESULT_SHOWN, TOKENS_SHOWN, LAST_OK_AGO, REASON_SHOWN,
    COLUMNS,
};

static const struct column columns[] = {
    [ACCOUNT] = { "account", "ACCOUNT", COLUMN_TEXT, COLUMN_CUT },
    [POLLED] = { "polled_at", NULL, COLUMN_TIME, 0 },
    [RESULT] = { "result", NULL, COLUMN_TEXT, 0 },
    [STATUS] = { "http_status", NULL, COLUMN_COUNT, 0 },
    [REASON] = { "reason", NULL, COLUMN_TEXT, 0 },
    [TOKENS] = { "tokens", NULL, COLUMN_COUNT, 0 },
    [CHANGED] = { "changed", NULL, COLUMN_COUNT, 0 },
    [MISSING] = { "missing", NULL, COLUMN_COUNT, 0 },
    [TOOK] = { "took_ms", NULL, COLUMN_COUNT, 0 },
    [LAST_OK] = { "last_ok_at", NULL, COLUMN_TIME, 0 },
    [INTERVAL] = { "interval_s", NULL, COLUMN_DURATION, 0 },
    [POLLED_AGO] = { NULL, "POLLED", COLUMN_TEXT, 0 },
    [RESULT_SHOWN] = { NULL, "RESULT", COLUMN_LEVEL, 0 },
    [TOKENS_SHOWN] = { NULL, "TOKENS", COLUMN_COUNT, 0 },
    [LAST_OK_AGO] = { NULL, "LAST OK", COLUMN_TEXT, COLUMN_SPARE },
    [REASON_SHOWN] = { NULL, "REASON", COLUMN_TEXT, COLUMN_CUT },
};
_Static_assert(COUNT(columns) == COLUMNS, "a column has no row");

static struct cell ago(const struct cell *at, unix_s now, struct text *room)
{
    char age[DURATION_TEXT_BYTES];
    if (at->kind != CELL_INTEGER)
        return cell_text("never");
    text_clear(room);
    text_addf(room, "%s ago", duration_format(now - at->integer, age));
    return cell_text(text_z(room));
}

/* A poll that went well is no comfort when none followed it: the limit is that of a blind token. */
static struct cell reason(const struct cell *cells, unix_s now)
{
    if (cells[REASON].kind == CELL_TEXT)
        return cells[REASON];
    if (cells[POLLED].kind == CELL_INTEGER && now - cells[POLLED].integer <= 3 * cells[INTERVAL].integer + MINUTE_S)
        return cell_text("");
    return cell_text("no poll since then: is `ebb run` running?");
}

bool status_accounts(struct store *s, const struct status_view *view, size_t *ret_rows, struct fault *why)
{
    const struct scope scope = { view->now, TIME_NONE, TIME_NONE, NULL, view->account };
    struct text polled = { 0 }, last_ok = { 0 };
    struct cell cells[COLUMNS];
    struct answer *a;
    bool more = true, ok = true;
    size_t rows = 0;
    if (!archive_ask(s, QUESTION_ACCOUNTS, &scope, &a, why))
        return false;
    struct table *t = table_begin(view->format, columns, COLUMNS, view->colour);
    while (ok && (ok = archive_next(a, cells, ASKED, &more, why)) && more) {
        cells[POLLED_AGO] = ago(&cells[POLLED], view->now, &polled);
        cells[RESULT_SHOWN] = cells[RESULT];
        cells[TOKENS_SHOWN] = cells[TOKENS];
        cells[LAST_OK_AGO] = ago(&cells[LAST_OK], view->now, &last_ok);
        cells[REASON_SHOWN] = reason(cells, view->now);
        table_row(t, cells);
        rows++;
    }
    table_end(t);
    archive_end(a);
    text_done(&polled);
    text_done(&last_ok);
    *ret_rows = rows;
    return ok;
}
