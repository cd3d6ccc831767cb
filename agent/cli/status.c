/* `ebb status`: every token's balance, burn and runway, and below them how each account's last poll
 * ended. */
#include <stdio.h>

#include "base/clock.h"
#include "cli/ask.h"
#include "cli/keys.h"
#include "cli/terminal.h"
#include "edge/config.h"
#include "view/status/status.h"

enum { WATCH_EVERY_S = 2, ONE_LINE_COLUMNS = 80 };

enum { OPT_JSON, OPT_WATCH, OPT_ACCOUNT, OPT_MATCH, OPTS };

static const struct option_row options[] = {
    [OPT_JSON] = { .name = "json",
                   .type = OPTION_FLAG,
                   .help = "JSON with exact amounts and times in UTC" },
    [OPT_WATCH] = { .name = "watch",
                    .type = OPTION_FLAG,
                    .help = "refresh every 2 s, in place on a terminal; q quits" },
    [OPT_ACCOUNT] = OPTION_ROW_ACCOUNT,
    [OPT_MATCH] = { .name = "match",
                    .type = OPTION_TEXT,
                    .value = "GLOB",
                    .help = "only tokens whose name matches, such as 'prod-*'" },
};
_Static_assert(COUNT(options) == OPTS, "an option has no row");

#define TERMINAL_HOME "\x1b[H\x1b[J"

static enum exit_status print(const struct context *c, const struct status_view *view)
{
    struct fault why;
    struct status_seen seen = { 0 };
    if (!status_show(c->store, view, c->out, &seen, &why))
        return ask_failed(&why);
    if (seen.accounts == 0)
        return complain(EXIT_UNKNOWN,
                        "no account has been polled yet: run `ebb once`, or start `ebb run`");
    if (seen.tokens == 0 && view->match)
        return complain(EXIT_UNKNOWN, "status: no token matches \"%s\"", view->match);
    return EXIT_OK;
}

/* Tokens get the lines that three headings, three blanks, credits, accounts, how good their
 * forecasts have been, the size and "and N more" leave them. */
static size_t rows_left(const struct context *c)
{
    size_t columns, rows, broker = c->settings->mqtt.enabled ? 4 : 0,
                          taken = 9 + broker + 3 * c->settings->account_count;
    if (!terminal_size(&columns, &rows))
        return 0;
    rows = rows > taken + 1 ? rows - taken : 1;
    return columns < ONE_LINE_COLUMNS && rows > 1 ? rows / 2
                                                  : rows; /* a row may have two lines there */
}

/* A frame. */
static enum exit_status show(const struct context *c, struct status_view *view)
{
    view->now = clock_unix();
    view->rows_max = c->out->format == FORMAT_TEXT ? rows_left(c) : 0;
    c->out->screen = terminal_screen();
    if (view->rows_max)
        writer_add(c->out, TERMINAL_HOME);
    enum exit_status status = print(c, view);
    if (status == EXIT_OK && !view->rows_max)
        writer_add(c->out, "\n");
    return writer_flush(c->out) ? status : EXIT_FAILED;
}

static enum exit_status watch(const struct context *c, struct status_view *view)
{
    struct keys keys;
    enum exit_status status;
    setvbuf(c->out->file, NULL, _IOFBF, 1 << 16); /* a frame in one write does not flicker */
    keys_open(&keys);
    do
        status = show(c, view);
    while (status == EXIT_OK && !keys_wait(&keys, WATCH_EVERY_S * 1000));
    keys_close(&keys);
    return status;
}

static enum exit_status status_run(const struct context *c)
{
    struct status_view view = {
        .now = clock_unix(),
        .account = c->options[OPT_ACCOUNT].text,
        .match = c->options[OPT_MATCH].text,
        .broker = c->settings->mqtt.enabled,
    };
    struct fault why;
    ask_json(c, OPT_JSON);
    if (!ask_account(c->store, view.account, &why))
        return ask_failed(&why);
    return c->options[OPT_WATCH].given ? watch(c, &view) : print(c, &view);
}

const struct command cmd_status = {
    .name = "status",
    .arguments = "",
    .help = "balance, burn and runway of every token, nearest exhaustion first",
    .example = "ebb status --match 'prod-*' --watch",
    .needs = NEEDS_SETTINGS | NEEDS_STORE,
    .options = options,
    .option_count = COUNT(options),
    .run = status_run,
};
