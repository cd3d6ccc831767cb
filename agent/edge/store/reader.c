/* Questions and their answers: a statement stepped at the pace of the reader.
 *
 * Each answer owns its statement, so several may be open at once; when it is closed, the store
 * keeps it for the next time. A slow reader holds back the checkpoint of the WAL, never the writer.
 */
#include "edge/store/reader.h"

#include <assert.h>
#include <stdlib.h>

#include "base/xmalloc.h"
#include "edge/store/store_private.h"
#include "sql.h"

static const char *const texts[] = {
    [QUERY_STATUS] = sql_query_status,
    [QUERY_OPEN_POLLS] = sql_query_open_polls,
    [QUERY_READINGS] = sql_query_readings,
    [QUERY_LEVELS] = sql_query_levels,
    [QUERY_SPARKS] = sql_query_sparks,
    [QUERY_ACCOUNTS] = sql_query_accounts,
    [QUERY_CREDITS] = sql_query_credits,
    [QUERY_RECONCILE] = sql_query_reconcile,
    [QUERY_HISTORY] = sql_query_history,
    [QUERY_TOKEN_HOURS] = sql_query_token_hours,
    [QUERY_TOKEN_DAYS] = sql_query_token_days,
    [QUERY_KNOWN] = sql_query_known,
    [QUERY_REPORT_TOKENS] = sql_query_report_tokens,
    [QUERY_REPORT_HOURS] = sql_query_report_hours,
    [QUERY_REPORT_DAYS] = sql_query_report_days,
    [QUERY_REPORT_OPEN] = sql_query_report_open,
    [QUERY_REPORT_USAGE] = sql_query_report_usage,
    [QUERY_REPORT_PROVIDERS] = sql_query_report_providers,
    [QUERY_REPORT_GAPS] = sql_query_report_gaps,
    [QUERY_REPORT_UNREAD] = sql_query_report_unread,
    [QUERY_REPORT_AFTER] = sql_query_report_after,
    [QUERY_ALERTS] = sql_query_alerts,
    [QUERY_RECORD] = sql_query_record,
    [QUERY_FORECASTS] = sql_query_forecasts,
    [QUERY_SUBJECT] = sql_query_subject,
    [QUERY_SLUG] = sql_query_slug,
    [QUERY_NAMED] = sql_query_named,
    [QUERY_IDENTITIES] = sql_query_identities,
    [QUERY_EVENTS] = sql_query_events,
    [QUERY_EVENT_SPAN] = sql_query_event_span,
    [QUERY_IDLE] = sql_query_idle,
    [QUERY_AUDIT] = sql_query_audit,
    [QUERY_SIZE] = sql_query_size,
    [QUERY_READY] = sql_query_ready,
    [QUERY_LAST_RUN] = sql_query_last_run,
    [QUERY_BROKER] = sql_query_broker,
    [QUERY_PULSE] = sql_query_pulse,
    [QUERY_ALERTED] = sql_query_alerted,
    [QUERY_FIRING] = sql_query_firing,
    [QUERY_USAGE_TOLD] = sql_query_usage_told,
    [QUERY_USAGE_TOTALS] = sql_query_usage_totals,
    [QUERY_VOLUME] = sql_query_volume,
};
_Static_assert(COUNT(texts) == QUERIES, "a question has no file");

struct query_result {
    struct store *store;
    enum query query;
    struct statement *statement;
};

/* One that was asked before is ready: to prepare a long one takes half a millisecond. */
static bool take_statement(struct store *s, enum query query, struct statement **ret,
                           struct fault *why)
{
    *ret = s->idle[query];
    s->idle[query] = NULL;
    return *ret || sqlite_prepare(store_sqlite(s), texts[query], ret, why);
}

static void bind_stamp(struct statement *q, const char *parameter, unix_s at)
{
    if (at != TIME_NONE)
        statement_bind_integer(q, parameter, at);
}

static void bind_count(struct statement *q, const char *parameter, int64_t number)
{
    if (number)
        statement_bind_integer(q, parameter, number);
}

static void bind_name(struct statement *q, const char *parameter, const char *name)
{
    if (name)
        statement_bind_text(q, parameter, span_of(name));
}

bool query_open(struct store *s, enum query query, const struct query_filter *scope,
                struct query_result **ret, struct fault *why)
{
    struct statement *q;
    if (!take_statement(s, query, &q, why))
        return false;
    bind_stamp(q, ":now", scope->now);
    bind_stamp(q, ":since", scope->since);
    bind_stamp(q, ":until", scope->until);
    bind_count(q, ":after", scope->after);
    bind_count(q, ":upto", scope->upto);
    bind_count(q, ":most", scope->most);
    bind_count(q, ":poll", scope->poll);
    bind_name(q, ":token", scope->token);
    bind_name(q, ":account", scope->account);
    bind_name(q, ":ids", scope->ids);

    struct query_result *a = xmalloc(sizeof *a);
    *a = (struct query_result){ s, query, q };
    *ret = a;
    return true;
}

static struct cell read_cell(const struct statement *q, int column)
{
    struct cell cell = { .kind = CELL_NONE };
    switch (statement_read(q, column, &cell.integer, &cell.text)) {
    case HOLDS_NOTHING:
        break;
    case HOLDS_INTEGER:
        cell.kind = CELL_INTEGER;
        break;
    case HOLDS_TEXT:
        cell.kind = CELL_TEXT;
        break;
    }
    return cell;
}

bool query_next(struct query_result *a, struct cell *cells, size_t count, bool *ret_more,
                struct fault *why)
{
    assert(count <= (size_t)statement_columns(a->statement));
    if (!statement_step(a->statement, ret_more, why))
        return false;
    for (size_t i = 0; *ret_more && i < count; i++)
        cells[i] = read_cell(a->statement, (int)i);
    return true;
}

void query_close(struct query_result *a)
{
    if (!a)
        return;
    struct statement **idle = &a->store->idle[a->query];
    statement_reset(a->statement);
    statement_free(*idle);
    *idle = a->statement;
    free(a);
}

bool query_each(struct store *s, enum query query, const struct query_filter *scope, size_t count,
                void (*take)(void *to, const struct cell *row), void *to, struct fault *why)
{
    struct cell row[QUERY_CELLS_MAX];
    struct query_result *a;
    bool more = true, ok = true;
    assert(count <= COUNT(row));
    if (!query_open(s, query, scope, &a, why))
        return false;
    while (ok && (ok = query_next(a, row, count, &more, why)) && more)
        take(to, row);
    query_close(a);
    return ok;
}

bool query_moment_begin(struct store *s, struct fault *why)
{
    if (s->moments == 0 && !sqlite_run(store_sqlite(s), "BEGIN", why))
        return false;
    s->moments++;
    return true;
}

/* A transaction that has only read has nothing to lose; statements that are open go on. */
void query_moment_end(struct store *s)
{
    struct fault none;
    if (--s->moments == 0 && sqlite_in_transaction(store_sqlite(s)))
        (void)!sqlite_run(store_sqlite(s), "COMMIT", &none);
}
