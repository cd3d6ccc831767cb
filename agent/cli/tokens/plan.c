/* `ebb tokens plan`: what `apply` would do, and what the file does not know. */
#include "cli/tokens/diff.h"
#include "cli/tokens/tokens.h"

enum { OPT_EXIT_CODE, OPT_ACCOUNT, OPT_JSON, OPTS };

static const struct option_row options[] = {
    [OPT_EXIT_CODE] = { .name = "exit-code",
                        .type = OPTION_FLAG,
                        .help = "exit with 1 if the account differs from the file, 3 if that is "
                                "unknown" },
    [OPT_ACCOUNT] = { .name = "account",
                      .type = OPTION_TEXT,
                      .value = "NAME",
                      .help = "account in the configuration (default: the file's `account`, else "
                              "the only one)" },
    [OPT_JSON] = OPTION_ROW_JSON,
};
_Static_assert(COUNT(options) == OPTS, "an option has no row");

static enum exit_status judge(const struct context *c, const struct diff *k)
{
    return c->options[OPT_EXIT_CODE].given && !token_plan_is_fulfilled(&k->plan) ? EXIT_FAILED
                                                                                 : EXIT_OK;
}

static enum exit_status tokens_plan_run(const struct context *c)
{
    struct diff k;
    enum exit_status status;
    ask_json(c, OPT_JSON);
    if (diff_open(c, c->arguments[0], c->options[OPT_ACCOUNT].text, &k, &status)) {
        status = judge(c, &k);
        diff_show(&k);
    } else if (status == EXIT_FAILED && c->options[OPT_EXIT_CODE].given) {
        status = EXIT_UNKNOWN;
    }
    diff_close(&k);
    return status;
}

const struct command cmd_tokens_plan = {
    .name = "plan",
    .parent = &cmd_tokens,
    .arguments = "FILE",
    .help = "compare a fleet file with the account; changes nothing",
    .example = "ebb tokens plan fleet.yaml --exit-code",
    .needs = NEEDS_SETTINGS | NEEDS_SECRETS,
    .arguments_min = 1,
    .arguments_max = 1,
    .options = options,
    .option_count = COUNT(options),
    .run = tokens_plan_run,
};
