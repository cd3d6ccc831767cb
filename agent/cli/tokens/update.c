/* `ebb tokens update`: what is, what shall be, and a question when that takes something away. */
#include <stdio.h>

#include "cli/tokens/session.h"
#include "cli/tokens/terms.h"
#include "cli/tokens/tokens.h"
#include "view/token_row.h"

enum { OPT_NAME = TERM_OPTIONS, OPT_YES, OPT_DRY_RUN, OPT_ACCOUNT, OPT_JSON, OPTS };

static const struct option_row options[] = {
    TERM_OPTION_ROWS,
    [OPT_NAME] = { .name = "name",
                   .type = OPTION_TEXT,
                   .value = "NEW",
                   .help = "another name; history, alerts and topic stay (API v3)" },
    [OPT_YES] = OPTION_ROW_YES,
    [OPT_DRY_RUN] = OPTION_ROW_DRY_RUN,
    [OPT_ACCOUNT] = OPTION_ROW_OF_ACCOUNT,
    [OPT_JSON] = OPTION_ROW_JSON,
};
_Static_assert(COUNT(options) == OPTS, "an option has no row");

/* One token, one wish. */
struct update {
    const struct context *context;
    const struct session *session;
    struct decoded is;
    struct token_spec change;
    const char *name; /* its new one; NULL: it stays */
};

static bool is_empty(const struct update *u)
{
    return !u->name && token_spec_is_empty(&u->change);
}

static void show_before(const struct update *u)
{
    struct writer *w = u->session->out;
    if (w->format == FORMAT_JSON)
        return;
    writer_add_safe(w, span_of(u->is.name));
    writer_add(w, is_empty(u) ? " already has these settings\n" : ":\n");
    if (u->name) {
        writer_add(w, "  name: ");
        writer_add_safe(w, span_of(u->is.name));
        writer_add(w, " -> ");
        writer_add_safe(w, span_of(u->name));
        writer_add(w, "\n");
    }
    token_row_show_change(&u->change, &u->is.reading, w);
}

static struct client_ask ask_of(const struct update *u)
{
    return (struct client_ask){ .verb = CLIENT_CHANGE,
                                .token = client_ref(u->session->account, &u->is),
                                .name = u->name,
                                .wish = &u->change };
}

static enum exit_status send(const struct update *u)
{
    const struct client_ask ask = ask_of(u);
    struct decoded d;
    struct fault why;
    if (session_change(u->session, &ask, &d, &why)) {
        if (u->session->out->format == FORMAT_JSON)
            session_show(u->session, &d);
        else
            writer_add(u->session->out, "changed\n");
        return EXIT_OK;
    }
    if (client_may_have_done(u->session->client))
        fault_within(&why, "it is unknown whether it was changed (run the same command again)");
    return session_failed(u->session, u->is.name, &why);
}

static enum exit_status apply(const struct update *u)
{
    const struct option_value *o = u->context->options;
    show_before(u);
    if (o[OPT_DRY_RUN].given) {
        const struct client_ask ask = ask_of(u);
        session_show_request(u->session, &ask);
        return EXIT_OK;
    }
    if (is_empty(u)) {
        if (u->session->out->format == FORMAT_JSON)
            session_show(u->session, &u->is);
        return EXIT_OK;
    }
    if (token_spec_lowers(&u->change, &u->is.reading)) {
        enum consent consent = session_ask(u->session, o[OPT_YES].given,
                                           "This takes something away from the token. Continue?");
        if (consent != CONSENT_GIVEN)
            return session_unwilling(consent);
    }
    return send(u);
}

static enum exit_status update(struct update *u, const struct token_spec *w)
{
    const char *asked_for = u->context->arguments[0];
    struct fault why;
    if (u->name && !session_provider(u->session)->renames)
        return complain(EXIT_USAGE,
                        "tokens update: this API does not rename tokens; `ebb tokens rotate NAME "
                        "NEW` makes a successor");
    if (!client_find(u->session->client, asked_for, &u->is, &why))
        return session_token_failed(u->session, asked_for, &why);
    u->is.reading.name = u->is.name;
    u->change = token_spec_unfulfilled(w, &u->is.reading);
    if (u->name && strcmp(u->name, u->is.name) == 0)
        u->name = NULL;
    return apply(u);
}

static enum exit_status tokens_update_run(const struct context *c)
{
    struct session s = { 0 };
    struct token_spec w;
    struct fault why;
    ask_json(c, OPT_JSON);
    if (!terms_read(c->options, clock_unix(), &w, &why))
        return complain(EXIT_USAGE, "%s", why.text);
    if (token_spec_is_empty(&w) && !c->options[OPT_NAME].given)
        return complain(EXIT_USAGE,
                        "tokens update: say what to change, for example --balance 50.00");
    if (!session_open(c, c->options[OPT_ACCOUNT].text, &s, &why))
        return complain(EXIT_USAGE, "%s", why.text);
    struct update u = { .context = c, .session = &s, .name = c->options[OPT_NAME].text };
    enum exit_status status = update(&u, &w);
    session_close(&s);
    return status;
}

const struct command cmd_tokens_update = {
    .name = "update",
    .parent = &cmd_tokens,
    .arguments = "NAME",
    .help = "change a token; asks before it takes something away",
    .example = "ebb tokens update prod-billing-api --balance 80.00 --expires never",
    .needs = NEEDS_SETTINGS | NEEDS_SECRETS,
    .arguments_min = 1,
    .arguments_max = 1,
    .options = options,
    .option_count = COUNT(options),
    .run = tokens_update_run,
};
