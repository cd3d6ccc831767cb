/* `ebb tokens delete`, and the deletion at the end of `ebb tokens retire`. */
#include <stdio.h>

#include "cli/tokens/removal.h"
#include "cli/tokens/tokens.h"

enum { OPT_YES, OPT_DRY_RUN, OPT_ACCOUNT, OPT_JSON, OPTS };

static const struct option_row options[] = {
    [OPT_YES] = OPTION_ROW_YES,
    [OPT_DRY_RUN] = OPTION_ROW_DRY_RUN,
    [OPT_ACCOUNT] = OPTION_ROW_OF_ACCOUNT,
    [OPT_JSON] = OPTION_ROW_JSON,
};
_Static_assert(COUNT(options) == OPTS, "an option has no row");

static void show_deleted(const struct session *s, const char *name)
{
    struct writer *w = s->out;
    if (w->format == FORMAT_JSON) {
        json_open_object(&w->json, NULL);
        json_add_z(&w->json, "account", s->account->name);
        json_add_z(&w->json, "token", name);
        json_add_bool(&w->json, "deleted", true);
        json_close(&w->json);
    } else {
        writer_add(w, "deleted ");
        writer_add_safe(w, span_of(name));
    }
    writer_add(w, "\n");
}

enum exit_status removal_run(const struct session *s, const char *name, bool yes)
{
    char shown[SESSION_NAME_BYTES], query[SESSION_NAME_BYTES + 128];
    struct fault why;
    session_name(name, shown);
    snprintf(query, sizeof query, "Anything that uses %s will stop working. Delete it?", shown);
    enum consent consent = session_ask(s, yes, query);
    if (consent != CONSENT_GIVEN)
        return session_unwilling(consent);
    if (client_delete(s->client, name, &why)) {
        show_deleted(s, name);
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
    ask_json(c, OPT_JSON);
    if (!session_open(c, c->options[OPT_ACCOUNT].text, &s, &why))
        return complain(EXIT_USAGE, "%s", why.text);
    if (c->options[OPT_DRY_RUN].given)
        session_show_request(&s, METHOD_DELETE, c->arguments[0], NULL);
    else
        status = removal_run(&s, c->arguments[0], c->options[OPT_YES].given);
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
