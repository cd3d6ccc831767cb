/* What fires now, and every transition of the past. */
#include <stdio.h>
#include <stdlib.h>

#include "base/xmalloc.h"
#include "edge/config.h"
#include "view/alerts.h"
#include "web/api.h"

struct firing_work {
    struct alerts_query query;
    struct alerts_list *list;
    bool listed; /* all of it is written */
    struct api_etag etag;
};

static void firing_done(void *state)
{
    struct firing_work *w = state;
    alerts_list_end(w->list);
    free(w);
}

static bool firing_step(void *state, struct answer *a, bool *ret_more, struct fault *why)
{
    struct firing_work *w = state;
    bool more = false;
    if (!w->listed && !alerts_list_step(w->list, &more, why))
        return false;
    w->listed = !more;
    *ret_more = more || api_finish_step(a, &w->etag);
    return true;
}

bool route_api_alerts(const struct asked *q, struct answer *a, struct fault *why)
{
    static const struct option_row rows[] = { OPTION_ROW_ACCOUNT };
    struct option_value given[COUNT(rows)] = { 0 };
    bool known;
    if (!api_options(q, a, rows, COUNT(rows), given))
        return true;
    if (!api_account(q, a, given[0].text, &known, why))
        return false;
    if (!known)
        return true;
    struct firing_work *w = xcalloc(1, sizeof *w);
    w->query.scope = query_at(q->now, given[0].text);
    if (q->settings)
        w->query.rules = (struct rule_set){ q->settings->rules, q->settings->rule_count };
    a->work = (struct answer_work){ firing_step, firing_done, w };
    a->body.format = FORMAT_JSON;
    return alerts_list_begin(q->store, &w->query, &a->body, &w->list, why);
}

enum { ASK_ACCOUNT, ASK_SINCE, ASK_UNTIL, ASK_LIMIT, ASK_CURSOR, ASKS, EVENTS_MOST = 1000 };

/* A cursor is the number of the last event of the page before. */
static const struct option_row event_rows[] = {
    [ASK_ACCOUNT] = OPTION_ROW_ACCOUNT,
    [ASK_SINCE] = OPTION_ROW_SINCE("7d"),
    [ASK_UNTIL] = OPTION_ROW_UNTIL,
    [ASK_LIMIT] = API_ROW_LIMIT(EVENTS_MOST),
    [ASK_CURSOR] = { .name = "cursor",
                     .type = OPTION_COUNT,
                     .min = 1,
                     .max = INT64_MAX,
                     .help = "from where the answer before ended" },
};
_Static_assert(COUNT(event_rows) == ASKS, "a parameter has no row");

struct past_work {
    struct asked asked; /* lives as long as the answer */
    struct past_list *list;
    bool listed; /* all of it is written */
    struct api_etag etag;
};

static void past_done(void *state)
{
    struct past_work *w = state;
    past_list_end(w->list);
    free(w);
}

static void link_next(const struct past_work *w, struct answer *a)
{
    char cursor[24];
    if (!past_list_next(w->list))
        return;
    snprintf(cursor, sizeof cursor, "%lld", (long long)past_list_next(w->list));
    api_link_next(&w->asked, a, "/api/v1/events", cursor);
}

static bool past_step(void *state, struct answer *a, bool *ret_more, struct fault *why)
{
    struct past_work *w = state;
    bool more = false;
    if (!w->listed && !past_list_step(w->list, &more, why))
        return false;
    if (!w->listed && !more)
        link_next(w, a);
    w->listed = !more;
    *ret_more = more || api_finish_step(a, &w->etag);
    return true;
}

static bool add_events(const struct asked *q, struct answer *a, const struct option_value *given,
                       struct fault *why)
{
    struct query_filter scope = query_at(q->now, given[ASK_ACCOUNT].text);
    /* The pages of an age go on from where it was, whatever time has passed. */
    scope.since = given[ASK_CURSOR].given ? TIME_NONE : given[ASK_SINCE].number;
    if (given[ASK_UNTIL].given)
        scope.until = given[ASK_UNTIL].number;
    scope.after = given[ASK_CURSOR].number;
    scope.most = given[ASK_LIMIT].given ? given[ASK_LIMIT].number : EVENTS_MOST;
    struct past_work *w = xcalloc(1, sizeof *w);
    w->asked = *q;
    a->work = (struct answer_work){ past_step, past_done, w };
    a->body.format = FORMAT_JSON;
    return past_list_begin(q->store, &scope, &a->body, &w->list, why);
}

bool route_api_events(const struct asked *q, struct answer *a, struct fault *why)
{
    struct option_value given[ASKS] = { 0 };
    bool known;
    if (!api_options(q, a, event_rows, COUNT(event_rows), given))
        return true;
    if (!api_account(q, a, given[ASK_ACCOUNT].text, &known, why))
        return false;
    return !known || add_events(q, a, given, why);
}
