/* Tokens, the nearest exhaustion first: loaded and written a slice in each turn, since there may be
 * thousands of them, and all have to be known before the first can be named. */
#include <stdlib.h>

#include "base/xmalloc.h"
#include "core/state.h"
#include "view/status/status.h"
#include "web/api.h"

enum { ASK_ACCOUNT, ASK_MATCH, ASK_ENVIRONMENT, ASK_STATE, ASK_LEVEL, ASK_LIMIT, ASK_CURSOR, ASKS };

static const struct option_row rows[] = {
    [ASK_ACCOUNT] = OPTION_ROW_ACCOUNT,
    [ASK_MATCH] = { .name = "match",
                    .type = OPTION_TEXT,
                    .value = "GLOB",
                    .help = "only tokens whose name matches" },
    [ASK_ENVIRONMENT] = { .name = "environment",
                          .type = OPTION_TEXT,
                          .value = "NAME",
                          .help = "only tokens of this environment" },
    [ASK_STATE] = { .name = "state",
                    .type = OPTION_CHOICE,
                    .value = STATE_SLUGS,
                    .help = "only tokens in this state" },
    [ASK_LEVEL] = { .name = "level",
                    .type = OPTION_CHOICE,
                    .value = LEVEL_NAMES,
                    .help = "only tokens whose worst alert has this level" },
    [ASK_LIMIT] = API_ROW_LIMIT(100000),
    [ASK_CURSOR] = API_ROW_CURSOR,
};
_Static_assert(COUNT(rows) == ASKS, "a parameter has no row");

struct work {
    struct asked asked; /* lives as long as the answer */
    struct status_view view;
    struct status_list *list;
    bool listed; /* all of it is written */
    struct api_etag etag;
};

static void done(void *state)
{
    struct work *w = state;
    status_list_end(w->list);
    free(w);
}

static bool step(void *state, struct answer *a, bool *ret_more, struct fault *why)
{
    struct work *w = state;
    struct text cursor = { 0 };
    bool more = false;
    if (!w->listed && !status_list_step(w->list, &more, why))
        return false;
    w->listed = !more;
    *ret_more = more || api_finish_step(a, &w->etag);
    if (*ret_more)
        return true;
    status_list_cursor(w->list, &cursor);
    if (cursor.len)
        api_link_next(&w->asked, a, "/api/v1/tokens", text_z(&cursor));
    text_done(&cursor);
    return true;
}

bool route_api_tokens(const struct asked *q, struct answer *a, struct fault *why)
{
    struct option_value given[ASKS] = { 0 };
    bool known;
    if (!api_options(q, a, rows, COUNT(rows), given))
        return true;
    if (!api_account(q, a, given[ASK_ACCOUNT].text, &known, why))
        return false;
    if (!known)
        return true;
    struct work *w = xcalloc(1, sizeof *w);
    *w = (struct work){ .asked = *q,
                        .view = { .now = q->now,
                                  .account = given[ASK_ACCOUNT].text,
                                  .match = given[ASK_MATCH].text,
                                  .environment = given[ASK_ENVIRONMENT].text,
                                  .state = given[ASK_STATE].text,
                                  .level = given[ASK_LEVEL].text,
                                  .rows_max = (size_t)given[ASK_LIMIT].number,
                                  .cursor = given[ASK_CURSOR].text } };
    a->work = (struct answer_work){ step, done, w };
    a->body.format = FORMAT_JSON;
    return status_list_begin(q->store, &w->view, &a->body, &w->list, why)
        || (why->kind == FAULT_REJECT && answer_refuse(a, 400, "cursor %s", why->text));
}
