/* What was read of one token or of the credits, by readings, hours or days. */
#include <stdlib.h>

#include "base/xmalloc.h"
#include "view/history.h"
#include "web/api.h"

enum { ASK_SINCE, ASK_UNTIL, ASK_STEP, ASK_LIMIT, ASK_CURSOR, ASKS, ROWS_MOST = 1000 };

static const struct option_row rows[] = {
    [ASK_SINCE] = OPTION_ROW_SINCE("24h"),
    [ASK_UNTIL] = OPTION_ROW_UNTIL,
    [ASK_STEP] = { .name = "step",
                   .type = OPTION_CHOICE,
                   .value = HISTORY_STEPS,
                   .preset = "raw",
                   .help = "readings, or what each hour or day adds up to" },
    [ASK_LIMIT] = API_ROW_LIMIT(ROWS_MOST),
    [ASK_CURSOR] = API_ROW_CURSOR,
};
_Static_assert(COUNT(rows) == ASKS, "a parameter has no row");

struct work {
    struct asked asked; /* lives as long as the answer */
    struct history_view view;
    struct history_list *list;
};

static void done(void *state)
{
    struct work *w = state;
    history_list_end(w->list);
    free(w);
}

static void add_path(const struct work *w, struct text *path)
{
    bool credits = !*w->view.scope.token;
    text_add(path, span_of(credits ? "/api/v1/accounts/" : "/api/v1/tokens/"));
    text_add_percent(path, span_of(w->view.scope.account));
    text_add(path, span_of("/"));
    if (credits)
        text_add(path, span_of("credits"));
    else
        text_add_percent(path, span_of(w->view.scope.token));
    text_add(path, span_of("/history"));
}

static bool step(void *state, struct answer *a, bool *ret_more, struct fault *why)
{
    struct work *w = state;
    struct text cursor = { 0 }, path = { 0 };
    if (!history_list_step(w->list, ret_more, why))
        return false;
    if (*ret_more)
        return true;
    history_list_cursor(w->list, &cursor);
    if (cursor.len) {
        add_path(w, &path);
        api_link_next(&w->asked, a, text_z(&path), text_z(&cursor));
    }
    text_done(&cursor);
    text_done(&path);
    api_finish(a);
    return true;
}

/* `token` "" is the credits. */
static bool answer(const struct asked *q, struct answer *a, const char *token, struct fault *why)
{
    struct option_value given[ASKS] = { 0 };
    bool known;
    if (!api_options(q, a, rows, COUNT(rows), given))
        return true;
    if (!api_token(q, a, q->segments[0], token, &known, why))
        return false;
    if (!known)
        return true;
    struct work *w = xcalloc(1, sizeof *w);
    *w = (struct work){
        .asked = *q,
        .view = { .scope = query_at(q->now, q->segments[0]),
                  .step = (enum history_step)given[ASK_STEP].number,
                  .rows_max = given[ASK_LIMIT].given ? (size_t)given[ASK_LIMIT].number : ROWS_MOST,
                  .cursor = given[ASK_CURSOR].text }
    };
    w->view.scope.token = token;
    w->view.scope.since = given[ASK_SINCE].number;
    if (given[ASK_UNTIL].given)
        w->view.scope.until = given[ASK_UNTIL].number;
    a->work = (struct answer_work){ step, done, w };
    a->body.format = FORMAT_JSON;
    return history_list_begin(q->store, &w->view, &a->body, &w->list, why)
        || (why->kind == FAULT_REJECT && answer_refuse(a, 400, "cursor %s", why->text));
}

bool route_api_history(const struct asked *q, struct answer *a, struct fault *why)
{
    return answer(q, a, q->segments[1], why);
}

bool route_api_credits_history(const struct asked *q, struct answer *a, struct fault *why)
{
    return answer(q, a, "", why);
}
