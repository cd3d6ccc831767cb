/* `ebb version`, and `ebb --version`. */
#include "base/version.h"

#include "cli/command.h"
#include "view/writer.h"

static enum exit_status version_run(const struct context *c)
{
    writer_add(c->out, "ebb " EBB_VERSION "\n");
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
