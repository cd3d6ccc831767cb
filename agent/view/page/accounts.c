/* Each account as a card: how its polls go, what is left on it, and how good its forecasts are;
 * then what Ebb itself is busy with. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/markup.h"
#include "core/schedule.h"
#include "view/account_words.h"
#include "view/accuracy.h"
#include "view/page/figures.h"
#include "view/page/frame.h"
#include "view/standing.h"

struct accounts_page {
    const struct page_source *from;
    struct pulse pulse;
    struct text *out;
    size_t accounts;
};

static void begin_fact(struct text *out, const char *name)
{
    text_addf(out, "<div><dt>%s</dt><dd>", name);
}

static void end_fact(struct text *out)
{
    text_add_z(out, "</dd></div>\n");
}

/* ---- polls ---- */

static void add_outcome(struct text *out, const struct cell *cells, unix_s now)
{
    bool polled = cells[QUERY_ACCOUNTS_AT].kind == CELL_INTEGER,
         ok = polled && span_is(cells[QUERY_ACCOUNTS_RESULT].text, poll_result_name(POLL_OK))
        && !account_is_overdue(cells, now);
    const char *shape = ok ? "check" : polled ? "critical" : "dots";
    text_addf(
        out,
        " <span class=\"badge\"><svg class=\"shape %s\" aria-hidden=\"true\"><use href=\"#%s\"/>"
        "</svg>",
        shape, shape);
    if (!polled)
        text_add_z(out, "not polled yet");
    else if (account_is_overdue(cells, now))
        text_add_z(out, "not polled any more");
    else
        markup_add_html(out, cells[QUERY_ACCOUNTS_RESULT].text);
    text_add_z(out, "</span>");
}

/* "took 0.4 s"; a minute or more as such. */
static void add_took(struct text *out, int64_t ms)
{
    char words[DURATION_TEXT_BYTES];
    if (ms < 60 * 1000)
        snprintf(words, sizeof words, "%.1f s", (double)ms / 1000);
    else
        duration_format(ms / 1000, words);
    text_addf(out, " <span class=\"soft\">took %s</span>", words);
}

static void add_last_poll(struct text *out, const struct cell *cells, unix_s now)
{
    begin_fact(out, "Last poll");
    if (cells[QUERY_ACCOUNTS_AT].kind == CELL_INTEGER)
        figure_ago(out, cells[QUERY_ACCOUNTS_AT].integer, now);
    else
        text_add_z(out, "none yet");
    if (cells[QUERY_ACCOUNTS_TOOK_MS].kind == CELL_INTEGER)
        add_took(out, cells[QUERY_ACCOUNTS_TOOK_MS].integer);
    end_fact(out);
    begin_fact(out, "Last good poll");
    if (cells[QUERY_ACCOUNTS_LAST_OK_AT].kind == CELL_INTEGER)
        figure_ago(out, cells[QUERY_ACCOUNTS_LAST_OK_AT].integer, now);
    else
        text_add_z(out, "none yet");
    end_fact(out);
}

static void add_words(struct text *out, const char *name, const struct text *words)
{
    if (!words->len)
        return;
    begin_fact(out, name);
    markup_add_html(out, (struct span){ text_z(words), words->len });
    end_fact(out);
}

static void add_pace(struct text *out, const struct cell *cells, unix_s now)
{
    struct text next = { 0 }, calls = { 0 }, pace = { 0 }, key = { 0 };
    account_add_next(cells, now, &next);
    account_add_pace(cells, now, &pace);
    account_add_calls(cells, &calls);
    add_words(out, "Next poll", &next);
    add_words(out, "Pace", &pace);
    add_words(out, "API calls in the last hour", &calls);
    account_add_key(cells, now, &key);
    add_words(out, "Ebb\xe2\x80\x99s own key", &key);
    text_done(&key);
    text_done(&next);
    text_done(&calls);
    text_done(&pace);
}

static void add_polls(struct text *out, const struct cell *cells, unix_s now)
{
    const struct cell reason = account_reason(cells, now);
    if (reason.text.len) {
        text_add_z(out, "<p class=\"bad\">");
        markup_add_html(out, reason.text);
        text_add_z(out, "</p>\n");
    }
    text_add_z(out, "<dl class=\"facts-grid\">\n");
    add_last_poll(out, cells, now);
    add_pace(out, cells, now);
    begin_fact(out, "Tokens");
    if (cells[QUERY_ACCOUNTS_TOKENS].kind == CELL_INTEGER)
        figure_count(out, cells[QUERY_ACCOUNTS_TOKENS].integer);
    else
        text_add_z(out, "not known yet");
    end_fact(out);
}

/* ---- credits ---- */

