/* `ebb metrics`: what `/metrics` would serve of the database, to stdout or into a file. */
#include "view/metrics.h"

#include "cli/ask.h"
#include "cli/whole_file.h"
#include "view/writer.h"

enum { OPT_OPENMETRICS, OPT_OUTPUT, OPT_TOKENS_MAX, OPTS };

static const struct option_row options[] = {
    [OPT_OPENMETRICS] = { .name = "openmetrics",
                          .type = OPTION_FLAG,
                          .help = "OpenMetrics 1.0 instead of Prometheus text 0.0.4" },
    [OPT_OUTPUT] = { .name = "output",
                     .type = OPTION_TEXT,
                     .value = "FILE",
                     .help = "write FILE as a whole, for node_exporter's textfile collector" },
    [OPT_TOKENS_MAX] = { .name = "tokens-max",
                         .type = OPTION_COUNT,
                         .value = "N",
                         .preset = "10000",
                         .min = 0,
                         .max = 1000000,
                         .help = "no series for further tokens" },
};
_Static_assert(COUNT(options) == OPTS, "an option has no row");

static bool write_all(const struct context *c, struct writer *w, struct fault *why)
{
    const struct metrics_query q = {
        .now = clock_unix(),
        .format = c->options[OPT_OPENMETRICS].given ? METRICS_OPENMETRICS : METRICS_TEXT,
        .tokens_max = c->options[OPT_TOKENS_MAX].number,
    };
    struct metrics *m;
    bool more = true, ok = true;
    if (!metrics_open(c->store, &q, &m, why))
        return false;
    while (ok && more && !writer_is_lost(w)) {
        ok = metrics_next(m, w, &more, why);
        writer_pass(w);
    }
    metrics_close(m);
    return ok;
}

static bool write_file(const struct context *c, const char *path, struct fault *why)
{
    struct writer w;
    writer_init(&w, NULL, NULL);
    bool ok = write_all(c, &w, why)
        && whole_file_write(path, (struct span){ text_z(&w.text), w.text.len }, why);
    writer_done(&w);
    return ok;
}

static enum exit_status metrics_run(const struct context *c)
{
    const char *path = c->options[OPT_OUTPUT].text;
    struct fault why;
    bool ok = path ? write_file(c, path, &why) : write_all(c, c->out, &why);
    return ok ? EXIT_OK : ask_failed(&why);
}

const struct command cmd_metrics = {
    .name = "metrics",
    .arguments = "",
    .help = "every figure as Prometheus metrics",
    .example = "ebb metrics --output /var/lib/prometheus/node-exporter/ebb.prom",
    .needs = NEEDS_SETTINGS | NEEDS_STORE,
    .options = options,
    .option_count = COUNT(options),
    .run = metrics_run,
};
