/* `ebb alerts`: what fires now, and how it stands; with --past, every transition, in the words of
 * its time. */
#include <stdio.h>

#include "base/clock.h"
#include "cli/ask.h"
#include "edge/config.h"
#include "view/alerts.h"

enum { OPT_PAST, OPT_SINCE, OPT_UNTIL, OPT_ACCOUNT, OPT_EXIT_CODE, OPT_FORMAT, OPT_JSON, OPTS };

static const struct option_row options[] = {
    [OPT_PAST] = { .name = "past",
                   .type = OPTION_FLAG,
                   .help = "past events instead of alerts firing now" },
    [OPT_SINCE] = { .name = "since",
                    .type = OPTION_TIME,
                    .value = "TIME",
                    .preset = "7d",
                    .help = "with --past: start of the period (UTC), or how long ago" },
    [OPT_UNTIL] = { .name = "until",
                    .type = OPTION_TIME,
                    .value = "TIME",
                    .help = "with --past: end of the period" },
    [OPT_ACCOUNT] = OPTION_ROW_ACCOUNT,
    [OPT_EXIT_CODE] = { .name = "exit-code",
                        .type = OPTION_FLAG,
                        .help = "exit with 10 if a warning is firing, 11 if a critical alert is" },
    [OPT_FORMAT] = OPTION_ROW_FORMAT,
    [OPT_JSON] = OPTION_ROW_AS_JSON,
};
_Static_assert(COUNT(options) == OPTS, "an option has no row");

static enum exit_status status_of(enum level worst)
{
    return worst == LEVEL_CRITICAL ? EXIT_CRITICAL
        : worst == LEVEL_WARNING   ? EXIT_WARNING
                                   : EXIT_OK;
}

static enum exit_status alerts_run(const struct context *c)
{
    const struct option_value *given = c->options;
    const struct alerts_query q = {
        .scope = { .now = clock_unix(),
                   .since = ask_time(&given[OPT_SINCE]),
                   .until = ask_time(&given[OPT_UNTIL]),
                   .account = given[OPT_ACCOUNT].text },
        .rules = { c->settings->rules, c->settings->rule_count },
    };
    struct alerts_seen seen;
    bool back = given[OPT_PAST].given;
    struct fault why;
    if (!back && (given[OPT_SINCE].given || given[OPT_UNTIL].given))
        return complain(EXIT_USAGE, "alerts: --since and --until require --past");
    if (back && given[OPT_EXIT_CODE].given)
        return complain(EXIT_USAGE, "alerts: --exit-code cannot be combined with --past");
    ask_format(c, OPT_FORMAT, OPT_JSON);
    if (!ask_account(c->store, q.scope.account, &why)
        || !(back ? alerts_past(c->store, &q.scope, c->out, &seen, &why)
                  : alerts_firing(c->store, &q, c->out, &seen, &why)))
        return ask_failed(&why);
    if (seen.rows == 0 && c->out->format == FORMAT_TEXT)
        fputs(back ? "No alert events in this period.\n" : "No alert is firing.\n", stderr);
    return given[OPT_EXIT_CODE].given ? status_of(seen.worst) : EXIT_OK;
}

const struct command cmd_alerts = {
    .name = "alerts",
    .arguments = "",
    .help = "alerts firing now, or past alert events",
    .example = "ebb alerts --past --since 30d",
    .statuses = "   0  success; with --exit-code: no alert above info is firing\n"
                "  10  with --exit-code: the worst firing alert is a warning\n"
                "  11  with --exit-code: the worst firing alert is critical\n",
    .needs = NEEDS_SETTINGS | NEEDS_STORE,
    .options = options,
    .option_count = COUNT(options),
    .run = alerts_run,
};
