/* `ebb run`: the daemon. SIGTERM and SIGINT end it, SIGHUP reads the configuration again: the new
 * one is taken whole, or the old one stays and the log says why. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "cli/command.h"
#include "daemon/agent.h"
#include "edge/signals.h"

/* What outlives a reload. */
struct daemon {
    const char *config_path;
    const struct settings
        *settings; /* in force; owned by the context at first, later by `reloaded` */
    struct settings *reloaded;
    int signals;
    struct agent *agent;
};

/* A reload is no news but for those who want details. */
static bool start(struct daemon *d, const struct settings *settings, enum log_level level,
                  struct fault *why)
{
    if (!agent_open(settings, AGENT_DAEMON, &d->agent, why))
        return false;
    d->settings = settings;
    agent_begin(d->agent, d->config_path, level);
    signals_notify(getenv("NOTIFY_SOCKET"), "READY=1");
    return true;
}

static bool has_key(const struct settings *settings, const char *account, const char *key)
{
    for (size_t i = 0; i < settings->account_count; i++)
        if (strcmp(settings->accounts[i].name, account) == 0)
            return strcmp(settings->accounts[i].key, key) == 0;
    return false;
}

/* A wait that an old key brought about says nothing about a new one. */
static void hurry_new_keys(const struct daemon *d, const struct settings *old)
{
    for (size_t i = 0; i < d->settings->account_count; i++)
        if (!has_key(old, d->settings->accounts[i].name, d->settings->accounts[i].key))
            agent_hurry(d->agent, d->settings->accounts[i].name);
}

static void say_kept(const struct fault *why)
{
    log_error("%s; keeping the previous configuration", why->text);
}

static bool reload(struct daemon *d, struct fault *why)
{
    struct settings *fresh;
    struct fault refused;

    if (agent_is_degraded(d->agent)) {
        log_error("the configuration is not read again while the database cannot be written; send "
                  "SIGHUP again when "
                  "it takes writes");
        return true;
    }
    signals_notify(getenv("NOTIFY_SOCKET"), "RELOADING=1");
    if (!settings_load(d->config_path, SECRETS_ALL, &fresh, &refused)) {
        say_kept(&refused);
        signals_notify(getenv("NOTIFY_SOCKET"), "READY=1");
        return true;
    }
    agent_close(d->agent);
    d->agent = NULL;
    const struct settings *old = d->settings;
    if (start(d, fresh, LOG_INFO, &refused)) {
        hurry_new_keys(d, old);
        settings_free(d->reloaded);
        d->reloaded = fresh;
        log_notice("reloaded the configuration %s", d->config_path);
        return true;
    }
    say_kept(&refused);
    settings_free(fresh);
    return start(d, d->settings, LOG_INFO, why);
}

static bool serve(struct daemon *d, struct fault *why)
{
    for (;;) {
        enum agent_end end;
        if (!agent_run(d->agent, d->signals, &end, why))
            return false;
        if (end == AGENT_STOP) {
            log_notice("ebb stops: received a signal");
            return true;
        }
        if (!reload(d, why))
            return false;
    }
}

static enum exit_status run_run(const struct context *c)
{
    struct daemon d = { .config_path = c->config_path };
    struct fault why;
    log_never_wait();
    bool ok = signals_open(&d.signals, &why) && start(&d, c->settings, LOG_NOTICE, &why)
        && serve(&d, &why);
    if (!ok)
        log_error("%s", why.text);
    signals_notify(getenv("NOTIFY_SOCKET"), "STOPPING=1");
    agent_close(d.agent);
    signals_close(d.signals);
    settings_free(d.reloaded);
    log_turn();
    return ok ? EXIT_OK : EXIT_FAILED;
}

const struct command cmd_run = {
    .name = "run",
    .arguments = "",
    .help = "poll, store, forecast and alert until stopped",
    .example = "ebb run --config /etc/ebb/ebb.yaml",
    .needs = NEEDS_SETTINGS | NEEDS_SECRETS,
    .run = run_run,
};
