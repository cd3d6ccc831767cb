/* Questions and their answers: a statement stepped at the pace of the reader.
 *
 * Each answer owns its statement, so several may be open at once. A slow reader holds back the checkpoint of the WAL,
 * never the writer. */
#include "edge/archive.h"

#include <assert.h>
#include <stdlib.h>

#include "base/xmalloc.h"
#include "edge/store/store_private.h"
#include "sql.h"

static const char *const texts[] = {
    [QUESTION_STATUS] = sql_question_status,
    [QUESTION_SPARKS] = sql_question_sparks,
    [QUESTION_ACCOUNTS] = sql_question_accounts,
    [QUESTION_CREDITS] = sql_question_credits,
    [QUESTION_RECONCILE] = sql_question_reconcile,
    [QUESTION_HISTORY] = sql_question_history,
    [QUESTION_REPORT_TOKENS] = sql_question_report_tokens,
    [QUESTION_REPORT_HOURS] = sql_question_report_hours,
    [QUESTION_REPORT_DAYS] = sql_question_report_days,
    [QUESTION_REPORT_USAGE] = sql_question_report_usage,
    [QUESTION_REPORT_PROVIDERS] = sql_question_report_providers,
    [QUESTION_REPORT_GAPS] = sql_question_report_gaps,
    [QUESTION_REPORT_UNREAD] = sql_question_report_unread,
    [QUESTION_REPORT_AFTER] = sql_question_report_after,
    [QUESTION_ALERTS] = sql_question_alerts,
    [QUESTION_RECORD] = sql_question_record,
    [QUESTION_FORECASTS] = sql_question_forecasts,
    [QUESTION_SUBJECT] = sql_question_subject,
    [QUESTION_EVENTS] = sql_question_events,
    [QUESTION_IDLE] = sql_question_idle,
    [QUESTION_AUDIT] = sql_question_audit,
    [QUESTION_SIZE] = sql_question_size,
    [QUESTION_LAST_RUN] = sql_question_last_run,
    [QUESTION_BROKER] = sql_question_broker,
};
_Static_assert(COUNT(texts) == QUESTIONS, "a question has no file");

struct answer {
    struct statement *statement;
};

static void bind_stamp(struct statement *q, const char *parameter, unix_s at)
{
    if (at != TIME_NONE)
        statement_bind_integer(q, parameter, at);
}

static void bind_name(struct statement *q, const char *parameter, const char *name)
{
    if (name)
        statement_bind_text(q, parameter, span_of(name));
}

bool archive_ask(struct store *s, enum question question, const struct scope *scope, struct answer **ret,
                 struct fault *why)
{
    struct statement *q;
    if (!sqlite_prepare(store_sqlite(s), texts[question], &q, why))
        return false;
    bind_stamp(q, ":now", scope->now);
    bind_stamp(q, ":since", scope->since);
    bind_stamp(q, ":until", scope->until);
    bind_name(q, ":token", scope->token);
    bind_name(q, ":account", scope->account);

    struct answer *a = xmalloc(sizeof *a);
    *a = (struct answer){ q };
    *ret = a;
    return true;
}

static struct cell read_cell(const struct statement *q, int column)
{
    if (statement_is_null(q, column))
        return (struct cell){ .kind = CELL_NONE };
    if (statement_is_text(q, column))
        return (struct cell){ .kind = CELL_TEXT, .text = statement_text(q, column) };
    return cell_integer(statement_integer(q, column));
}

bool archive_next(struct answer *a, struct cell *cells, size_t count, bool *ret_more, struct fault *why)
{
    assert(count <= (size_t)statement_columns(a->statement));
    if (!statement_step(a->statement, ret_more, why))
        return false;
    for (size_t i = 0; *ret_more && i < count; i++)
        cells[i] = read_cell(a->statement, (int)i);
    return true;
}

void archive_end(struct answer *a)
{
    if (!a)
        return;
    statement_free(a->statement);
    free(a);
}
