/* The first lines of a log: which program, configuration and database, and what the last run left
 * behind. Somebody who reads a log from an incident starts here. A question that fails costs its
 * line, never the start. */
#include "daemon/startup.h"

#include <inttypes.h>

#include "base/version.h"
#include "core/calendar.h"
#include "daemon/account.h"
#include "daemon/agent.h"
#include "daemon/state.h"
#include "edge/store.h"

static bool ask_one(struct agent *a, enum query query, struct cell *cells, size_t count)
{
    const struct query_filter all = query_at(clock_unix(), NULL);
    struct query_result *answer;
    struct fault why;
    bool row = false;
    if (!query_open(a->store, query, &all, &answer, &why))
        return false;
    bool ok = query_next(answer, cells, count, &row, &why);
    query_close(answer);
    return ok && row;
}

static void log_program(struct agent *a, const char *config_path, enum log_level level)
{
    struct cell size[QUERY_SIZE_COLUMNS];
    struct text words = { 0 };
    char stamp[TIME_TEXT_BYTES];
    text_addf(&words, "ebb %s starts: configuration %s, %zu account%s, database %s", EBB_VERSION,
              config_path, a->account_count, a->account_count == 1 ? "" : "s", a->settings->store);
    if (ask_one(a, QUERY_SIZE, size, QUERY_SIZE_COLUMNS)) {
        text_addf(&words, " (%.1f MB", (double)size[QUERY_SIZE_BYTES].integer / 1e6);
        if (size[QUERY_SIZE_RAW_SINCE].kind == CELL_INTEGER)
            text_addf(&words, ", readings since %s)",
                      calendar_format(size[QUERY_SIZE_RAW_SINCE].integer, stamp));
        else
            text_add(&words, span_of(", no readings yet)"));
    }
    log_line(level, "%s", text_z(&words));
    text_done(&words);
}

static const char *time_or(const struct cell *at, const char *none, char stamp[TIME_TEXT_BYTES])
{
    return at->kind == CELL_INTEGER ? calendar_format(at->integer, stamp) : none;
}

static void log_last_run(struct agent *a, enum log_level level)
{
    struct cell run[QUERY_LAST_RUN_COLUMNS];
    char began[TIME_TEXT_BYTES], polled[TIME_TEXT_BYTES];
    if (!ask_one(a, QUERY_LAST_RUN, run, QUERY_LAST_RUN_COLUMNS))
        return;
    if (run[QUERY_LAST_RUN_RUNNING_SINCE].kind == CELL_INTEGER)
        log_line(
            level,
            "the last run, started at %s, did not shut down cleanly (killed, crash or power loss); "
            "last poll stored at %s; no stored data is lost",
            calendar_format(run[QUERY_LAST_RUN_RUNNING_SINCE].integer, began),
            time_or(&run[QUERY_LAST_RUN_LAST_POLL_AT], "no time", polled));
    if (run[QUERY_LAST_RUN_CRITICAL].integer || run[QUERY_LAST_RUN_WARNING].integer
        || run[QUERY_LAST_RUN_INFO].integer)
        log_line(level,
                 "alerts still firing from the last run: %" PRId64 " critical, %" PRId64
                 " warning, %" PRId64 " info; see `ebb alerts`",
                 run[QUERY_LAST_RUN_CRITICAL].integer, run[QUERY_LAST_RUN_WARNING].integer,
                 run[QUERY_LAST_RUN_INFO].integer);
    if (run[QUERY_LAST_RUN_WAITING].integer && a->publisher)
        log_line(level, "messages from the last run waiting for the broker: %" PRId64,
                 run[QUERY_LAST_RUN_WAITING].integer);
}

static void log_reason(enum log_level level, const struct cell *account, const char *what,
                       const struct cell *reason)
{
    if (reason->kind == CELL_TEXT)
        log_line(level, "%.*s: at the end of the last run %s could not be read: %.*s",
                 (int)account->text.len, account->text.at, what, (int)reason->text.len,
                 reason->text.at);
}

static void log_poll(enum log_level level, const struct cell *cells)
{
    log_reason(level, &cells[QUERY_ACCOUNTS_ACCOUNT], "its tokens", &cells[QUERY_ACCOUNTS_REASON]);
}

static void log_money(enum log_level level, const struct cell *cells)
{
    const struct cell *account = &cells[QUERY_CREDITS_ACCOUNT];
    log_reason(level, account, "its credits", &cells[QUERY_CREDITS_CREDITS_REASON]);
    log_reason(level, account, "its usage", &cells[QUERY_CREDITS_USAGE_REASON]);
}

/* Each account and why it could not be read. */
static void log_accounts(struct agent *a, enum log_level level, enum query query,
                         void (*log)(enum log_level level, const struct cell *cells))
{
    enum { CELLS_MAX = QUERY_ACCOUNTS_COLUMNS + QUERY_CREDITS_COLUMNS };
    const struct query_filter all = query_at(clock_unix(), NULL);
    struct cell cells[CELLS_MAX];
    struct query_result *answer;
    struct fault why;
    bool more = true;
    if (!query_open(a->store, query, &all, &answer, &why))
        return;
    size_t count =
        query == QUERY_ACCOUNTS ? (size_t)QUERY_ACCOUNTS_COLUMNS : (size_t)QUERY_CREDITS_COLUMNS;
    while (query_next(answer, cells, count, &more, &why) && more)
        log(level, cells);
    query_close(answer);
}

void agent_begin(struct agent *a, const char *config_path, enum log_level level)
{
    struct fault why;
    log_program(a, config_path, level);
    if (a->web)
        log_line(level, "serving http%s on %s", a->settings->http.cert ? "s" : "",
                 a->settings->http.listen);
    log_last_run(a, level);
    log_accounts(a, level, QUERY_ACCOUNTS, log_poll);
    log_accounts(a, level, QUERY_CREDITS, log_money);
    if (!store_put_running(a->store, clock_unix(), &why))
        log_debug("%s; an unclean shutdown of this run will not be detected", why.text);
    a->begun = true;
}

void startup_end(struct agent *a)
{
    struct fault why;
    if (a->begun && !store_put_running(a->store, TIME_NONE, &why))
        log_debug("%s", why.text);
}
