/* `ebb tokens delete`, and the deletion at the end of `ebb tokens retire`. */
#include <stdio.h>

#include "cli/tokens/removal.h"
#include "cli/tokens/tokens.h"
#include "view/terminal.h"

enum { OPT_YES, OPT_DRY_RUN, OPT_ACCOUNT, OPT_JSON, OPTS };

static const struct option_row options[] = {
    [OPT_YES] = OPTION_ROW_YES,
    [OPT_DRY_RUN] = OPTION_ROW_DRY_RUN,
    [OPT_ACCOUNT] = OPTION_ROW_OF_ACCOUNT,
    [OPT_JSON] = OPTION_ROW_JSON,
};
_Static_assert(COUNT(options) == OPTS, "an option has no row");

static void print_deleted(const struct session *s, const char *name, bool json)
{
    struct text out = { 0 };
    if (json) {
        text_addf(&out, "{\"account\": \"%s\", \"token\": ", s->account->name);
        text_add_json(&out, span_of(name));
        text_add(&out, span_of(", \"deleted\": true}"));
    } else {
        text_add(&out, span_of("deleted "));
        terminal_add(&out, span_of(name));
    }
    puts(text_z(&out));
    text_done(&out);
}

enum exit_status removal_run(const struct session *s, const char *name, bool yes, bool json)
{
    char shown[SESSION_NAME_BYTES], query[SESSION_NAME_BYTES + 128];
    struct fault why;
    session_name(name, shown);
    snprintf(query, sizeof query, "Anything that uses %s will stop working. Delete it?", shown);
    enum consent consent = session_ask(yes, query);
    if (consent != CONSENT_GIVEN)
        return session_unwilling(consent);
    if (client_delete(s->client, name, &why)) {
        print_deleted(s, name, json);
        return EXIT_OK;
    }
    if (client_may_have_done(s->client))
        fault_within(&why, "it is unknown whether it was deleted (check with `ebb tokens show`)");
    return session_token_failed(s, name, &why);
}

static enum exit_status tokens_delete_run(const struct context *c)
{
    struct session s = { 0 };
    struct fault why;
    enum exit_status status = EXIT_OK;
    if (!session_open(c->settings, c->options[OPT_ACCOUNT].text, &s, &why))
        return complain(EXIT_USAGE, "%s", why.text);
    if (c->options[OPT_DRY_RUN].given)
        session_print_request(&s, METHOD_DELETE, c->arguments[0], NULL, c->options[OPT_JSON].given);
    else
        status =
            removal_run(&s, c->arguments[0], c->options[OPT_YES].given, c->options[OPT_JSON].given);
    session_close(&s);
    return status;
}

const struct command cmd_tokens_delete = {
    .name = "delete",
    .parent = &cmd_tokens,
    .arguments = "NAME",
    .help = "delete a token at once; `retire` first checks whether it is still used",
    .example = "ebb tokens delete dev-scratch",
    .needs = NEEDS_SETTINGS | NEEDS_SECRETS,
    .arguments_min = 1,
    .arguments_max = 1,
    .options = options,
    .option_count = COUNT(options),
    .run = tokens_delete_run,
};
