/* `ebb tokens create`: a new token, its secret into a file. */
#include <stdio.h>

#include "cli/tokens/creation.h"
#include "cli/tokens/terms.h"
#include "cli/tokens/tokens.h"

enum { OPT_TYPE = TERM_OPTIONS, OPT_SECRET_FILE, OPT_DRY_RUN, OPT_ACCOUNT, OPT_JSON, OPTS };

static const struct option_row options[] = {
    TERM_OPTION_ROWS,
    [OPT_TYPE] = OPTION_ROW_TYPE,
    [OPT_SECRET_FILE] = { .name = "secret-file",
                          .type = OPTION_TEXT,
                          .value = "FILE",
                          .help = "write the secret to a new file that only you can read" },
    [OPT_DRY_RUN] = OPTION_ROW_DRY_RUN,
    [OPT_ACCOUNT] = OPTION_ROW_OF_ACCOUNT,
    [OPT_JSON] = OPTION_ROW_JSON,
};
_Static_assert(COUNT(options) == OPTS, "an option has no row");

static enum exit_status create(const struct context *c, const struct session *s,
                               const struct token_spec *w)
{
    const struct creation creation = { c->arguments[0], w, c->options[OPT_SECRET_FILE].text,
                                       false };
    struct creation_end end;
    struct fault why;
    if (!creation_run(s, &creation, &end, &why))
        return session_failed(s, creation.name, &why);
    creation_show(s, &creation, &end);
    if (!creation.secret_path && !end.secret_gone && !c->options[OPT_JSON].given)
        fputs("To fetch its secret, run `ebb tokens show NAME --secret-file FILE`.\n", stderr);
    return EXIT_OK;
}

static enum exit_status tokens_create_run(const struct context *c)
{
    struct session s = { 0 };
    struct token_spec w;
    struct fault why;
    enum exit_status status = EXIT_OK;
    ask_json(c, OPT_JSON);
    if (!terms_read(c->options, clock_unix(), &w, &why)
        || !terms_read_type(&c->options[OPT_TYPE], &w, &why)
        || !session_open(c, c->options[OPT_ACCOUNT].text, &s, &why))
        return complain(EXIT_USAGE, "%s", why.text);
    if (w.given[SPEC_BALANCE] && !w.given[SPEC_BUDGET])
        w.wanted.budgeted = w.given[SPEC_BUDGET] =
            true; /* nobody names money that shall mean nothing */
    if (c->options[OPT_DRY_RUN].given)
        session_show_request(&s, METHOD_POST, c->arguments[0], &w);
    else
        status = create(c, &s, &w);
    session_close(&s);
    return status;
}

const struct command cmd_tokens_create = {
    .name = "create",
    .parent = &cmd_tokens,
    .arguments = "NAME",
    .help = "create a token; a balance alone implies a budget",
    .example = "ebb tokens create prod-billing-api --balance 50.00 --expires 90d --secret-file "
               "billing.key",
    .needs = NEEDS_SETTINGS | NEEDS_SECRETS,
    .arguments_min = 1,
    .arguments_max = 1,
    .options = options,
    .option_count = COUNT(options),
    .run = tokens_create_run,
};
