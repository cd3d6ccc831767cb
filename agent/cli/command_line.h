/* argv -> a command, its options and arguments, or one fault that names the mistake and what was
 * probably meant.
 *
 * Pure: rows and words in, values out; nothing is printed or opened. */
#pragma once

#include "base/clock.h"
#include "cli/command.h"

/* Options of every command, before or after its name. */
enum global_option {
    GLOBAL_CONFIG,
    GLOBAL_LOG,
    GLOBAL_ASCII,
    GLOBAL_HELP,
    GLOBAL_VERSION,
    GLOBAL_OPTIONS
};

extern const struct option_row global_options[GLOBAL_OPTIONS];

struct command_line {
    const struct command *command; /* NULL: none was named */
    struct option_value globals[GLOBAL_OPTIONS];
    struct option_value options[OPTIONS_MAX]; /* in the order of the command's rows */
    const char *arguments[ARGUMENTS_MAX];     /* borrowed from argv */
    size_t argument_count;
};

/* `words` is argv after the program's name, ended by NULL; `known` ends with NULL. A value that
 * looks back
 * ("24h") is counted from `now`. With --help a command line may lack its arguments. FAULT_REJECT.
 */
MUST_CHECK bool command_line_parse(const struct command *const *known, char *const *words,
                                   unix_s now, struct command_line *ret, struct fault *why);

/* The command of this name among them; NULL and `why` filled when there is none. */
const struct command *command_named(const struct command *const *known, const char *name,
                                    struct fault *why);
