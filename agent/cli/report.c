/* `ebb report`: what was spent, by whatever is asked about, in whatever stretches of time. */
#include <stdio.h>

#include "base/clock.h"
#include "cli/ask.h"
#include "cli/whole_file.h"
#include "view/accuracy.h"
#include "view/report/question.h"

enum {
    OPT_HTML = REPORT_OPTIONS,
    OPT_RECONCILE,
    OPT_FORECASTS,
    OPT_FORMAT,
    OPT_JSON,
    OPTS,
};

static const struct option_row options[] = {
    REPORT_OPTION_ROWS,
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

static bool check_specs(const struct option_value *given, const struct report_query *q,
                        struct fault *why)
{
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

static enum exit_status report_run(const struct context *c)
{
    const struct option_value *given = c->options;
    const struct option_reading how = { .lead = "--", .now = clock_unix() };
    struct report_query q;
    struct fault why;
    if (!report_question(given, &how, &q, &why) || !check_specs(given, &q, &why))
        return complain(EXIT_USAGE, "report: %s", why.text);
    bool any;
    if (!ask_account(c->store, q.account, &why) || !report_finds(c->store, &q, &any, &why))
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
