/* `ebb sim`: options to a stand-in API. The key comes from a file or the environment, never from
 * argv. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/own.h"
#include "base/private.h"
#include "base/span.h"
#include "cli/command.h"
#include "sim/sim.h"

enum {
    OPT_PORT,
    OPT_SCENARIO,
    OPT_DEMO,
    OPT_SPEED,
    OPT_SEED,
    OPT_START,
    OPT_CONTROL,
    OPT_KEY_FILE,
    OPT_KEY_ENV,
    OPTS,
};

static const struct option_row options[] = {
    [OPT_PORT] = { "port", OPTION_COUNT, "PORT", "0", "port on 127.0.0.1; 0 picks a free one", 0,
                   65535 },
    [OPT_SCENARIO] = { "scenario", OPTION_TEXT, "FILE", NULL,
                       "scenario: accounts, tokens and how they spend", 0, 0 },
    [OPT_DEMO] = { "demo", OPTION_FLAG, NULL, NULL, "built-in scenario with ten tokens that spend",
                   0, 0 },
    [OPT_SPEED] = { "speed", OPTION_COUNT, "N", NULL, "virtual seconds per real second", 0,
                    SIM_SPEED_MAX },
    [OPT_SEED] = { "seed", OPTION_COUNT, "N", NULL, "random seed; the same seed spends the same", 0,
                   INT64_MAX },
    [OPT_START] = { "start", OPTION_TIME, "TIME", NULL, "start of the virtual clock (default now)",
                    0, 0 },
    [OPT_CONTROL] = { "control", OPTION_FLAG, NULL, NULL,
                      "also serve the control endpoint, /control/", 0, 0 },
    [OPT_KEY_FILE] = { "key-file", OPTION_TEXT, "FILE", NULL, "file that holds the main key", 0,
                       0 },
    [OPT_KEY_ENV] = { "key-env", OPTION_TEXT, "NAME", NULL,
                      "environment variable that holds the main key", 0, 0 },
};
_Static_assert(COUNT(options) == OPTS, "an option has no row");

enum { KEY_ROOM = 2048 };

static bool read_key_file(const char *path, char out[KEY_ROOM], struct fault *why)
{
    own_file FILE *file = fopen(path, "re");
    if (!file || !fgets(out, KEY_ROOM, file))
        return fault(why, FAULT_REJECT, "%s: cannot read a key", path);
    out[strcspn(out, "\r\n")] = '\0';
    return *out ? true : fault(why, FAULT_REJECT, "%s: the first line is empty", path);
}

/* Leaves `ret` NULL when no key was asked for. */
static bool find_key(const struct context *c, char room[KEY_ROOM], const char **ret,
                     struct fault *why)
{
    const struct option_value *file = &c->options[OPT_KEY_FILE],
                              *variable = &c->options[OPT_KEY_ENV];
    if (file->given && variable->given)
        return fault(why, FAULT_REJECT, "--key-file and --key-env cannot be combined");
    if (file->given) {
        *ret = room;
        return read_key_file(file->text, room, why);
    }
    if (variable->given) {
        *ret = getenv(variable->text);
        return *ret && **ret
            ? true
            : fault(why, FAULT_REJECT, "%s: not set in the environment", variable->text);
    }
    return true;
}

static enum exit_status sim_command(const struct context *c)
{
    const struct option_value *given = c->options;
    char room[KEY_ROOM] = "";
    struct fault why;
    struct sim_options sim = {
        .port = (uint16_t)given[OPT_PORT].number,
        .scenario = given[OPT_SCENARIO].text,
        .demo = given[OPT_DEMO].given,
        .speed = given[OPT_SPEED].given ? given[OPT_SPEED].number : SIM_SPEED_UNSET,
        .seed = given[OPT_SEED].given ? given[OPT_SEED].number : -1,
        .start = given[OPT_START].given ? given[OPT_START].number : TIME_NONE,
        .control = given[OPT_CONTROL].given,
    };
    if (given[OPT_DEMO].given && given[OPT_SCENARIO].given)
        return complain(EXIT_USAGE, "sim: --demo cannot be combined with --scenario");
    memory_keep_private();
    if (find_key(c, room, &sim.key, &why) && sim_run(&sim, &why))
        return EXIT_OK;
    log_error("%s", why.text);
    return why.kind == FAULT_REJECT ? EXIT_USAGE : EXIT_FAILED;
}

const struct command cmd_sim = {
    .name = "sim",
    .arguments = "",
    .help = "simulate the Eden AI API on 127.0.0.1",
    .example = "ebb sim --port 8080 --demo --speed 3600",
    .needs = NEEDS_NOTHING,
    .options = options,
    .option_count = COUNT(options),
    .run = sim_command,
};
