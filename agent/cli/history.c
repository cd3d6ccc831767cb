/* `ebb history`: what was read of one token or of the credits, and what each change meant. */
#include <stdio.h>

#include "base/clock.h"
#include "cli/ask.h"
#include "view/terminal.h"

enum { OPT_SINCE, OPT_UNTIL, OPT_ACCOUNT, OPT_CREDITS, OPT_FORMAT, OPT_JSON, OPTS };

static const struct option_row options[] = {
    [OPT_SINCE] = OPTION_ROW_SINCE("24h"),
    [OPT_UNTIL] = OPTION_ROW_UNTIL,
    [OPT_ACCOUNT] = OPTION_ROW_ACCOUNT,
    [OPT_CREDITS] = { .name = "credits",
                      .type = OPTION_FLAG,
                      .help = "the account's credits instead of TOKEN" },
    [OPT_FORMAT] = OPTION_ROW_FORMAT,
    [OPT_JSON] = OPTION_ROW_AS_JSON,
};
_Static_assert(COUNT(options) == OPTS, "an option has no row");

/* The columns of question_history.sql. */
static const struct column columns[] = {
    { "at", "READ AT", COLUMN_TIME, COLUMN_KEY },
    { "account", "ACCOUNT", COLUMN_TEXT, COLUMN_QUIET | COLUMN_KEY },
    { "token", NULL, COLUMN_TEXT, 0 },
    { "generation", "GENERATION", COLUMN_COUNT, COLUMN_QUIET },
    { "balance_usd", "BALANCE USD", COLUMN_MONEY, 0 },
    { "change_usd", "CHANGE", COLUMN_CHANGE, 0 },
    { "kind", "KIND", COLUMN_TEXT, 0 },
    { "since", NULL, COLUMN_TIME, 0 },
    { "type", NULL, COLUMN_TEXT, 0 },
    { "budgeted", NULL, COLUMN_FLAG, 0 },
    { "expires_at", NULL, COLUMN_TIME, 0 },
    { "reset_period", NULL, COLUMN_TEXT, 0 },
    { "reset_amount_usd", NULL, COLUMN_MONEY, 0 },
    { "gap_s", "GAP", COLUMN_DURATION, COLUMN_QUIET }, /* spent nobody knows when within it */
};

struct listed {
    size_t rows, older; /* older: read before --since, and so not shown */
};

/* The question begins with the reading that held at --since, for those who draw a line from there;
 * people asked for what is younger. */
static bool print(struct store *s, const struct query_filter *scope, struct table *t,
                  struct listed *ret, struct fault *why)
{
    struct cell cells[COUNT(columns)];
    struct query_result *a;
    bool more = true, ok = true;
    *ret = (struct listed){ 0 };
    if (!query_open(s, QUERY_HISTORY, scope, &a, why))
        return false;
    while (ok && more && !ferror(stdout)) {
        ok = query_next(a, cells, COUNT(columns), &more, why);
        bool is_older = ok && more && scope->since != TIME_NONE && cells[0].integer < scope->since;
        if (ok && more && !is_older)
            table_row(t, cells);
        ret->older += is_older;
        ret->rows += ok && more && !is_older;
    }
    query_close(a);
    return ok;
}

static enum exit_status history_run(const struct context *c)
{
    const struct option_value *given = c->options;
    bool credits = given[OPT_CREDITS].given;
    if (credits == (c->argument_count > 0))
        return complain(EXIT_USAGE, "history: name a token, or use --credits");
    const struct query_filter scope = {
        .now = clock_unix(),
        .since = ask_time(&given[OPT_SINCE]),
        .until = ask_time(&given[OPT_UNTIL]),
        .token =
            credits ? "" : c->arguments[0], /* the store's name of the credits, and no token's */
        .account = given[OPT_ACCOUNT].text,
    };
    struct fault why;
    struct listed listed;
    if (!ask_account(c->store, scope.account, &why))
        return ask_failed(&why);

    struct table *t = table_begin(ask_format(&given[OPT_FORMAT], &given[OPT_JSON]), columns,
                                  COUNT(columns), terminal_colour());
    bool ok = print(c->store, &scope, t, &listed, &why);
    table_end(t);
    if (!ok)
        return ask_failed(&why);
    if (listed.rows == 0 && listed.older)
        return complain(EXIT_UNKNOWN,
                        "nothing changed in this period: the last change is older than --since %s",
                        given[OPT_SINCE].text);
    if (listed.rows == 0)
        return credits
            ? complain(EXIT_UNKNOWN, "no credits data for this period: see `ebb status`")
            : complain(EXIT_UNKNOWN, "no data for token \"%s\" in this period: see `ebb status`",
                       scope.token);
    return EXIT_OK;
}

const struct command cmd_history = {
    .name = "history",
    .arguments = "[TOKEN]",
    .help = "readings of a token or of the credits, and what each change was",
    .example = "ebb history prod-billing-api --since 7d --format csv",
    .needs = NEEDS_SETTINGS | NEEDS_STORE,
    .arguments_max = 1,
    .options = options,
    .option_count = COUNT(options),
    .run = history_run,
};
