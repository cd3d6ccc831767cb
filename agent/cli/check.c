/* `ebb check`: is this configuration right? Every mistake at once, on stderr; one line of praise on
 * stdout. */
#include <inttypes.h>

#include "cli/command.h"
#include "edge/config.h"
#include "view/writer.h"

enum { OPTION_NO_SECRETS, OPTION_COUNT_OF_CHECK };

static const struct option_row options[OPTION_COUNT_OF_CHECK] = {
    [OPTION_NO_SECRETS] = { .name = "no-secrets",
                            .type = OPTION_FLAG,
                            .help =
                                "check the settings for keys and passwords without reading them" },
};

static void add_summary(const struct settings *s, struct writer *out)
{
    writer_addf(out, "%s: ok: %zu account%s, %zu rule%s, ", s->file, s->account_count,
                s->account_count == 1 ? "" : "s", s->rule_count, s->rule_count == 1 ? "" : "s");
    if (s->mqtt.enabled)
        writer_addf(out, "broker %s:%" PRId64 "%s\n", s->mqtt.host, s->mqtt.port,
                    s->mqtt.tls ? " with TLS" : "");
    else
        writer_add(out, "no broker\n");
}

static enum exit_status check_run(const struct context *c)
{
    const char *path = c->argument_count ? c->arguments[0] : c->config_path;
    struct settings *s = NULL;
    struct fault why;
    if (!settings_load(path, c->options[OPTION_NO_SECRETS].given ? SECRETS_NONE : SECRETS_ALL, &s,
                       &why))
        return complain(EXIT_USAGE, "%s", why.text);
    add_summary(s, c->out);
    settings_free(s);
    return EXIT_OK;
}

const struct command cmd_check = {
    .name = "check",
    .arguments = "[FILE]",
    .help = "check a configuration and report every error in it",
    .example = "ebb check /etc/ebb/ebb.yaml",
    .needs = NEEDS_NOTHING,
    .arguments_max = 1,
    .options = options,
    .option_count = COUNT(options),
    .run = check_run,
};
