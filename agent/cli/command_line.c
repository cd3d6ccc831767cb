/* One pass over the words: each is an option of the command, an option of all commands, the command
 * or an argument. */
#include "cli/command_line.h"

#include "base/log.h"
#include "base/nearest.h"
#include "provider/provider.h"

const struct option_row global_options[GLOBAL_OPTIONS] = {
    [GLOBAL_CONFIG] = { .name = "config",
                        .type = OPTION_TEXT,
                        .value = "FILE",
                        .help = "configuration file" },
    [GLOBAL_LOG] = { .name = "log",
                     .type = OPTION_CHOICE,
                     .value = LOG_CHOICES,
                     .help = "log level on stderr; overrides the configuration" },
    [GLOBAL_ASCII] = { .name = "ascii",
                       .type = OPTION_FLAG,
                       .help = "ASCII output, as with LC_ALL=C" },
    [GLOBAL_HELP] = { .name = "help", .type = OPTION_FLAG, .help = "show help and exit" },
    [GLOBAL_VERSION] = { .name = "version",
                         .type = OPTION_FLAG,
                         .help = "show the version and exit" },
};

/* The words that are left, and what has been made of those before. */
struct parser {
    const struct command *const *known;
    char *const *next;
    struct option_reading how;
    struct command_line line;
};

const struct command *command_named(const struct command *const *known, const char *name,
                                    struct fault *why)
{
    struct nearest near = nearest_to(span_of(name));
    for (; *known; known++) {
        if (strcmp((*known)->name, name) == 0)
            return *known;
        nearest_try(&near, (*known)->name);
    }
    if (near.best)
        fault(why, FAULT_REJECT, "unknown command \"%s\"; did you mean \"%s\"?", name, near.best);
    else
        fault(why, FAULT_REJECT, "unknown command \"%s\"", name);
    return NULL;
}

static const struct option_row *find_row(const struct option_row *rows, size_t count,
                                         struct span name)
{
    for (size_t i = 0; i < count; i++)
        if (span_is(name, rows[i].name))
            return &rows[i];
    return NULL;
}

/* Finds the row of an option and the place of its value. */
static const struct option_row *find_option(struct parser *p, struct span name,
                                            struct option_value **ret)
{
    const struct command *c = p->line.command;
    const struct option_row *row = c ? find_row(c->options, c->option_count, name) : NULL;
    if (row) {
        *ret = &p->line.options[row - c->options];
        return row;
    }
    row = find_row(global_options, GLOBAL_OPTIONS, name);
    if (row)
        *ret = &p->line.globals[row - global_options];
    return row;
}

static bool unknown_option(const struct parser *p, struct span name, struct fault *why)
{
    const struct command *c = p->line.command;
    struct nearest near = nearest_to(name);
    for (size_t i = 0; c && i < c->option_count; i++)
        nearest_try(&near, c->options[i].name);
    for (size_t i = 0; i < GLOBAL_OPTIONS; i++)
        nearest_try(&near, global_options[i].name);

    char title[COMMAND_TITLE_BYTES];
    const char *owner = c ? command_title(c, title) : "ebb";
    if (near.best)
        return fault(why, FAULT_REJECT, "%s: unknown option --%.*s; did you mean --%s?", owner,
                     (int)name.len, name.at, near.best);
    return fault(why, FAULT_REJECT, "%s: unknown option --%.*s%s", owner, (int)name.len, name.at,
                 c ? "" : " (options of a command follow its name)");
}

static bool take_long_option(struct parser *p, const char *text, struct fault *why)
{
    const char *equals = strchr(text, '=');
    struct span name = { text, equals ? (size_t)(equals - text) : strlen(text) };
    const char *written = equals ? equals + 1 : NULL;
    struct option_value *value;
    const struct option_row *row = find_option(p, name, &value);

    if (!row)
        return unknown_option(p, name, why);
    if (row->type == OPTION_FLAG && written)
        return fault(why, FAULT_REJECT, "--%s takes no value", row->name);
    if (row->type != OPTION_FLAG && !written && !(written = *p->next))
        return fault(why, FAULT_REJECT, "--%s requires a value: %s", row->name, row->value);
    if (row->type != OPTION_FLAG && !equals)
        p->next++;
    return option_read(row, &p->how, written, value, why);
}

static bool take_word(struct parser *p, const char *word, struct fault *why)
{
    struct command_line *l = &p->line;
    char title[COMMAND_TITLE_BYTES];
    if (!l->command || l->command->sub) {
        l->command = command_named(l->command ? l->command->sub : p->known, word, why);
        return l->command != NULL;
    }
    if (l->argument_count == l->command->arguments_max)
        return fault(why, FAULT_REJECT, "%s: unexpected argument \"%s\"",
                     command_title(l->command, title), word);
    l->arguments[l->argument_count++] = word;
    return true;
}

static bool take_words(struct parser *p, struct fault *why)
{
    bool options_over = false;
    while (*p->next) {
        const char *word = *p->next++;
        bool ok;
        if (options_over || word[0] != '-' || !word[1])
            ok = take_word(p, word, why);
        else if (strcmp(word, "--") == 0)
            ok = options_over = true;
        else if (strcmp(word, "-h") == 0)
            ok = take_long_option(p, "help", why);
        else if (word[1] == '-')
            ok = take_long_option(p, word + 2, why);
        else
            ok = fault(why, FAULT_REJECT,
                       "\"%s\" is not an option: options are written --name (a name that starts "
                       "with '-' goes after \"--\")",
                       word);
        if (!ok)
            return false;
    }
    return true;
}

static void take_presets(struct parser *p)
{
    const struct command *c = p->line.command;
    for (size_t i = 0; c && i < c->option_count; i++)
        if (!p->line.options[i].given)
            option_preset(&c->options[i], &p->how, &p->line.options[i]);
}

static bool check_arguments(const struct command_line *l, struct fault *why)
{
    char title[COMMAND_TITLE_BYTES];
    if (!l->command || l->globals[GLOBAL_HELP].given
        || l->argument_count >= l->command->arguments_min)
        return true;
    return fault(why, FAULT_REJECT, "%s: missing argument %s", command_title(l->command, title),
                 l->command->arguments);
}

bool command_line_parse(const struct command *const *known, char *const *words, unix_s now,
                        struct command_line *ret, struct fault *why)
{
    struct parser p = {
        .known = known,
        .next = words,
        .how = { .lead = "--", .now = now, .limits = provider_limits() },
    };
    if (!take_words(&p, why) || !check_arguments(&p.line, why))
        return false;
    take_presets(&p);
    *ret = p.line;
    return true;
}
