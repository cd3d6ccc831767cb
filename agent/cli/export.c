/* `ebb export`: a copy of the database, to carry away or to keep, while the daemon goes on. */
#include <stdio.h>

#include "cli/ask.h"
#include "edge/signals.h"
#include "edge/store.h"

enum { OPT_FORCE, OPTS };

static const struct option_row options[] = {
    [OPT_FORCE] = { .name = "force", .type = OPTION_FLAG, .help = "replace FILE if it exists" },
};
_Static_assert(COUNT(options) == OPTS, "an option has no row");

static bool is_cancelled(void *fd)
{
    return signals_take(*(int *)fd).stop;
}

static enum exit_status export_run(const struct context *c)
{
    int fd;
    struct fault why;
    if (!signals_open(&fd, &why))
        return complain(EXIT_FAILED, "%s", why.text);
    bool ok = store_export(c->store, c->arguments[0], c->options[OPT_FORCE].given, is_cancelled,
                           &fd, &why);
    signals_close(fd);
    if (!ok)
        return complain(EXIT_FAILED, "export failed: %s", why.text);
    return EXIT_OK;
}

const struct command cmd_export = {
    .name = "export",
    .arguments = "FILE",
    .help = "copy the database into one file, even while `ebb run` is writing",
    .example = "ebb export /srv/backup/ebb.db",
    .needs = NEEDS_SETTINGS | NEEDS_STORE,
    .arguments_min = 1,
    .arguments_max = 1,
    .options = options,
    .option_count = COUNT(options),
    .run = export_run,
};
