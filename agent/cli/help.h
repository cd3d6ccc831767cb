/* Help, made from the rows of commands and options. All of it is printed on stdout. */
#pragma once

#include "cli/command.h"

void help_overview(void);
void help_command(const struct command *c);

/* What to do next, for `ebb` alone. `path` is the configuration, or where one belongs when there is
 * none. */
void help_start(const char *path, bool exists);
