/* `ebb tokens list`: the tokens of an account as the API has them now, by name. */
#include <stdio.h>
#include <stdlib.h>

#include "base/xmalloc.h"
#include "cli/ask.h"
#include "cli/tokens/session.h"
#include "cli/tokens/tokens.h"
#include "view/token_row.h"

enum { OPT_ACCOUNT, OPT_ENVIRONMENT, OPT_TYPE, OPT_FORMAT, OPT_JSON, OPTS };

static const struct option_row options[] = {
    [OPT_ACCOUNT] = OPTION_ROW_OF_ACCOUNT,
    [OPT_ENVIRONMENT] = { .name = "environment",
                          .type = OPTION_TEXT,
                          .value = "GLOB",
                          .help = "only tokens whose environment matches" },
    [OPT_TYPE] = { .name = "type",
                   .type = OPTION_TEXT,
                   .value = "GLOB",
                   .help = "only tokens whose type matches" },
    [OPT_FORMAT] = OPTION_ROW_FORMAT,
    [OPT_JSON] = OPTION_ROW_AS_JSON,
};
_Static_assert(COUNT(options) == OPTS, "an option has no row");

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const struct token *const *)a)->name, (*(const struct token *const *)b)->name);
}

static bool is_asked_for(const struct context *c, const struct token *t)
{
    const char *environment = c->options[OPT_ENVIRONMENT].text, *type = c->options[OPT_TYPE].text;
    struct span name = span_of(t->name);
    return (!c->argument_count || naming_matches(c->arguments[0], name))
        && (!environment || naming_matches(environment, naming_environment(name)))
        && (!type || naming_matches(type, span_of(t->last.type)));
}

static bool is_restricted(const struct context *c)
{
    return c->argument_count || c->options[OPT_ENVIRONMENT].given || c->options[OPT_TYPE].given;
}

static size_t print(const struct context *c, const char *account, const struct token_set *fleet)
{
    const struct token **sorted = xcalloc(fleet->count + 1, sizeof *sorted);
    char shown[SESSION_NAME_BYTES];
    size_t rows = 0;
    for (size_t i = 0; i < fleet->count; i++)
        if (is_asked_for(c, &fleet->tokens[i]))
            sorted[rows++] = &fleet->tokens[i];
    qsort(sorted, rows, sizeof *sorted, by_name);

    struct table *t = table_begin(c->out, token_row_columns, TOKEN_ROW_COLUMNS);
    for (size_t i = 0; i < rows; i++) {
        struct cell cells[TOKEN_ROW_COLUMNS];
        const struct identity is = token_identity(sorted[i]);
        const struct token_row row = { account,   sorted[i]->name, is.id,
                                       is.member, is.masked,       &sorted[i]->last };
        token_row_cells(&row, cells);
        if (sorted[i]->unread)
            token_row_hide_unread(cells);
        table_row(t, cells);
    }
    table_end(t);
    for (size_t i = 0; i < rows; i++)
        if (sorted[i]->unread)
            complain(EXIT_OK, "%s cannot be read: %s", session_name(sorted[i]->name, shown),
                     sorted[i]->unread);
    free(sorted);
    return rows;
}

static enum exit_status tokens_list_run(const struct context *c)
{
    struct session s = { 0 };
    const struct token_set *fleet;
    struct fault why;
    enum exit_status status = EXIT_OK;
    ask_format(c, OPT_FORMAT, OPT_JSON);
    if (!session_open(c, c->options[OPT_ACCOUNT].text, &s, &why))
        return complain(EXIT_USAGE, "%s", why.text);
    if (!client_list(s.client, &fleet, &why))
        status = session_failed(&s, NULL, &why);
    else if (!print(c, s.account->name, fleet) && is_restricted(c))
        status = complain(EXIT_UNKNOWN, "tokens list: no token matches");
    else if (!fleet->count)
        fputs("The account has no tokens.\n", stderr);
    session_close(&s);
    return status;
}

const struct command cmd_tokens_list = {
    .name = "list",
    .parent = &cmd_tokens,
    .arguments = "[GLOB]",
    .help = "an account's tokens, live from the API",
    .example = "ebb tokens list 'prod-*' --type api_token",
    .needs = NEEDS_SETTINGS | NEEDS_SECRETS,
    .arguments_max = 1,
    .options = options,
    .option_count = COUNT(options),
    .run = tokens_list_run,
};
