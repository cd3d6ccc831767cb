/* Requests meet routes here: what was asked is decoded, its row is found, its answer is sent, whole
 * or piece by piece, a few milliseconds in each turn. */
#include "web/web.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/condition.h"
#include "base/xmalloc.h"
#include "edge/serve.h"
#include "web/etag.h"
#include "web/source.h"
#include "web/target.h"

enum {
    TURN_MS = 5, /* spent on requests in one turn; one that is begun may make it twice that */
};

/* What hangs on an exchange until its answer is over. */
struct answering {
    struct answering *next, **link; /* of all, in no order */
    struct source *source;
    struct target target;
    struct asked asked;
    struct answer answer;
};

struct web {
    struct server *server;
    struct source *source;
    const struct settings *settings; /* NULL: none */
    const struct http_settings *http;
    struct conditions conditions;
    struct answering *all; /* owned */
};

static const struct condition_kind unreadable = { .name = "web",
                                                  .over = "pages can be read again",
                                                  .level = LOG_WARNING };

const char *asked_parameter(const struct asked *q, const char *name)
{
    for (size_t i = 0; i < q->parameter_count; i++)
        if (strcmp(q->parameters[i].name, name) == 0)
            return q->parameters[i].value;
    return NULL;
}

bool answer_refuse(struct answer *a, int status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    text_clear(&a->body.text);
    text_addv(&a->body.text, format, args);
    text_add(&a->body.text, span_of("\n"));
    va_end(args);
    a->status = status;
    a->type = NULL;
    a->etag[0] = '\0';
    a->download = NULL;
    return true;
}

static struct answering *answering_new(struct web *w)
{
    struct answering *g = xcalloc(1, sizeof *g);
    source_renew(&w->source);
    g->source = source_use(w->source);
    g->next = w->all;
    g->link = &w->all;
    if (g->next)
        g->next->link = &g->next;
    w->all = g;
    return g;
}

static void answering_free(struct answering *g)
{
    *g->link = g->next;
    if (g->next)
        g->next->link = g->link;
    if (g->answer.pieces.done)
        g->answer.pieces.done(g->answer.pieces.state);
    writer_done(&g->answer.body);
    target_done(&g->target);
    source_release(g->source);
    free(g);
}

static const struct route *find_route(struct answering *g)
{
    for (const struct route *r = routes; r->path; r++)
        if (target_fits(&g->target, r->path, g->asked.segments, &g->asked.segment_count))
            return r;
    return NULL;
}

static void tell(struct web *w, const struct fault *why)
{
    const struct condition_now is = { .subject = "database",
                                      .state = why ? 1 : 0,
                                      .text = why ? why->text : NULL };
    conditions_feed(&w->conditions, &unreadable, &is, clock_mono());
}

static void fill(struct web *w, struct answering *g, const struct exchange *x)
{
    struct fault why;
    struct answer *a = &g->answer;
    if (!target_parse(span_of(exchange_target(x)), &g->target, &why)) {
        answer_refuse(a, 400, "%s", why.text);
        return;
    }
    const char *accept = exchange_header(x, "Accept");
    g->asked.path = g->target.path;
    g->asked.accept = accept ? accept : "";
    memcpy(g->asked.parameters, g->target.parameters, sizeof g->target.parameters);
    g->asked.parameter_count = g->target.parameter_count;
    const struct route *r = find_route(g);
    if (!r) {
        answer_refuse(a, 404, "There is no such page.");
        return;
    }
    if (r->answer(&g->asked, a, &why)) {
        tell(w, NULL);
        return;
    }
    tell(w, &why);
    answer_refuse(a, 503, "The database could not be read; the log says why.");
}

static void begin(struct web *w, struct exchange *x, const struct live *live)
{
    struct answering *g = answering_new(w);
    struct answer *a = &g->answer;
    a->status = 200;
    writer_init(&a->body, NULL, NULL);
    g->asked = (struct asked){ .store = g->source->store,
                               .now = clock_unix(),
                               .settings = w->settings,
                               .http = w->http,
                               .live = live };
    fill(w, g, x);
    g->asked.live = NULL;

    bool known = a->status == 200 && etag_is_listed(exchange_header(x, "If-None-Match"), a->etag);
    if (known)
        text_clear(&a->body.text);
    bool in_pieces = a->pieces.next && !known && a->status == 200;
    const struct serve_head head = {
        .status = known ? 304 : a->status,
        .type = known ? NULL
            : a->type ? a->type
                      : "text/plain; charset=utf-8",
        .etag = a->etag[0] ? a->etag : NULL,
        .lasts = a->lasts && a->status == 200,
        .location = a->location[0] ? a->location : NULL,
        .download = a->download,
    };
    if (in_pieces)
        *exchange_answering(x) = g;
    serve_answer(x, &head, &a->body.text, in_pieces);
    if (!in_pieces)
        answering_free(g);
}

static void go_on(struct web *w, struct exchange *x)
{
    struct answering *g = *exchange_answering(x);
    struct fault why;
    bool more = false;
    if (!g->answer.pieces.next(g->answer.pieces.state, &g->answer.body, &more, &why)) {
        tell(w, &why);
        serve_cut(x);
        return;
    }
    serve_add(x, &g->answer.body.text, more);
}

bool web_open(const struct http_settings *s, const char *database, const struct settings *settings,
              struct web **ret, struct fault *why)
{
    struct web *w = xcalloc(1, sizeof *w);
    w->settings = settings;
    w->http = s;
    const struct serve_options o = { .listen = s->listen,
                                     .hosts = s->hosts,
                                     .logins = s->logins,
                                     .cert = s->cert_pem,
                                     .key = s->key_pem };
    if (!source_open(database, &w->source, why) || !serve_open(&o, &w->server, why)) {
        web_close(w);
        return false;
    }
    if (s->logins && !s->cert && !config_http_is_local(s))
        log_warning("http: passwords cross the network unencrypted, for `cert` and `key` are not "
                    "set");
    *ret = w;
    return true;
}

void web_close(struct web *w)
{
    if (!w)
        return;
    serve_close(w->server);
    while (w->all)
        answering_free(w->all);
    source_release(w->source);
    conditions_done(&w->conditions);
    free(w);
}

mono_ms web_prepare(struct web *w, mono_ms now, struct pollfd *ret)
{
    return serve_prepare(w->server, now, ret);
}

static void serve_one(struct web *w, enum serve_event event, struct exchange *x,
                      const struct live *live)
{
    switch (event) {
    case SERVE_NOTHING:
        break;
    case SERVE_ASKED:
        begin(w, x, live);
        break;
    case SERVE_ROOM:
        go_on(w, x);
        break;
    case SERVE_OVER:
        answering_free(*exchange_answering(x));
        serve_forget(x);
        break;
    }
}

void web_turn(struct web *w, const struct live *live)
{
    mono_ms began = clock_mono();
    enum serve_event event;
    struct exchange *x;
    serve_turn(w->server, began);
    do {
        event = serve_next(w->server, &x);
        serve_one(w, event, x, live);
    } while (event != SERVE_NOTHING && clock_mono() - began < TURN_MS);
    conditions_turn(&w->conditions, clock_mono());
}
