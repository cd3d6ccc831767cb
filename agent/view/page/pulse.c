/* An account is failing once its last poll did not end well, or none followed it: its tokens may be
 * empty by now, whatever the page below says. */
#include "view/page/pulse.h"

#include "base/markup.h"
#include "core/schedule.h"
#include "view/account_words.h"
#include "view/page/figures.h"

static bool is_ok(const struct cell *cells)
{
    return span_is(cells[QUERY_ACCOUNTS_RESULT].text, poll_result_name(POLL_OK));
}

static void say_failing(struct pulse *p, const struct cell *cells, unix_s now)
{
    const struct cell reason = account_reason(cells, now);
    if (p->failing++ >= PULSE_ACCOUNTS_MAX)
        return;
    text_add(&p->said, span_of("<li><a href=\"/accounts\"><b>"));
    markup_add_html(&p->said, cells[QUERY_ACCOUNTS_ACCOUNT].text);
    text_add(&p->said, span_of("</b></a> "));
    if (cells[QUERY_ACCOUNTS_LAST_OK_AT].kind == CELL_INTEGER) {
        text_add(&p->said, span_of("was read last "));
        figure_ago(&p->said, cells[QUERY_ACCOUNTS_LAST_OK_AT].integer, now);
    } else {
        text_add(&p->said, span_of("was never read"));
    }
    text_add(&p->said, span_of(": "));
    markup_add_html(&p->said, reason.text);
    text_add(&p->said, span_of("</li>\n"));
}

static void take_account(struct pulse *p, const struct cell *cells, unix_s now)
{
    unix_s read_at = cell_time(&cells[QUERY_ACCOUNTS_LAST_OK_AT]),
           next = cell_time(&cells[QUERY_ACCOUNTS_NEXT_POLL_AT]);
    if (p->accounts++ == 0 || read_at < p->read_at)
        p->read_at = read_at;
    if (next != TIME_NONE && (p->next_at == TIME_NONE || next < p->next_at))
        p->next_at = next;
    if (cells[QUERY_ACCOUNTS_TOKENS].kind == CELL_INTEGER)
        p->tokens += (size_t)cells[QUERY_ACCOUNTS_TOKENS].integer;
    bool polled = cells[QUERY_ACCOUNTS_AT].kind == CELL_INTEGER;
    if (polled && (!is_ok(cells) || account_is_overdue(cells, now)))
        say_failing(p, cells, now);
}

static void take_level(struct pulse *p, const struct cell *cells, unix_s now)
{
    int64_t level = cells[QUERY_PULSE_URGENCY].integer;
    (void)now;
    if (level > LEVEL_NONE && level < LEVELS)
        p->firing[level] = (size_t)cells[QUERY_PULSE_ALERTS].integer;
}

static bool each(const struct page_source *from, enum query query, size_t columns,
                 void (*take)(struct pulse *p, const struct cell *cells, unix_s now),
                 struct pulse *p, struct fault *why)
{
    const struct query_filter scope = query_at(from->now, NULL);
    struct cell cells[QUERY_ACCOUNTS_COLUMNS];
    struct query_result *a;
    bool more = true, ok = true;
    if (!query_open(from->store, query, &scope, &a, why))
        return false;
    while (ok && (ok = query_next(a, cells, columns, &more, why)) && more)
        take(p, cells, from->now);
    query_close(a);
    return ok;
}

bool pulse_load(const struct page_source *from, struct pulse *ret, struct fault *why)
{
    *ret = (struct pulse){ .read_at = TIME_NONE, .next_at = TIME_NONE };
    return each(from, QUERY_ACCOUNTS, QUERY_ACCOUNTS_COLUMNS, take_account, ret, why)
        && each(from, QUERY_PULSE, QUERY_PULSE_COLUMNS, take_level, ret, why);
}

void pulse_done(struct pulse *p)
{
    text_done(&p->said);
}

size_t pulse_firing(const struct pulse *p)
{
    return p->firing[LEVEL_INFO] + p->firing[LEVEL_WARNING] + p->firing[LEVEL_CRITICAL];
}
