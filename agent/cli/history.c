/* `ebb history`: what was read of one token or of the credits, and what each change meant. */
#include "view/history.h"
#include "base/clock.h"
#include "cli/ask.h"

enum { OPT_SINCE, OPT_UNTIL, OPT_STEP, OPT_ACCOUNT, OPT_CREDITS, OPT_FORMAT, OPT_JSON, OPTS };

static const struct option_row options[] = {
    [OPT_SINCE] = OPTION_ROW_SINCE("24h"),
    [OPT_UNTIL] = OPTION_ROW_UNTIL,
    [OPT_STEP] = { .name = "step",
                   .type = OPTION_CHOICE,
                   .value = HISTORY_STEPS,
                   .preset = "raw",
                   .help = "readings, or what each hour or day (UTC) adds up to" },
    [OPT_ACCOUNT] = OPTION_ROW_ACCOUNT,
    [OPT_CREDITS] = { .name = "credits",
                      .type = OPTION_FLAG,
                      .help = "the account's credits instead of TOKEN" },
    [OPT_FORMAT] = OPTION_ROW_FORMAT,
    [OPT_JSON] = OPTION_ROW_AS_JSON,
};
_Static_assert(COUNT(options) == OPTS, "an option has no row");

/* `token`: "" for the credits, which is the store's name of them, and no token's. */
static enum exit_status show(const struct context *c, const char *token)
{
    const struct option_value *given = c->options;
    bool credits = given[OPT_CREDITS].given;
    const struct history_view view = {
        .scope = { .now = clock_unix(),
                   .since = ask_time(&given[OPT_SINCE]),
                   .until = ask_time(&given[OPT_UNTIL]),
                   .token = token,
                   .account = given[OPT_ACCOUNT].text },
        .step = (enum history_step)given[OPT_STEP].number,
    };
    const struct query_filter *scope = &view.scope;
    struct fault why;
    struct history_seen seen;
    ask_format(c, OPT_FORMAT, OPT_JSON);
    if (!ask_account(c->store, scope->account, &why)
        || !history_show(c->store, &view, c->out, &seen, &why))
        return ask_failed(&why);
    if (seen.rows == 0 && seen.older)
        return complain(EXIT_UNKNOWN,
                        "nothing changed in this period: the last change is older than --since %s",
                        given[OPT_SINCE].text);
    if (seen.rows == 0)
        return credits
            ? complain(EXIT_UNKNOWN, "no credits data for this period: see `ebb status`")
            : complain(EXIT_UNKNOWN, "no data for token \"%s\" in this period: see `ebb status`",
                       scope->token);
    return EXIT_OK;
}

static enum exit_status history_run(const struct context *c)
{
    bool credits = c->options[OPT_CREDITS].given;
    struct text name = { 0 };
    if (credits == (c->argument_count > 0))
        return complain(EXIT_USAGE, "history: name a token, or use --credits");
    const char *token =
        credits ? "" : ask_token(c->store, c->options[OPT_ACCOUNT].text, c->arguments[0], &name);
    enum exit_status status = show(c, token);
    text_done(&name);
    return status;
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