static void add_reason(struct text *out, const struct cell *reason)
{
    if (reason->kind != CELL_TEXT)
        return;
    text_add_z(out, "<br><span class=\"bad\">");
    markup_add_html(out, reason->text);
    text_add_z(out, "</span>");
}

static void add_estimate(struct text *out, const struct cell *cells, unix_s now)
{
    if (cells[CREDITS_SET_AT].kind != CELL_INTEGER)
        return;
    text_add_z(out, " <span class=\"soft\">(estimate: ");
    figure_amount(out, cell_money(&cells[CREDITS_SET]));
    text_add_z(out, " given ");
    figure_ago(out, cells[CREDITS_SET_AT].integer, now);
    text_add_z(out, ", less consumption)</span>");
}

static void add_credits_row(struct text *out, const struct cell *cells, enum state state,
                            unix_s now)
{
    begin_fact(out, "Credits");
    if (state == STATE_NOT_OFFERED)
        text_add_z(out, CREDITS_NOT_OFFERED_REASON);
    else
        figure_amount(out, cell_money(&cells[CREDITS_BALANCE]));
    add_estimate(out, cells, now);
    add_reason(out, &cells[CREDITS_REASON]);
    end_fact(out);
    begin_fact(out, "Credits last");
    if (state_has_times(state) && cells[CREDITS_LIKELY].kind == CELL_INTEGER)
        figure_in(out, cells[CREDITS_LIKELY].integer, now);
    else
        figure_state(out, state);
    end_fact(out);
    begin_fact(out, "Burn of the account");
    figure_rate(out, cell_money(&cells[CREDITS_BURN]));
    end_fact(out);
    begin_fact(out, "Usage endpoint asked");
    if (cells[CREDITS_USAGE_UNTIL].kind == CELL_INTEGER)
        figure_ago(out, cells[CREDITS_USAGE_UNTIL].integer, now);
    else
        text_add_z(out, "never");
    add_reason(out, &cells[CREDITS_USAGE_REASON]);
    end_fact(out);
}

static bool add_credits(struct accounts_page *p, const char *account, struct fault *why)
{
    const struct query_filter scope = query_at(p->from->now, account);
    struct cell cells[CREDITS_COLUMNS];
    struct standing *standing;
    if (!standing_of_credits(p->from->store, &scope, -1, &standing, why))
        return false;
    while (standing_next(standing, cells, CREDITS_COLUMNS))
        add_credits_row(p->out, cells, standing_state(standing), p->from->now);
    standing_end(standing);
    return true;
}

/* ---- forecasts ---- */

static void add_record_row(struct text *out, const struct cell *cells)
{
    const struct accuracy_summary r = record_of(cells);
    if (!accuracy_summary_tells(&r)) {
        text_addf(out, "too early to judge: %" PRId64 " came due", r.scores);
        return;
    }
    text_addf(out, "%.0f %% of %" PRId64 " held, half within a factor of %.2f",
              100.0 * (double)r.within / (double)r.scores, r.scores,
              exp((double)r.median_off_milli / 1000));
    text_add(out, span_of("; "));
    record_add_reaches(&r, out);
}

static bool add_record(struct accounts_page *p, const char *account, struct fault *why)
{
    const struct query_filter scope = query_at(p->from->now, account);
    struct cell cells[QUERY_RECORD_COLUMNS];
    struct query_result *a;
    bool row;
    if (!query_open(p->from->store, QUERY_RECORD, &scope, &a, why))
        return false;
    bool ok = query_next(a, cells, QUERY_RECORD_COLUMNS, &row, why);
    if (ok) {
        begin_fact(p->out, "Forecasts");
        if (row)
            add_record_row(p->out, cells);
        else
            text_add_z(p->out, "too early to judge: none came due");
        end_fact(p->out);
    }
    query_close(a);
    return ok;
}

static bool add_account(struct accounts_page *p, const struct cell *cells, struct fault *why)
{
    struct text name = { 0 };
    text_add(&name, cells[QUERY_ACCOUNTS_ACCOUNT].text);
    text_add_z(p->out, "<section class=\"account\"><h2>");
    markup_add_html(p->out, span_of(text_z(&name)));
    add_outcome(p->out, cells, p->from->now);
    text_add_z(p->out, "</h2>\n");
    add_polls(p->out, cells, p->from->now);
    bool ok = add_credits(p, text_z(&name), why) && add_record(p, text_z(&name), why);
    text_add_z(p->out, "</dl><p class=\"links\"><a href=\"/?account=");
    text_add_percent(p->out, span_of(text_z(&name)));
    text_add_z(p->out, "\">Its tokens</a> <a href=\"/spend?account=");
    text_add_percent(p->out, span_of(text_z(&name)));
    text_add_z(p->out, "\">What it spends</a></p></section>\n");
    text_done(&name);
    return ok;
}

