/* `ebb tokens update`: what is, what shall be, and a question when that takes something away. */
#include <stdio.h>

#include "cli/tokens/session.h"
#include "cli/tokens/terms.h"
#include "cli/tokens/tokens.h"
#include "view/token_row.h"

enum { OPT_YES = TERM_OPTIONS, OPT_DRY_RUN, OPT_ACCOUNT, OPT_JSON, OPTS };

static const struct option_row options[] = {
    TERM_OPTION_ROWS,
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
    const char *name;
};

static void show_before(const struct update *u, const struct token_spec *change,
                        const struct reading *is)
{
    struct writer *w = u->session->out;
    if (w->format == FORMAT_JSON)
        return;
    writer_add_safe(w, span_of(u->name));
    writer_add(w, token_spec_is_empty(change) ? " already has these settings\n" : ":\n");
    token_row_show_change(change, is, w);
}

static enum exit_status send(const struct update *u, const struct token_spec *change)
{
    struct decoded d;
    struct fault why;
    if (session_change(u->session, u->name, change, &d, &why)) {
        if (u->session->out->format == FORMAT_JSON)
            token_row_show(u->session->account->name, &d.reading, u->session->out);
        else
            writer_add(u->session->out, "changed\n");
        return EXIT_OK;
    }
    if (client_may_have_done(u->session->client))
        fault_within(&why, "it is unknown whether it was changed (run the same command again)");
    return session_failed(u->session, u->name, &why);
}

static enum exit_status apply(const struct update *u, const struct token_spec *w,
                              const struct reading *is)
{
    const struct option_value *o = u->context->options;
    struct token_spec change = token_spec_unfulfilled(w, is);
    if (o[OPT_DRY_RUN].given) {
        show_before(u, &change, is);
        session_show_request(u->session, METHOD_PATCH, u->name, &change);
        return EXIT_OK;
    }
    show_before(u, &change, is);
    if (token_spec_is_empty(&change)) {
        if (u->session->out->format == FORMAT_JSON)
            token_row_show(u->session->account->name, is, u->session->out);
        return EXIT_OK;
    }
    if (token_spec_lowers(&change, is)) {
        enum consent consent = session_ask(u->session, o[OPT_YES].given,
                                           "This takes something away from the token. Continue?");
        if (consent != CONSENT_GIVEN)
            return session_unwilling(consent);
    }
    return send(u, &change);
}

static enum exit_status update(const struct update *u, const struct token_spec *w)
{
    struct decoded d;
    struct fault why;
    if (client_show(u->session->client, u->name, &d, &why))
        return apply(u, w, &d.reading);
    return session_token_failed(u->session, u->name, &why);
}

static enum exit_status tokens_update_run(const struct context *c)
{
    struct session s = { 0 };
    struct token_spec w;
    struct fault why;
    ask_json(c, OPT_JSON);
    if (!terms_read(c->options, clock_unix(), &w, &why))
        return complain(EXIT_USAGE, "%s", why.text);
    if (token_spec_is_empty(&w))
        return complain(EXIT_USAGE,
                        "tokens update: say what to change, for example --balance 50.00");
    if (!session_open(c, c->options[OPT_ACCOUNT].text, &s, &why))
        return complain(EXIT_USAGE, "%s", why.text);
    const struct update u = { c, &s, c->arguments[0] };
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
