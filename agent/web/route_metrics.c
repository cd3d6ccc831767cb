/* What Prometheus scrapes. */
#include "edge/config.h"
#include "view/metrics.h"
#include "web/route.h"

static bool next(void *state, struct writer *out, bool *ret_more, struct fault *why)
{
    return metrics_next(state, out, ret_more, why);
}

static size_t bytes(const void *state)
{
    return metrics_bytes(state);
}

static void done(void *state)
{
    metrics_close(state);
}

bool route_metrics(const struct asked *q, struct answer *a, struct fault *why)
{
    const struct metrics_query query = {
        .now = q->now,
        .format = metrics_format_accepted(q->accept),
        .tokens_max = q->http->metrics_token_max,
        .live = q->live,
    };
    struct metrics *m;
    if (!metrics_open(q->store, &query, &m, why))
        return false;
    a->type = metrics_content_type(query.format);
    a->pieces = (struct answer_pieces){ .next = next, .bytes = bytes, .done = done, .state = m };
    return true;
}
