/* `ebb report`: what was spent, by whatever is asked about, in whatever stretches of time. */
#include <stdio.h>

#include "base/clock.h"
#include "cli/ask.h"
#include "cli/whole_file.h"
#include "core/naming.h"
#include "view/accuracy.h"
#include "view/report/report.h"

enum {
    OPT_BY,
    OPT_PER,
    OPT_SINCE,
    OPT_UNTIL,
    OPT_MONTH,
    OPT_TOKEN,
    OPT_ENVIRONMENT,
    OPT_ACCOUNT,
    OPT_SOURCE,
    OPT_HTML,
    OPT_RECONCILE,
    OPT_FORECASTS,
    OPT_FORMAT,
    OPT_JSON,
    OPTS,
};

static const struct option_row options[] = {
    [OPT_BY] = { .name = "by",
                 .type = OPTION_CHOICE,
                 .value = REPORT_BY_NAMES,
                 .preset = "token",
                 .help = "grouping; provider and feature come from the usage endpoint" },
    [OPT_PER] = { .name = "per",
                  .type = OPTION_CHOICE,
                  .value = PERIOD_LENGTHS,
                  .preset = "total",
                  .help = "one line per period (UTC; weeks start on Monday)" },
    [OPT_SINCE] = { .name = "since",
                    .type = OPTION_TIME,
                    .value = "TIME",
                    .preset = "30d",
                    .help = "start of the period, rounded down to the hour, or how long ago" },
    [OPT_UNTIL] = { .name = "until",
                    .type = OPTION_TIME,
                    .value = "TIME",
                    .help = "end of the period, rounded up to the hour" },
    [OPT_MONTH] = { .name = "month",
                    .type = OPTION_TEXT,
                    .value = "YYYY-MM",
                    .help = "one month (UTC)" },
    [OPT_TOKEN] = { .name = "token",
                    .type = OPTION_TEXT,
                    .value = "GLOB",
                    .help = "only tokens whose name matches, such as 'prod-*'" },
    [OPT_ENVIRONMENT] = { .name = "environment",
                          .type = OPTION_TEXT,
                          .value = "NAME",
                          .help = "only tokens of this environment (first part of the name)" },
    [OPT_ACCOUNT] = OPTION_ROW_ACCOUNT,
    [OPT_SOURCE] = { .name = "source",
                     .type = OPTION_CHOICE,
                     .value = REPORT_CHOICES,
                     .preset = "auto",
                     .help = "auto: the usage endpoint for days queried after they ended, else "
                             "balances" },
    [OPT_HTML] = { .name = "html",
                   .type = OPTION_TEXT,
                   .value = "FILE",
                   .help = "write one self-contained HTML page with charts; - is stdout" },
    [OPT_RECONCILE] = { .name = "reconcile",
                        .type = OPTION_FLAG,
                        .help =
                            "compare balances with the usage endpoint instead, by token and day" },
    [OPT_FORECASTS] = { .name = "forecasts",
                        .type = OPTION_FLAG,
                        .help = "show forecast accuracy instead" },
    [OPT_FORMAT] = OPTION_ROW_FORMAT,
    [OPT_JSON] = OPTION_ROW_AS_JSON,
};
_Static_assert(COUNT(options) == OPTS, "an option has no row");

static bool choose_month(const struct option_value *given, struct period *ret, struct fault *why)
{
    if (given[OPT_SINCE].given || given[OPT_UNTIL].given)
        return fault(why, FAULT_REJECT, "--month cannot be combined with --since or --until");
    return period_parse_month(span_of(given[OPT_MONTH].text), ret, why)
        || fault_within(why, "--month");
}

/* From the hour of one time to before the hour of another, or up to now; all figures of a report,
 * in every format and by every dimension, are of this one time. */
static bool choose_stretch(const struct option_value *given, struct report_query *q,
                           struct fault *why)
{
    struct period p = { given[OPT_SINCE].number,
                        given[OPT_UNTIL].text ? given[OPT_UNTIL].number : q->now + 1 };
    bool is_month = given[OPT_MONTH].text != NULL;
    if (is_month && !choose_month(given, &p, why))
        return false;
    p.since = period_start(PER_HOUR, p.since);
    if (p.since > q->now)
        return fault(why, FAULT_REJECT, "this period has not started yet");
    if (p.until <= p.since)
        return fault(why, FAULT_REJECT, "--until is not after --since");
    p.until = period_start(PER_HOUR, p.until + HOUR_S - 1);
    if (p.until > q->now)
        p.until = q->now + 1;
    q->before = period_before(&p, is_month);
    q->during = p;
    return true;
}

static bool check_specs(const struct option_value *given, const struct report_query *q,
                        struct fault *why)
{
    bool is_by_word = report_by_is_word(q->by);
    if (q->per == PER_HOUR && (is_by_word || q->choice == REPORT_ENDPOINT))
        return fault(why, FAULT_REJECT,
                     "the usage endpoint reports days, not hours: use --per day");
    if (given[OPT_RECONCILE].given && given[OPT_HTML].given)
        return fault(why, FAULT_REJECT, "--reconcile cannot be combined with --html");
    if (given[OPT_FORECASTS].given && (given[OPT_RECONCILE].given || given[OPT_HTML].given))
        return fault(why, FAULT_REJECT,
                     "--forecasts cannot be combined with --reconcile or --html");
    if (given[OPT_FORECASTS].given && (q->token || q->environment))
        return fault(why, FAULT_REJECT,
                     "forecasts are scored by account: drop --token and --environment, or "
                     "use `ebb forecast TOKEN`");
    if (given[OPT_HTML].given && (given[OPT_FORMAT].given || given[OPT_JSON].given))
        return fault(why, FAULT_REJECT, "--html cannot be combined with --format or --json");
    if (is_by_word && q->choice == REPORT_BALANCE)
        return fault(why, FAULT_REJECT, "balances cannot be grouped by %s: drop --source",
                     report_by_name(q->by));
    return true;
}

