/* Help, made from the rows of commands and options. */
#pragma once

#include "cli/command.h"

void help_overview(struct writer *w);
void help_command(const struct command *c, struct writer *w);

/* What to do next, for `ebb` alone. `path` is the configuration, or where one belongs when there is
 * none. */
void help_start(const char *path, bool exists, struct writer *w);
