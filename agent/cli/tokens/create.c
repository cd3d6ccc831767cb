/* `ebb tokens create`: a new token, its secret into a file. */
#include <stdio.h>

#include "cli/tokens/creation.h"
#include "cli/tokens/terms.h"
#include "cli/tokens/tokens.h"

enum {
    OPT_TYPE = TERM_OPTIONS,
    OPT_MEMBER,
    OPT_SECRET_FILE,
    OPT_DRY_RUN,
    OPT_ACCOUNT,
    OPT_JSON,
    OPTS
};

static const struct option_row options[] = {
    TERM_OPTION_ROWS,
    [OPT_TYPE] = OPTION_ROW_TYPE,
    [OPT_MEMBER] = { .name = "member",
                     .type = OPTION_TEXT,
                     .value = "E-MAIL",
                     .help = "whose token it is to be (API v3)" },
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
                               const struct creation *creation)
{
    struct creation_end end;
    struct fault why;
    if (!creation_run(s, creation, &end, &why))
        return session_failed(s, creation->name, &why);
    creation_show(s, creation, &end);
    if (!creation->secret_path && !end.secret_gone && !c->options[OPT_JSON].given)
        fputs("To fetch its secret, run `ebb tokens show NAME --secret-file FILE`.\n", stderr);
    return EXIT_OK;
}

/* What this API would refuse, or take no notice of, before a secret's file is made. */
static bool can_be_meant(const struct context *c, const struct provider *p,
                         const struct token_spec *w, struct fault *why)
{
    int64_t ahead_s = w->wanted.expires - clock_unix();
    bool soon = w->given[SPEC_EXPIRES] && w->wanted.expires != TIME_NONE
        && ahead_s < p->expiry_ahead_min_s && !c->options[TERM_FORCE].given;
    char least[DURATION_TEXT_BYTES];
    if (c->options[OPT_MEMBER].given && !p->has_members)
        return fault(why, FAULT_REJECT,
                     "--member is not offered by this API: see `api` in the "
                     "configuration");
    return !soon
        || fault(
            why, FAULT_REJECT,
            "--expires %s: a new token must be valid for at least %s (--force sends it anyway)",
            c->options[TERM_EXPIRES].text, duration_format(p->expiry_ahead_min_s, least));
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
    const struct creation creation = { .name = c->arguments[0],
                                       .member = c->options[OPT_MEMBER].text,
                                       .wish = &w,
                                       .secret_path = c->options[OPT_SECRET_FILE].text };
    const struct client_ask ask = creation_ask(&creation);
    if (!can_be_meant(c, session_provider(&s), &w, &why))
        status = complain(EXIT_USAGE, "%s", why.text);
    else if (c->options[OPT_DRY_RUN].given)
        session_show_request(&s, &ask);
    else
        status = create(c, &s, &creation);
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
