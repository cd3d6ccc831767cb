/* `ebb config`: the effective configuration, defaults included and without secrets; or one to start
 * from. */
#include "edge/config.h"
#include "cli/command.h"
#include "view/writer.h"

enum { OPTION_EXAMPLE, OPTION_COUNT_OF_CONFIG };

static const struct option_row options[OPTION_COUNT_OF_CONFIG] = {
    [OPTION_EXAMPLE] = { .name = "example",
                         .type = OPTION_FLAG,
                         .help = "print a commented example to start from" },
};

/* Secrets are not even read: they cannot be printed then, and their absence is no mistake. */
static bool add_effective(const char *path, struct text *out, struct fault *why)
{
    struct settings *s = NULL;
    if (!settings_load(path, SECRETS_NONE, &s, why))
        return false;
    config_print(s, out);
    settings_free(s);
    return true;
}

static enum exit_status config_run(const struct context *c)
{
    struct fault why;
    bool done = true;
    if (c->options[OPTION_EXAMPLE].given)
        config_example(&c->out->text);
    else
        done = add_effective(c->config_path, &c->out->text, &why);
    return done ? EXIT_OK : complain(EXIT_USAGE, "%s", why.text);
}

const struct command cmd_config = {
    .name = "config",
    .arguments = "",
    .help = "print the effective configuration, without secrets",
    .example = "ebb config --example",
    .needs = NEEDS_NOTHING,
    .options = options,
    .option_count = COUNT(options),
    .run = config_run,
};
