/* `ebb help`: every word a user may type is a row, and help walks the rows. */
#include "cli/help.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/command_line.h"
#include "view/writer.h"

/* What fits into a terminal of 80 columns. A choice of many words has a line of its own. */
enum { LABEL_MOST = 32, LINE_MOST = 80 };

static const char purpose[] =
    "Ebb watches prepaid balances of Eden AI tokens and warns before they run out.\n";

static const struct {
    enum exit_status status;
    const char *help;
} statuses[] = {
    { EXIT_OK, "success" },
    { EXIT_FAILED, "the command failed, or its output could not be written" },
    { EXIT_USAGE, "the command line or the configuration is invalid" },
    { EXIT_UNKNOWN, "nothing matches, or there is no data" },
};

static int written_width(const struct option_row *row, char *out, size_t room)
{
    return snprintf(out, room, "--%s%s%s", row->name, row->value ? " " : "",
                    row->value ? row->value : "");
}

static int widest(const struct option_row *rows, size_t count, int least)
{
    for (size_t i = 0; i < count; i++) {
        int width = written_width(&rows[i], NULL, 0);
        if (width > least && width <= LABEL_MOST)
            least = width;
    }
    return least;
}

/* From column `at` on; further lines begin there too. */
static void print_wrapped(struct writer *w, const char *words, int at)
{
    int column = at;
    while (*words) {
        int len = (int)strcspn(words, " ");
        if (column > at && column + 1 + len > LINE_MOST) {
            writer_addf(w, "\n%*s", at, "");
            column = at;
        }
        writer_addf(w, "%s%.*s", column > at ? " " : "", len, words);
        column += len + (column > at);
        words += len;
        words += strspn(words, " ");
    }
    writer_add(w, "\n");
}

static void print_option(struct writer *w, const struct option_row *row, int width)
{
    char written[128];
    struct text help = { 0 };
    int used = written_width(row, written, sizeof written);
    text_add(&help, span_of(row->help));
    if (row->preset)
        text_addf(&help, " (default %s)", row->preset);
    if (used > width)
        writer_addf(w, "  %s\n  %-*s  ", written, width, "");
    else
        writer_addf(w, "  %-*s  ", width, written);
    print_wrapped(w, text_z(&help), width + 4);
    text_done(&help);
}

static void print_options(struct writer *w, const struct option_row *rows, size_t count, int width)
{
    for (size_t i = 0; i < count; i++)
        print_option(w, &rows[i], width);
}

static void print_command_line(struct writer *w, const struct command *c)
{
    enum { NAME_WIDTH = 8 };
    int width = (int)strlen(c->name);
    writer_addf(w, "  %-*s  ", NAME_WIDTH, c->name);
    print_wrapped(w, c->help, (width > NAME_WIDTH ? width : NAME_WIDTH) + 4);
}

static void print_statuses(struct writer *w)
{
    writer_add(w, "\nExit status:\n");
    for (size_t i = 0; i < COUNT(statuses); i++)
        writer_addf(w, "  %d  %s\n", (int)statuses[i].status, statuses[i].help);
}

void help_overview(struct writer *w)
{
    writer_addf(w, "%s\nUsage: ebb COMMAND [OPTIONS] [ARGUMENTS]\n\nCommands:\n", purpose);
    for (const struct command *const *c = commands; *c; c++)
        print_command_line(w, *c);
    writer_add(w, "\nGlobal options:\n");
    print_options(w, global_options, GLOBAL_OPTIONS, widest(global_options, GLOBAL_OPTIONS, 0));
    writer_add(w,
               "\nWithout --config, Ebb reads the file that $EBB_CONFIG names, else the first of\n"
               "$XDG_CONFIG_HOME/ebb/ebb.yaml (~/.config/ebb/ebb.yaml) and /etc/ebb/ebb.yaml that "
               "exists.\n");
    print_statuses(w);
    writer_add(w, "\nRun `ebb help COMMAND` for details.\n");
}

static void help_group(const struct command *c, struct writer *w)
{
    writer_addf(w, "ebb %s: %s\n\nUsage: ebb %s COMMAND [OPTIONS] [ARGUMENTS]\n\nCommands:\n",
                c->name, c->help, c->name);
    for (const struct command *const *sub = c->sub; *sub; sub++)
        print_command_line(w, *sub);
    if (c->option_count) {
        writer_addf(w, "\nOptions without a COMMAND:\n");
        print_options(w, c->options, c->option_count, widest(c->options, c->option_count, 0));
    }
    writer_addf(w, "\nRun `ebb help %s COMMAND` for details.\n\nExample:\n  %s\n", c->name,
                c->example);
}

void help_command(const struct command *c, struct writer *w)
{
    if (c->sub) {
        help_group(c, w);
        return;
    }
    char title[COMMAND_TITLE_BYTES];
    const char *space = *c->arguments ? " " : "";
    command_title(c, title);
    writer_addf(w, "ebb %s: %s\n\nUsage: ebb %s%s%s%s\n", title, c->help, title,
                c->option_count ? " [OPTIONS]" : "", space, c->arguments);
    int width = widest(global_options, GLOBAL_HELP + 1, widest(c->options, c->option_count, 0));
    writer_add(w, "\nOptions:\n");
    print_options(w, c->options, c->option_count, width);
    print_options(w, global_options, GLOBAL_HELP + 1, width);
    if (c->statuses)
        writer_addf(w, "\nExit status:\n%s", c->statuses);
    writer_addf(w, "\nExample:\n  %s\n", c->example);
}

void help_start(const char *path, bool exists, struct writer *w)
{
    struct text shown = { 0 };
    screen_add(&w->screen, span_of(path), &shown);
    writer_addf(w, "%s\n", purpose);
    if (exists)
        writer_addf(w,
                    "Configuration: %s\n\n"
                    "  ebb check    validate it\n"
                    "  ebb once     poll once, store and publish the result\n"
                    "  ebb run      poll continuously\n"
                    "  ebb status   show balances, burn and runway\n\n",
                    text_z(&shown));
    else
        writer_addf(w,
                    "There is no configuration yet. Create one, add your account and try it:\n\n"
                    "  ebb config --example > ebb.yaml\n"
                    "  ebb check --config ebb.yaml\n"
                    "  ebb once --config ebb.yaml\n"
                    "  ebb status --config ebb.yaml\n\n"
                    "Save it as %s to use it without --config.\n"
                    "No account yet? `ebb sim` simulates the Eden AI API.\n\n",
                    text_z(&shown));
    writer_add(w, "`ebb help` lists all commands.\n");
    text_done(&shown);
}

static const struct command *no_second_word(const struct command *c, struct fault *why)
{
    fault(why, FAULT_REJECT, "%s has no subcommands", c->name);
    return NULL;
}

static enum exit_status help_run(const struct context *c)
{
    struct fault why;
    if (c->argument_count == 0) {
        help_overview(c->out);
        return EXIT_OK;
    }
    const struct command *about = command_named(commands, c->arguments[0], &why);
    if (about && c->argument_count > 1)
        about = about->sub ? command_named(about->sub, c->arguments[1], &why)
                           : no_second_word(about, &why);
    if (!about)
        return complain(EXIT_USAGE, "%s", why.text);
    help_command(about, c->out);
    return EXIT_OK;
}

const struct command cmd_help = {
    .name = "help",
    .arguments = "[COMMAND [COMMAND]]",
    .help = "show help for a command, or list all commands",
    .example = "ebb help report",
    .needs = NEEDS_NOTHING,
    .arguments_max = 2,
    .run = help_run,
};
