/* `ebb once`: one poll of each account, through the whole pipeline, for cron and for a first look.
 */
#include <stdio.h>

#include "cli/command.h"
#include "daemon/agent.h"
#include "edge/signals.h"

static enum exit_status once_run(const struct context *c)
{
    struct agent *agent = NULL;
    struct fault why;
    int signals = -1;
    bool ok = signals_open(&signals, &why) && agent_open(c->settings, AGENT_ONCE, &agent, &why);
    if (ok)
        agent_begin(agent, c->config_path, LOG_INFO); /* a run of each minute has nothing to say */
    ok = ok && agent_once(agent, signals, &why);
    if (!ok)
        fprintf(stderr, "ebb once: %s\n", why.text);
    agent_close(agent);
    signals_close(signals);
    return ok ? EXIT_OK : EXIT_FAILED;
}

const struct command cmd_once = {
    .name = "once",
    .arguments = "",
    .help = "poll each account once, store and publish the result, then exit",
    .example = "ebb once --config ebb.yaml",
    .needs = NEEDS_SETTINGS | NEEDS_SECRETS,
    .run = once_run,
};
