/* `ebb alerts`: what fires now; with --past, every transition. */
#include <stdio.h>

#include "base/clock.h"
#include "cli/ask.h"
#include "cli/terminal.h"

enum { OPT_PAST, OPT_SINCE, OPT_UNTIL, OPT_ACCOUNT, OPT_FORMAT, OPT_JSON, OPTS };

static const struct option_row options[] = {
    [OPT_PAST] = { .name = "past", .type = OPTION_FLAG, .help = "past events instead of alerts firing now" },
    [OPT_SINCE] = { .name = "since", .type = OPTION_TIME, .value = "TIME", .preset = "7d",
                    .help = "with --past: from this time on (UTC), or this long ago" },
    [OPT_UNTIL] = { .name = "until", .type = OPTION_TIME, .value = "TIME", .help = "with --past: before this time" },
    [OPT_ACCOUNT] = OPTION_ROW_ACCOUNT,
    [OPT_FORMAT] = OPTION_ROW_FORMAT,
    [OPT_JSON] = OPTION_ROW_AS_JSON,
};
_Static_assert(COUNT(options) == OPTS, "an option has no row");

/* The columns of question_alerts.sql. A summary names its token, so that one gives way first. */
static const struct column firing[] = {
    { "level", "LEVEL", COLUMN_LEVEL, COLUMN_KEY },
    { "since", "SINCE", COLUMN_TIME, 0 },
    { "account", "ACCOUNT", COLUMN_TEXT, COLUMN_QUIET | COLUMN_KEY },
    { "token", "TOKEN", COLUMN_TEXT, COLUMN_KEY },
    { "rule", "RULE", COLUMN_TEXT, COLUMN_KEY },
    { "episode", NULL, COLUMN_COUNT, 0 },
    { "step", NULL, COLUMN_COUNT, 0 },
    { "changed_at", NULL, COLUMN_TIME, 0 },
    { "summary", "SUMMARY", COLUMN_TEXT, COLUMN_PROSE },
};

/* The columns of question_events.sql. Value and threshold are in the unit of their row, dollars or not. */
static const struct column past[] = {
    { "at", "AT", COLUMN_TIME, 0 },
    { "kind", "WHAT", COLUMN_TEXT, 0 },
    { "level", "LEVEL", COLUMN_LEVEL, COLUMN_KEY },
    { "was", NULL, COLUMN_LEVEL, 0 },
    { "account", "ACCOUNT", COLUMN_TEXT, COLUMN_QUIET | COLUMN_KEY },
    { "token", "TOKEN", COLUMN_TEXT, COLUMN_KEY },
    { "rule", "RULE", COLUMN_TEXT, COLUMN_KEY },
    { "value", NULL, COLUMN_MONEY, 0 },
    { "threshold", NULL, COLUMN_MONEY, 0 },
    { "unit", NULL, COLUMN_TEXT, 0 },
    { "since", NULL, COLUMN_TIME, 0 },
    { "id", NULL, COLUMN_TEXT, 0 },
    { "summary", "SUMMARY", COLUMN_TEXT, COLUMN_PROSE },
};

static bool print(const struct context *c, const struct scope *scope, size_t *ret_rows, struct fault *why)
{
    enum table_format format = ask_format(&c->options[OPT_FORMAT], &c->options[OPT_JSON]);
    bool colour = terminal_colour(), back = c->options[OPT_PAST].given;
    struct table *t = back ? table_begin(format, past, COUNT(past), colour)
                           : table_begin(format, firing, COUNT(firing), colour);
    bool ok = ask_rows(c->store, back ? QUESTION_EVENTS : QUESTION_ALERTS, scope, t, ret_rows, why);
    table_end(t);
    return ok;
}

static enum exit_status run(const struct context *c)
{
    const struct option_value *given = c->options;
    const struct scope scope = {
        .now = clock_unix(),
        .since = ask_time(&given[OPT_SINCE]),
        .until = ask_time(&given[OPT_UNTIL]),
        .account = given[OPT_ACCOUNT].text,
    };
    struct fault why;
    size_t rows = 0;
    if (!given[OPT_PAST].given && (given[OPT_SINCE].given || given[OPT_UNTIL].given))
        return complain(EXIT_USAGE, "alerts: --since and --until need --past");
    if (!ask_account(c->store, scope.account, &why) || !print(c, &scope, &rows, &why))
        return ask_failed(&why);
    if (rows == 0 && ask_format(&given[OPT_FORMAT], &given[OPT_JSON]) == TABLE_TEXT)
        fputs(given[OPT_PAST].given ? "Nothing was announced in this time.\n" : "No alert is firing.\n", stderr);
    return EXIT_OK;
}

const struct command cmd_alerts = {
    .name = "alerts",
    .arguments = "",
    .help = "alerts firing now, or past alert events",
    .example = "ebb alerts --past --since 30d",
    .needs = NEEDS_SETTINGS | NEEDS_STORE,
    .options = options,
    .option_count = COUNT(options),
    .run = run,
};