/* The page is there as a whole, or nothing of it. */
static bool print_html(const struct context *c, const struct report_query *q, struct fault *why)
{
    const char *path = c->options[OPT_HTML].text;
    struct writer page;
    writer_init(&page, NULL, NULL);
    bool ok = report_html(c->store, q, &page, why);
    struct span bytes = { text_z(&page.text), page.text.len };
    if (ok && strcmp(path, "-") == 0)
        text_add(&c->out->text, bytes);
    else if (ok)
        ok = whole_file_write(path, bytes, why);
    writer_done(&page);
    return ok;
}

/* For people, and on stderr, so that programs read nothing but rows: these have the same in
 * columns. */
static void print_notes(const struct report_query *q, const struct loaded_report *l,
                        struct writer *out)
{
    struct text notes = { 0 };
    report_notes(q, l, &notes);
    if (writer_is_for_people(out) && notes.len)
        writer_addf(out, "\n%s", text_z(&notes));
    else
        fputs(text_z(&notes), stderr);
    text_done(&notes);
}

static bool print_forecasts(const struct context *c, const struct report_query *q,
                            struct fault *why)
{
    const struct query_filter scope = report_scope(q);
    size_t rows;
    if (!record_table(c->store, &scope, c->out, &rows, why))
        return false;
    if (rows == 0 && writer_is_for_people(c->out))
        fputs("No forecasts came due in this period.\n", stderr);
    return true;
}

static bool print_table(const struct context *c, const struct report_query *q, struct fault *why)
{
    struct loaded_report l;
    bool ok = report_load(c->store, q, &l, why);
    if (ok) {
        report_table(q, &l, c->out);
        if (l.report.row_count == 0 && writer_is_for_people(c->out))
            fputs("No spend, top-ups or resets in this period.\n", stderr);
        print_notes(q, &l, c->out);
    }
    report_unload(&l);
    return ok;
}

static bool print_reconcile(const struct context *c, const struct report_query *q,
                            struct fault *why)
{
    struct days_compared seen;
    if (!report_reconcile(c->store, q, c->out, &seen, why))
        return false;
    if (c->out->format == FORMAT_TEXT && seen.rows == 0)
        fputs(
            "No days to compare: that requires a token with a budget and a full day of readings.\n",
            stderr);
    else if (c->out->format == FORMAT_TEXT)
        writer_addf(c->out, "\n%zu of %zu beyond tolerance.\n", seen.drifts, seen.rows);
    return true;
}

static bool is_in(struct span name, const char *environment)
{
    struct span found = naming_environment(name);
    return span_is(found.len ? found : span_of("(none)"), environment);
}

/* Whether --token and --environment leave anybody: nothing spent and nobody meant are two answers.
 */
static bool find_any(struct store *s, const struct report_query *q, bool *ret, struct fault *why)
{
    const struct query_filter scope = report_scope(q);
    struct cell cells[QUERY_REPORT_TOKENS_COLUMNS];
    struct query_result *a;
    bool more = true, ok = true, found = !q->token && !q->environment;
    if (found || !query_open(s, QUERY_REPORT_TOKENS, &scope, &a, why)) {
        *ret = found;
        return found;
    }
    while (ok && more && !found) {
        ok = query_next(a, cells, QUERY_REPORT_TOKENS_COLUMNS, &more, why);
        found = ok && more
            && (!q->token || naming_matches(q->token, cells[QUERY_REPORT_TOKENS_TOKEN].text))
            && (!q->environment || is_in(cells[QUERY_REPORT_TOKENS_TOKEN].text, q->environment));
    }
    query_close(a);
    *ret = found;
    return ok;
}

static enum exit_status report_run(const struct context *c)
{
    const struct option_value *given = c->options;
    struct report_query q = {
        .by = (enum report_by)given[OPT_BY].number,
        .per = (enum period_length)given[OPT_PER].number,
        .choice = (enum report_choice)given[OPT_SOURCE].number,
        .token = given[OPT_TOKEN].text,
        .account = given[OPT_ACCOUNT].text,
        .environment = given[OPT_ENVIRONMENT].text,
        .now = clock_unix(),
    };
    struct fault why;
    if (!choose_stretch(given, &q, &why) || !check_specs(given, &q, &why))
        return complain(EXIT_USAGE, "report: %s", why.text);
    bool any;
    if (!ask_account(c->store, q.account, &why) || !find_any(c->store, &q, &any, &why))
        return ask_failed(&why);
    ask_format(c, OPT_FORMAT, OPT_JSON);
    if (!any && c->out->format == FORMAT_JSON)
        writer_add(c->out, "[]\n");
    if (!any)
        return complain(EXIT_UNKNOWN, "report: no token matches");
    bool ok = given[OPT_RECONCILE].given ? print_reconcile(c, &q, &why)
        : given[OPT_FORECASTS].given     ? print_forecasts(c, &q, &why)
        : given[OPT_HTML].text           ? print_html(c, &q, &why)
                                         : print_table(c, &q, &why);
    return ok ? EXIT_OK : ask_failed(&why);
}

const struct command cmd_report = {
    .name = "report",
    .arguments = "",
    .help = "spend by token, environment, provider and more: table or HTML page",
    .example = "ebb report --by environment --month 2026-10 --html october.html",
    .needs = NEEDS_SETTINGS | NEEDS_STORE,
    .options = options,
    .option_count = COUNT(options),
    .run = report_run,
};
