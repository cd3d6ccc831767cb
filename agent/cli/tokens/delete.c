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
    bool revokes = session_provider(s)->revokes;
    if (w->format == FORMAT_JSON) {
        json_open_object(&w->json, NULL);
        json_add_z(&w->json, "account", s->account->name);
        json_add_z(&w->json, "token", name);
        json_add_bool(&w->json, "deleted", true);
        if (revokes)
            json_add_bool(&w->json, "revoked", true);
        json_close(&w->json);
    } else {
        writer_add(w, revokes ? "revoked " : "deleted ");
        writer_add_safe(w, span_of(name));
    }
    writer_add(w, "\n");
}

/* What is at stake, in the words of the API. */
static void make_query(const struct session *s, const char *name, struct text *out)
{
    char shown[SESSION_NAME_BYTES];
    bool revokes = session_provider(s)->revokes;
    text_addf(out, "Anything that uses %s will stop working%s.%s %s it?", session_name(name, shown),
              revokes ? " for good" : "", revokes ? " A revoked key cannot be brought back." : "",
              revokes ? "Revoke" : "Delete");
}

enum exit_status removal_run(const struct session *s, const struct decoded *d, bool yes)
{
    struct text query = { 0 };
    struct fault why;
    const struct token_ref token = client_ref(s->account, d);
    make_query(s, d->name, &query);
    enum consent consent = session_ask(s, yes, text_z(&query));
    text_done(&query);
    if (consent != CONSENT_GIVEN)
        return session_unwilling(consent);
    if (client_delete(s->client, &token, &why)) {
        show_deleted(s, d->name);
        return EXIT_OK;
    }
    if (client_may_have_done(s->client))
        fault_within(&why, "it is unknown whether it was %s (check with `ebb tokens show`)",
                     session_provider(s)->revokes ? "revoked" : "deleted");
    return session_token_failed(s, d->name, &why);
}

enum exit_status removal_show(const struct session *s, const struct decoded *d)
{
    session_show_request(
        s, &(struct client_ask){ .verb = CLIENT_DELETE, .token = client_ref(s->account, d) });
    return EXIT_OK;
}

static enum exit_status tokens_delete_run(const struct context *c)
{
    struct session s = { 0 };
    struct decoded d;
    struct fault why;
    enum exit_status status;
    ask_json(c, OPT_JSON);
    if (!session_open(c, c->options[OPT_ACCOUNT].text, &s, &why))
        return complain(EXIT_USAGE, "%s", why.text);
    if (!client_locate(s.client, c->arguments[0], &d, &why))
        status = session_token_failed(&s, c->arguments[0], &why);
    else if (c->options[OPT_DRY_RUN].given)
        status = removal_show(&s, &d);
    else
        status = removal_run(&s, &d, c->options[OPT_YES].given);
    session_close(&s);
    return status;
}

const struct command cmd_tokens_delete = {
    .name = "delete",
    .parent = &cmd_tokens,
    .arguments = "NAME",
    .help = "delete (or revoke) a token at once; `retire` first checks whether it is still used",
    .example = "ebb tokens delete dev-scratch",
    .needs = NEEDS_SETTINGS | NEEDS_SECRETS,
    .arguments_min = 1,
    .arguments_max = 1,
    .options = options,
    .option_count = COUNT(options),
    .run = tokens_delete_run,
};
