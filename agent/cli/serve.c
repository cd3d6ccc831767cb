/* `ebb serve`: what `ebb run` shows over HTTP, from a database that something else fills, or from a
 * copy of one: a dashboard on another machine. Nothing is polled and nothing is written. */
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/ask.h"
#include "edge/signals.h"
#include "view/writer.h"
#include "web/web.h"

enum { OPT_DB, OPT_LISTEN, OPTS };

static const struct option_row options[] = {
    [OPT_DB] = { .name = "db",
                 .type = OPTION_TEXT,
                 .value = "FILE",
                 .help = "a database, or a copy that `ebb export` made; no configuration is needed "
                         "then (default: `store` of the configuration)" },
    [OPT_LISTEN] = { .name = "listen",
                     .type = OPTION_TEXT,
                     .value = "ADDRESS:PORT",
                     .help = "where to listen, instead of `listen` under `http`" },
};
_Static_assert(COUNT(options) == OPTS, "an option has no row");

enum { TURN_MAX_MS = 60 * 1000 };

/* Until a signal asks to stop. */
static bool serve_until_stopped(struct web *w, int signals, struct fault *why)
{
    for (;;) {
        struct pollfd fds[] = { { .fd = signals, .events = POLLIN },
                                { .fd = -1 },
                                { .fd = log_waits_for(), .events = POLLOUT } };
        mono_ms now = clock_mono(), due = web_prepare(w, now, &fds[1]);
        int64_t wait_ms = due - now < TURN_MAX_MS ? due - now : TURN_MAX_MS;
        if (poll(fds, COUNT(fds), wait_ms > 0 ? (int)wait_ms : 0) < 0 && errno != EINTR)
            return fault(why, FAULT_FATAL, "cannot wait for clients");
        log_turn();
        if (signals_take(signals).stop)
            return true;
        web_turn(w, NULL);
    }
}

static void add_addresses(struct writer *out, const struct http_settings *http)
{
    writer_addf(out, "serving http%s://%s\n", http->cert_pem ? "s" : "", http->listen);
    writer_flush(out);
}

static enum exit_status serve(const struct context *c, struct http_settings *http, const char *db,
                              const struct settings *settings)
{
    const char *listen = c->options[OPT_LISTEN].text;
    struct web *w = NULL;
    struct fault why;
    int signals = -1;
    if (access(db, F_OK) != 0 && errno == ENOENT)
        return complain(EXIT_UNKNOWN, "no database %s: name one with --db, or start `ebb run`", db);
    if (listen && !config_http_listen(http, listen, &why))
        return complain(EXIT_USAGE, "--%s", why.text);
    if (!config_http_is_guarded(http))
        return complain(EXIT_USAGE,
                        "other machines could read everything at %s: set "
                        "`password_file` under `http` in the configuration, or `open: "
                        "true` if that is meant",
                        http->listen);
    log_never_wait();
    bool ok = signals_open(&signals, &why) && web_open(http, db, settings, &w, &why);
    if (ok)
        add_addresses(c->out, http);
    ok = ok && serve_until_stopped(w, signals, &why);
    web_close(w);
    signals_close(signals);
    return ok ? EXIT_OK : complain(EXIT_FAILED, "%s", why.text);
}

static enum exit_status serve_run(const struct context *c)
{
    const char *db = c->options[OPT_DB].text;
    struct settings *settings = NULL;
    struct http_settings http;
    struct fault why;
    bool configured = access(c->config_path, F_OK) == 0;
    if (!configured && !db)
        return complain(EXIT_USAGE,
                        "no configuration found: name a database with --db, or a "
                        "configuration with --config");
    if (configured && !settings_load(c->config_path, SECRETS_HTTP, &settings, &why))
        return complain(EXIT_USAGE, "%s", why.text);
    config_http_defaults(&http);
    bool own = settings && settings->http.enabled;
    enum exit_status status =
        serve(c, own ? &settings->http : &http, db ? db : settings->store, settings);
    http_settings_done(&http);
    settings_free(settings);
    return status;
}

const struct command cmd_serve = {
    .name = "serve",
    .arguments = "",
    .help = "show a database in the browser and as metrics, without polling",
    .example = "ebb serve --db /srv/backup/ebb.db",
    .needs = NEEDS_NOTHING,
    .options = options,
    .option_count = COUNT(options),
    .run = serve_run,
};
