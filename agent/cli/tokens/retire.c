/* `ebb tokens retire`: deletes a token that nobody has used for a while, and refuses when that is
 * not proved. */
#include "cli/tokens/idleness.h"
#include "cli/tokens/removal.h"
#include "cli/tokens/tokens.h"

enum { OPT_IDLE, OPT_FORCE, OPT_YES, OPT_DRY_RUN, OPT_ACCOUNT, OPT_JSON, OPTS };

static const struct option_row options[] = {
    [OPT_IDLE] = { .name = "idle",
                   .type = OPTION_DURATION,
                   .value = "TIME",
                   .preset = "24h",
                   .min = 1,
                   .max = 365 * DAY_S,
                   .help = "how long it must not have spent anything" },
    [OPT_FORCE] = { .name = "force",
                    .type = OPTION_FLAG,
                    .help = "delete it even if it is in use" },
    [OPT_YES] = OPTION_ROW_YES,
    [OPT_DRY_RUN] = { .name = "dry-run",
                      .type = OPTION_FLAG,
                      .help = "only check whether it may be retired" },
    [OPT_ACCOUNT] = OPTION_ROW_OF_ACCOUNT,
    [OPT_JSON] = OPTION_ROW_JSON,
};
_Static_assert(COUNT(options) == OPTS, "an option has no row");

/* EXIT_OK when it may go. */
static enum exit_status prove(const struct context *c, const struct session *s,
                              const struct decoded *now_is)
{
    const struct idle_query q = { c->settings->store,
                                  now_is->id[0] ? now_is->id : now_is->name,
                                  client_ref(s->account, now_is),
                                  &now_is->reading,
                                  clock_unix(),
                                  c->options[OPT_IDLE].number };
    char shown[SESSION_NAME_BYTES], idle[DURATION_TEXT_BYTES];
    struct fault why;
    session_name(c->arguments[0], shown);
    switch (idleness_of(s, &q, &why)) {
    case IDLENESS_DISPROVED:
        return complain(EXIT_FAILED, "%s is not retired: %s", shown, why.text);
    case IDLENESS_UNKNOWN:
        return complain(EXIT_UNKNOWN,
                        "%s is not retired, because it may still be used: %s (--force deletes "
                        "it anyway)",
                        shown, why.text);
    case IDLENESS_PROVED:
        break;
    }
    if (c->out->format == FORMAT_JSON)
        return EXIT_OK;
    writer_add_safe(c->out, span_of(c->arguments[0]));
    writer_addf(c->out,
                " has not spent for %s, according to Ebb's records and the usage endpoint\n",
                duration_format(q.idle_s, idle));
    return EXIT_OK;
}

static enum exit_status retire(const struct context *c, const struct session *s)
{
    struct decoded d;
    struct fault why;
    const char *name = c->arguments[0];
    if (!client_find(s->client, name, &d, &why))
        return session_token_failed(s, name, &why);
    if (!c->options[OPT_FORCE].given) {
        enum exit_status status = prove(c, s, &d);
        if (status != EXIT_OK)
            return status;
    }
    return c->options[OPT_DRY_RUN].given ? removal_show(s, &d)
                                         : removal_run(s, &d, c->options[OPT_YES].given);
}

static enum exit_status tokens_retire_run(const struct context *c)
{
    struct session s = { 0 };
    struct fault why;
    ask_json(c, OPT_JSON);
    if (!session_open(c, c->options[OPT_ACCOUNT].text, &s, &why))
        return complain(EXIT_USAGE, "%s", why.text);
    enum exit_status status = retire(c, &s);
    session_close(&s);
    return status;
}

const struct command cmd_tokens_retire = {
    .name = "retire",
    .parent = &cmd_tokens,
    .arguments = "OLD",
    .help = "delete a token that has not spent for a while; exits with 1 if it has, 3 if unknown",
    .example = "ebb tokens retire prod-billing-api --idle 48h",
    .needs = NEEDS_SETTINGS | NEEDS_SECRETS,
    .arguments_min = 1,
    .arguments_max = 1,
    .options = options,
    .option_count = COUNT(options),
    .run = tokens_retire_run,
};
