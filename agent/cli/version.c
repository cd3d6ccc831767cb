/* `ebb version`, and `ebb --version`. */
#include "base/version.h"

#include <stdio.h>

#include "cli/command.h"

static enum exit_status version_run(const struct context *c)
{
    (void)c;
    puts("ebb " EBB_VERSION);
    return EXIT_OK;
}

const struct command cmd_version = {
    .name = "version",
    .arguments = "",
    .help = "print the version",
    .example = "ebb version",
    .needs = NEEDS_NOTHING,
    .run = version_run,
};
