/* Requests meet routes here: what was asked is decoded, its row is found, its answer is sent, whole
 * or piece by piece, a few milliseconds in each turn. */
#include "web/web.h"

#include <stdlib.h>

#include "base/condition.h"
#include "base/xmalloc.h"
#include "edge/serve.h"
#include "web/budget.h"
#include "web/etag.h"
#include "web/source.h"
#include "web/target.h"

enum {
    RETRY_AFTER_S = 5, /* what a client is asked to wait after 503 */
    TURN_MS = 5,       /* spent on requests in one turn; one that is begun may make it twice that */
};

/* What hangs on an exchange until its answer is over. */
struct answering {
    struct answering *next, **link; /* of all, in no order */
    struct answering *worked_on_next;
    struct exchange *exchange;
    struct source *source;
    struct target target;
    struct asked asked;
    struct answer answer;
    size_t route, reserved; /* of the budget */
    bool admitted;
};

struct web {
    struct server *server;
    struct source *source;
    const struct settings *settings; /* NULL: none */
    const struct http_settings *http;
    struct conditions conditions;
    struct budget budget;
    struct answering *all;     /* owned */
    struct answering *working; /* those with work left; the first is worked on */
};

static const struct condition_kind unreadable = { .name = "web",
                                                  .over = "pages can be read again",
                                                  .level = LOG_WARNING };

static const struct condition_kind replaced = { .name = "web",
                                                .over = "the database of now is shown again",
                                                .level = LOG_WARNING };

/* Pages of an old copy look like those of a new one, so the log has to say it. */
static void renew(struct web *w)
{
    struct fault why;
    struct text words = { 0 };
    bool ok = source_renew(&w->source, &why);
    if (!ok)
        text_addf(&words, "%s; pages still show the file that was in its place before", why.text);
    const struct condition_now is = { .subject = "database file",
                                      .state = !ok,
                                      .text = ok ? NULL : text_z(&words) };
    conditions_feed(&w->conditions, &replaced, &is, clock_mono());
    text_done(&words);
}

static struct answering *answering_new(struct web *w)
{
    struct answering *g = xcalloc(1, sizeof *g);
    renew(w);
    g->source = source_use(w->source);
    g->next = w->all;
    g->link = &w->all;
    if (g->next)
        g->next->link = &g->next;
    w->all = g;
    return g;
}

/* What an answer that is over held. */
static size_t bytes_of(const struct answering *g)
{
    const struct answer_pieces *p = &g->answer.pieces;
    return g->answer.body.text.room + (p->bytes ? p->bytes(p->state) : 0);
}

/* An answer that takes long, because it is large, is only begun when there is room for it. */
static void admit(struct web *w, struct answering *g)
{
    struct answer *a = &g->answer;
    if (a->status != 200 || (!a->work.step && !a->pieces.next))
        return;
    g->admitted = budget_admit(&w->budget, g->route, serve_queued(w->server), &g->reserved);
    if (!g->admitted)
        answer_refuse(a, 503, "Too much is being read at the moment: try again in a few seconds.");
}

static void leave(struct web *w, struct answering *g)
{
    if (g->admitted)
        budget_release(&w->budget, g->route, g->reserved, bytes_of(g));
    g->admitted = false;
}

static void answering_free(struct web *w, struct answering *g)
{
    leave(w, g);
    *g->link = g->next;
    if (g->next)
        g->next->link = g->link;
    if (g->answer.pieces.done)
        g->answer.pieces.done(g->answer.pieces.state);
    if (g->answer.work.done)
        g->answer.work.done(g->answer.work.state);
    text_done(&g->answer.link);
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

/* A file that is locked, or a disk that fails, may be read a moment later. */
static void fail(struct web *w, struct answer *a, const struct fault *why)
{
    tell(w, why);
    answer_refuse(a, 503,
                  why->kind == FAULT_RETRY
                      ? "The database cannot be read now: another program has locked it, or its "
                        "disk fails. The log says which."
                      : "The database could not be read; the log says why.");
}

static void fill(struct web *w, struct answering *g, const struct exchange *x)
{
    struct fault why;
    struct answer *a = &g->answer;
    const char *target = exchange_target(x);
    a->is_api = strncmp(target, "/api/", strlen("/api/")) == 0;
    if (!target_parse(span_of(target), &g->target, &why)) {
        answer_refuse(a, 400, "%s", why.text);
        return;
    }
    const char *accept = exchange_header(x, "Accept");
    g->asked.path = g->target.path;
    g->asked.accept = accept ? accept : "";
    memcpy(g->asked.parameters, g->target.parameters, sizeof g->target.parameters);
    g->asked.parameter_count = g->target.parameter_count;
    const struct route *r = find_route(g);
    g->route = r ? (size_t)(r - routes) : 0;
    if (!r) {
        answer_refuse(a, 404, "There is no such page%s.",
                      a->is_api ? ": /api/v1/openapi.yaml lists what there is" : "");
        return;
    }
    if (r->answer(&g->asked, a, &why)) {
        tell(w, NULL);
        return;
    }
    fail(w, a, &why);
}

static void put_to_work(struct web *w, struct answering *g)
{
    struct answering **last = &w->working;
    while (*last)
        last = &(*last)->worked_on_next;
    *last = g;
}

static void take_from_work(struct web *w, const struct answering *g)
{
    for (struct answering **at = &w->working; *at; at = &(*at)->worked_on_next)
        if (*at == g) {
            *at = g->worked_on_next;
            return;
        }
}

/* Its head and its first bytes. */
static void send(struct web *w, struct answering *g)
{
    struct exchange *x = g->exchange;
    struct answer *a = &g->answer;
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
        .link = a->link.len ? text_z(&a->link) : NULL,
        .location = a->location[0] ? a->location : NULL,
        .download = a->download,
        .retry_after_s = a->status == 503 ? RETRY_AFTER_S : 0,
    };
    *exchange_answering(x) = in_pieces ? g : NULL;
    if (!in_pieces)
        leave(w, g);
    serve_answer(x, &head, &a->body.text, in_pieces);
    if (!in_pieces)
        answering_free(w, g);
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
    admit(w, g);
    g->asked.live = NULL;
    g->exchange = x;
    *exchange_answering(x) = g;
    if (a->work.step && a->status == 200)
        put_to_work(w, g);
    else
        send(w, g);
}

/* A step of the work that came first; so no more than one answer is half made. */
static void work(struct web *w)
{
    struct answering *g = w->working;
    struct fault why;
    bool more = false;
    if (!g->answer.work.step(g->answer.work.state, &g->answer, &more, &why)) {
        fail(w, &g->answer, &why);
        more = false;
    }
    if (more)
        return;
    take_from_work(w, g);
    send(w, g);
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
    for (struct answering *g = w->all, *next; g; g = next) {
        next = g->next;
        answering_free(w, g);
    }
    source_release(w->source);
    conditions_done(&w->conditions);
    free(w);
}

mono_ms web_prepare(struct web *w, mono_ms now, struct pollfd *ret)
{
    mono_ms next = serve_prepare(w->server, now, ret);
    return w->working ? now : next;
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
        take_from_work(w, *exchange_answering(x));
        answering_free(w, *exchange_answering(x));
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
    if (w->working)
        do
            work(w);
        while (w->working && clock_mono() - began < TURN_MS);
    conditions_turn(&w->conditions, clock_mono());
}
