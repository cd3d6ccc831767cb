/* Accounts and their last poll: why something went wrong is told here, in the words of the poll. */
#include "view/status/status.h"

#include "core/schedule.h"

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

/* A poll that went well is no comfort when none followed it. */
static struct cell reason(const struct cell *cells, unix_s now)
{
    if (cells[QUERY_ACCOUNTS_REASON].kind == CELL_TEXT)
        return cells[QUERY_ACCOUNTS_REASON];
    int64_t planned = cells[QUERY_ACCOUNTS_NEXT_POLL_AT].kind == CELL_INTEGER
        ? cells[QUERY_ACCOUNTS_NEXT_POLL_AT].integer
        : time_after(cells[QUERY_ACCOUNTS_AT].integer, cells[QUERY_ACCOUNTS_INTERVAL_S].integer);
    if (cells[QUERY_ACCOUNTS_AT].kind == CELL_INTEGER
        && !schedule_is_overdue(planned, cells[QUERY_ACCOUNTS_INTERVAL_S].integer, now))
        return cell_text("");
    return cell_text("no poll since then: is `ebb run` running?");
}

static struct cell next_in(const struct cell *next, unix_s now, struct text *room)
{
    char wait[DURATION_TEXT_BYTES];
    if (next->kind != CELL_INTEGER)
        return cell_text("");
    if (next->integer <= now)
        return cell_text("due");
    text_clear(room);
    text_addf(room, "in %s", duration_format(seconds_between(now, next->integer), wait));
    return cell_text(text_z(room));
}

static struct cell calls(const struct cell *cells, struct text *room)
{
    text_clear(room);
    text_addf(room, "%lld", (long long)cells[QUERY_ACCOUNTS_CALLS].integer);
    if (cells[QUERY_ACCOUNTS_CALLS_MAX].kind == CELL_INTEGER)
        text_addf(room, " of %lld", (long long)cells[QUERY_ACCOUNTS_CALLS_MAX].integer);
    return cell_text(text_z(room));
}

static void add_about_token(struct text *room, const struct cell *cells)
{
    if (cells[QUERY_ACCOUNTS_RHYTHM_TOKEN].kind == CELL_TEXT
        && cells[QUERY_ACCOUNTS_RHYTHM_TOKEN].text.len == 0)
        text_add(room, span_of("the account"));
    else if (cells[QUERY_ACCOUNTS_RHYTHM_TOKEN].kind == CELL_TEXT)
        text_addf(room, "%.*s", (int)cells[QUERY_ACCOUNTS_RHYTHM_TOKEN].text.len,
                  cells[QUERY_ACCOUNTS_RHYTHM_TOKEN].text.at);
    else
        text_add(room, span_of("a token"));
}

/* "every 1m: ci-nightly runs dry in 20m", "every 15m: idle for 4h 10m". */
static struct cell rhythm(const struct cell *cells, unix_s now, struct text *room)
{
    char wait[DURATION_TEXT_BYTES], about[DURATION_TEXT_BYTES];
    if (cells[QUERY_ACCOUNTS_RHYTHM].kind != CELL_TEXT)
        return cell_text("");
    text_clear(room);
    if (span_is(cells[QUERY_ACCOUNTS_RHYTHM].text, pace_name(PACE_RETRY))) {
        text_addf(room, "retrying after %s",
                  duration_format(cells[QUERY_ACCOUNTS_RHYTHM_WAIT_S].integer, wait));
        return cell_text(text_z(room));
    }
    if (span_is(cells[QUERY_ACCOUNTS_RHYTHM].text, pace_name(PACE_CONFIRM))) {
        text_add(room, span_of("at once: confirming "));
        add_about_token(room, cells);
        return cell_text(text_z(room));
    }
    text_addf(room, "every %s", duration_format(cells[QUERY_ACCOUNTS_RHYTHM_WAIT_S].integer, wait));
    if (span_is(cells[QUERY_ACCOUNTS_RHYTHM].text, pace_name(PACE_RUNWAY))) {
        text_add(room, span_of(": "));
        add_about_token(room, cells);
        text_addf(
            room, " may run out in %s",
            duration_format(seconds_between(now, cells[QUERY_ACCOUNTS_RHYTHM_AT].integer), about));
    } else if (span_is(cells[QUERY_ACCOUNTS_RHYTHM].text, pace_name(PACE_JUMP))) {
        text_add(room, span_of(": "));
        add_about_token(room, cells);
        text_add(room, span_of(" burns much faster than before"));
    } else if (span_is(cells[QUERY_ACCOUNTS_RHYTHM].text, pace_name(PACE_IDLE))) {
        text_addf(
            room, ": idle for %s",
            duration_format(seconds_between(cells[QUERY_ACCOUNTS_RHYTHM_AT].integer, now), about));
    }
    return cell_text(text_z(room));
}

bool status_accounts(struct store *s, const struct status_view *view, struct writer *w,
                     size_t *ret_rows, struct fault *why)
{
    const struct query_filter scope = query_at(view->now, view->account);
    struct text polled = { 0 }, last_ok = { 0 }, next = { 0 }, called = { 0 }, words = { 0 };
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
        cells[NEXT_IN] = next_in(&cells[QUERY_ACCOUNTS_NEXT_POLL_AT], view->now, &next);
        cells[CALLS_SHOWN] = calls(cells, &called);
        cells[PACE_SHOWN] = rhythm(cells, view->now, &words);
        cells[REASON_SHOWN] = reason(cells, view->now);
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
    *ret_rows = rows;
    return ok;
}
