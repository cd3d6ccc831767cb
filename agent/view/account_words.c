/* The words of a poll: what went wrong is told in those of the API. */
#include "view/account_words.h"

#include "core/own_key.h"
#include "core/schedule.h"

bool account_is_overdue(const struct cell *cells, unix_s now)
{
    int64_t planned = cells[QUERY_ACCOUNTS_NEXT_POLL_AT].kind == CELL_INTEGER
        ? cells[QUERY_ACCOUNTS_NEXT_POLL_AT].integer
        : time_after(cells[QUERY_ACCOUNTS_AT].integer, cells[QUERY_ACCOUNTS_INTERVAL_S].integer);
    return cells[QUERY_ACCOUNTS_AT].kind != CELL_INTEGER
        || schedule_is_overdue(planned, cells[QUERY_ACCOUNTS_INTERVAL_S].integer, now);
}

static struct own_key key_of(const struct cell *cells)
{
    struct own_key k = { .asked_at = cell_time(&cells[QUERY_ACCOUNTS_KEY_ASKED_AT]),
                         .described = cells[QUERY_ACCOUNTS_KEY_SCOPES].kind == CELL_TEXT,
                         .ends_at = cell_time(&cells[QUERY_ACCOUNTS_KEY_ENDS_AT]) };
    cell_copy(&cells[QUERY_ACCOUNTS_KEY_SCOPES], k.scopes, sizeof k.scopes);
    cell_copy(&cells[QUERY_ACCOUNTS_KEY_REASON], k.reason, sizeof k.reason);
    return k;
}

void account_add_key(const struct cell *cells, unix_s now, struct text *out)
{
    const struct own_key k = key_of(cells);
    if (k.asked_at != TIME_NONE)
        own_key_add(&k, now, out);
}

void account_add_key_warning(const struct cell *cells, unix_s now, struct text *out)
{
    const struct own_key k = key_of(cells);
    own_key_add_warning(&k, now, out);
}

/* A poll that went well is no comfort when none followed it. */
struct cell account_reason(const struct cell *cells, unix_s now)
{
    if (cells[QUERY_ACCOUNTS_REASON].kind == CELL_TEXT)
        return cells[QUERY_ACCOUNTS_REASON];
    return cell_text(account_is_overdue(cells, now) ? "no poll since then: is `ebb run` running?"
                                                    : "");
}

void account_add_next(const struct cell *cells, unix_s now, struct text *out)
{
    char wait[DURATION_TEXT_BYTES];
    const struct cell *next = &cells[QUERY_ACCOUNTS_NEXT_POLL_AT];
    if (next->kind != CELL_INTEGER)
        return;
    if (next->integer <= now)
        text_add(out, span_of("due"));
    else
        text_addf(out, "in %s", duration_format(seconds_between(now, next->integer), wait));
}

void account_add_calls(const struct cell *cells, struct text *out)
{
    text_addf(out, "%lld", (long long)cells[QUERY_ACCOUNTS_CALLS].integer);
    if (cells[QUERY_ACCOUNTS_CALLS_MAX].kind == CELL_INTEGER)
        text_addf(out, " of %lld", (long long)cells[QUERY_ACCOUNTS_CALLS_MAX].integer);
}

static void add_about_token(const struct cell *cells, struct text *out)
{
    const struct cell *token = &cells[QUERY_ACCOUNTS_RHYTHM_TOKEN];
    if (token->kind != CELL_TEXT)
        text_add(out, span_of("a token"));
    else
        text_add(out, token->text.len ? token->text : span_of("the account"));
}

static bool paced_by(const struct cell *cells, enum rhythm pace)
{
    return span_is(cells[QUERY_ACCOUNTS_RHYTHM].text, pace_name(pace));
}

void account_add_pace(const struct cell *cells, unix_s now, struct text *out)
{
    char wait[DURATION_TEXT_BYTES], about[DURATION_TEXT_BYTES];
    unix_s at = cells[QUERY_ACCOUNTS_RHYTHM_AT].integer;
    if (cells[QUERY_ACCOUNTS_RHYTHM].kind != CELL_TEXT)
        return;
    duration_format(cells[QUERY_ACCOUNTS_RHYTHM_WAIT_S].integer, wait);
    if (paced_by(cells, PACE_CONFIRM)) {
        text_add(out, span_of("at once: confirming "));
        add_about_token(cells, out);
        return;
    }
    text_addf(out, "%s %s", paced_by(cells, PACE_RETRY) ? "retrying after" : "every", wait);
    if (paced_by(cells, PACE_RUNWAY)) {
        text_add(out, span_of(": "));
        add_about_token(cells, out);
        text_addf(out, " may run out in %s", duration_format(seconds_between(now, at), about));
    } else if (paced_by(cells, PACE_JUMP)) {
        text_add(out, span_of(": "));
        add_about_token(cells, out);
        text_add(out, span_of(" burns much faster than before"));
    } else if (paced_by(cells, PACE_IDLE)) {
        text_addf(out, ": idle for %s", duration_format(seconds_between(at, now), about));
    }
}
