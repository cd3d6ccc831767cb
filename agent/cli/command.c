/* From argv to an exit status: parse, open what the command's row needs, run, and see that the
 * output got out. */
#include "cli/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "cli/command_line.h"
#include "cli/help.h"
#include "cli/settings.h"
#include "cli/terminal.h"
#include "edge/config.h"
#include "edge/store.h"
#include "view/writer.h"

const struct command *const commands[] = {
    &cmd_run,   &cmd_once,   &cmd_status, &cmd_forecast, &cmd_history, &cmd_report, &cmd_serve,
    &cmd_gate,  &cmd_alerts, &cmd_audit,  &cmd_metrics,  &cmd_export,  &cmd_tokens, &cmd_credits,
    &cmd_check, &cmd_config, &cmd_sim,    &cmd_version,  &cmd_help,    NULL,
};

const char *command_title(const struct command *c, char out[COMMAND_TITLE_BYTES])
{
    snprintf(out, COMMAND_TITLE_BYTES, "%s%s%s", c->parent ? c->parent->name : "",
             c->parent ? " " : "", c->name);
    return out;
}

enum exit_status complain(enum exit_status status, const char *format, ...)
{
    char words[FAULT_TEXT_BYTES * 2];
    va_list args;
    va_start(args, format);
    vsnprintf(words, sizeof words, format, args);
    va_end(args);

    const struct screen screen = { .ascii = terminal_ascii() };
    struct text safe = { 0 };
    screen_add(&screen, span_of(words), &safe);
    fprintf(stderr, "ebb: %s\n", text_z(&safe));
    text_done(&safe);
    return status;
}

/* With a closed stdout the next file opened would become it. Opened for reading, writes to it still
 * fail. */
static void keep_standard_descriptors(void)
{
    int fd;
    do
        fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

/* A reader that left (`ebb history x | head`) is no news; a full disk is. */
static enum exit_status finish_output(struct writer *out, enum exit_status status)
{
    if (writer_flush(out))
        return status;
    if (out->error != EPIPE)
        complain(status, "cannot write the output: %s", strerror(out->error));
    return EXIT_FAILED;
}

static void set_log_level(const struct option_value *given, const struct settings *s)
{
    if (given->given)
        log_set_level((enum log_level)given->number);
    else if (s)
        log_set_level(s->log);
}

static enum exit_status open_store_and_run(const struct command *command, struct context *c)
{
    struct store *store = NULL;
    struct fault why;
    if (command->needs & NEEDS_STORE) {
        if (access(c->settings->store, F_OK) != 0 && errno == ENOENT)
            return complain(EXIT_UNKNOWN, "no data in %s yet: run `ebb once`, or start `ebb run`",
                            c->settings->store);
        if (!store_open(c->settings->store, STORE_READ, &store, &why))
            return complain(EXIT_FAILED, "%s", why.text);
    }
    c->store = store;
    enum exit_status status = command->run(c);
    store_close(store);
    return status;
}

static enum exit_status open_settings_and_run(const struct command_line *line, struct context *c)
{
    struct settings *settings = NULL;
    struct fault why;
    unsigned needs = line->command->needs;
    if ((needs & NEEDS_SETTINGS)
        && !settings_load(c->config_path, needs & NEEDS_SECRETS ? SECRETS_ALL : SECRETS_NONE,
                          &settings, &why))
        return complain(EXIT_USAGE, "%s", why.text);
    set_log_level(&line->globals[GLOBAL_LOG], settings);
    c->settings = settings;
    enum exit_status status = open_store_and_run(line->command, c);
    settings_free(settings);
    return status;
}

static enum exit_status run_command(const struct command_line *line, const char *config_path,
                                    bool config_exists, struct writer *out)
{
    struct context c = { .config_path = config_path,
                         .out = out,
                         .argument_count = line->argument_count };
    memcpy(c.options, line->options, sizeof c.options);
    memcpy(c.arguments, line->arguments, sizeof c.arguments);
    if ((line->command->needs & NEEDS_SETTINGS) && !config_exists)
        return complain(
            EXIT_USAGE,
            "no configuration found: create one with `ebb config --example > ebb.yaml`, "
            "then pass it with --config or save it as %s",
            config_path);
    return open_settings_and_run(line, &c);
}

static enum exit_status run_line(const struct command_line *line, struct writer *out)
{
    if (line->globals[GLOBAL_VERSION].given)
        return cmd_version.run(&(struct context){ .out = out });
    if (line->globals[GLOBAL_HELP].given) {
        line->command ? help_command(line->command, out) : help_overview(out);
        return EXIT_OK;
    }

    struct text found = { 0 };
    bool exists = config_find(&found);
    const char *named = line->globals[GLOBAL_CONFIG].text;
    const char *path = named ? named : text_z(&found);
    enum exit_status status = EXIT_OK;
    if (line->command)
        status = run_command(line, path, named || exists, out);
    else
        help_start(path, named || exists, out);
    text_done(&found);
    return status;
}

enum exit_status command_main(int argc, char **argv)
{
    struct command_line line;
    struct writer out;
    struct fault why;

    keep_standard_descriptors();
    guard_tls_secrets();
    signal(SIGPIPE, SIG_IGN); /* a write that fails says so: */
    signal(SIGXFSZ,
           SIG_IGN); /* neither a gone reader nor a limit on file size may end the daemon */
    if (!command_line_parse(commands, argc > 0 ? argv + 1 : argv, clock_unix(), &line, &why))
        return complain(EXIT_USAGE, "%s (see `ebb help`)", why.text);
    if (line.globals[GLOBAL_ASCII].given)
        setenv("LC_ALL", "C", 1);
    const struct screen screen = terminal_screen();
    writer_init(&out, stdout, &screen);
    enum exit_status status = finish_output(&out, run_line(&line, &out));
    writer_done(&out);
    return status;
}