static bool add_accounts(struct accounts_page *p, struct fault *why)
{
    const struct query_filter all = query_at(p->from->now, NULL);
    struct cell cells[QUERY_ACCOUNTS_COLUMNS];
    struct query_result *a;
    bool more = true, ok = true;
    if (!query_open(p->from->store, QUERY_ACCOUNTS, &all, &a, why))
        return false;
    while (ok && (ok = query_next(a, cells, QUERY_ACCOUNTS_COLUMNS, &more, why)) && more) {
        ok = add_account(p, cells, why);
        p->accounts++;
    }
    query_close(a);
    return ok;
}

/* ---- Ebb itself ---- */

static void add_broker(struct text *out, const struct cell *cells, unix_s now)
{
    if (cells[QUERY_BROKER_ADDRESS].kind != CELL_TEXT)
        return;
    begin_fact(out, "MQTT broker");
    markup_add_html(out, cells[QUERY_BROKER_ADDRESS].text);
    text_add_z(out, ": ");
    markup_add_html(out, cells[QUERY_BROKER_STATE].text);
    add_reason(out, &cells[QUERY_BROKER_REASON]);
    end_fact(out);
    begin_fact(out, "Events that wait for it");
    figure_count(out, cells[QUERY_BROKER_EVENTS].integer);
    if (cells[QUERY_BROKER_OLDEST_AT].kind == CELL_INTEGER) {
        text_add_z(out, ", the oldest from ");
        figure_ago(out, cells[QUERY_BROKER_OLDEST_AT].integer, now);
    }
    end_fact(out);
}

static void add_since(struct text *out, const char *name, const struct cell *at, unix_s now)
{
    if (at->kind != CELL_INTEGER)
        return;
    begin_fact(out, name);
    figure_time(out, at->integer, now);
    end_fact(out);
}

static void add_size(struct text *out, const struct cell *cells, unix_s now)
{
    begin_fact(out, "Database");
    text_addf(out, "%.1f MB", (double)cells[QUERY_SIZE_BYTES].integer / 1e6);
    end_fact(out);
    add_since(out, "Readings since", &cells[QUERY_SIZE_RAW_SINCE], now);
    add_since(out, "Hourly totals since", &cells[QUERY_SIZE_HOURLY_SINCE], now);
    add_since(out, "Daily totals since", &cells[QUERY_SIZE_DAILY_SINCE], now);
}

static bool add_one(struct accounts_page *p, enum query query, size_t columns,
                    void (*show)(struct text *out, const struct cell *cells, unix_s now),
                    struct fault *why)
{
    const struct query_filter all = query_at(p->from->now, NULL);
    struct cell cells[QUERY_BROKER_COLUMNS];
    struct query_result *a;
    bool row;
    if (!query_open(p->from->store, query, &all, &a, why))
        return false;
    bool ok = query_next(a, cells, columns, &row, why);
    if (ok && row)
        show(p->out, cells, p->from->now);
    query_close(a);
    return ok;
}
_Static_assert((int)QUERY_SIZE_COLUMNS <= (int)QUERY_BROKER_COLUMNS, "an answer has no room");

static bool add_agent(struct accounts_page *p, struct fault *why)
{
    text_add_z(p->out, "<section class=\"account\"><h2>Ebb</h2>\n<dl class=\"facts-grid\">\n");
    bool ok = add_one(p, QUERY_BROKER, QUERY_BROKER_COLUMNS, add_broker, why)
        && add_one(p, QUERY_SIZE, QUERY_SIZE_COLUMNS, add_size, why);
    text_add_z(p->out, "</dl></section>\n");
    return ok;
}

bool page_accounts(const struct page_source *from, struct writer *w, struct fault *why)
{
    struct accounts_page p = { .from = from, .out = &w->text };
    bool ok = pulse_load(from, &p.pulse, why);
    if (ok) {
        const struct page_frame frame = {
            .place = AT_ACCOUNTS, .title = span_of("Accounts"), .pulse = &p.pulse, .now = from->now
        };
        page_begin(p.out, &frame);
        text_add_z(p.out, "<h1 class=\"unseen\">Accounts</h1>\n<div id=\"accounts\" data-part>\n");
        ok = add_accounts(&p, why);
        if (!p.accounts)
            text_add_z(p.out,
                       "<section class=\"empty\"><h1>No poll yet</h1><p>Accounts appear here when "
                       "<code>ebb run</code> has polled them for the first time.</p></section>\n");
        ok = ok && add_agent(&p, why);
        text_add_z(p.out, "</div>\n");
        page_end(p.out);
    }
    pulse_done(&p.pulse);
    return ok;
}
