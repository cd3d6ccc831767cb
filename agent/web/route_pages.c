/* Pages for people: an address becomes the question of a view. */
#include <stdlib.h>

#include "view/page/asset.h"
#include "view/page/page.h"
#include "view/page/spend.h"
#include "web/report_work.h"
#include "web/route.h"

#define HTML "text/html; charset=utf-8"

static struct page_source source_of(const struct asked *q)
{
    return (struct page_source){ q->store, q->settings, q->now };
}

/* What is not there, or was not meant so, is said on a page as well. */
static bool refuse(struct answer *a, int status, const char *title, const struct fault *why)
{
    text_clear(&a->body.text);
    page_refusal(&a->body, title, why->text);
    a->status = status;
    a->type = HTML;
    return true;
}

/* ---- the overview: all tokens are held until it is whole, so no client is waited for ---- */

static bool home_step(void *state, struct answer *a, bool *ret_more, struct fault *why)
{
    return page_home_next(state, &a->body, ret_more, why);
}

static void home_done(void *state)
{
    page_home_end(state);
}

bool route_home(const struct asked *q, struct answer *a, struct fault *why)
{
    const char *page = asked_parameter(q, "page");
    const struct page_source from = source_of(q);
    const struct home_question asks = {
        .account = asked_parameter(q, "account"),
        .environment = asked_parameter(q, "environment"),
        .state = asked_parameter(q, "state"),
        .match = asked_parameter(q, "match"),
        .page = page ? (size_t)strtoul(page, NULL, 10) : 1,
    };
    struct home *home;
    if (!page_home_begin(&from, &asks, &home, why))
        return false;
    a->type = HTML;
    a->work = (struct answer_work){ home_step, home_done, home };
    return true;
}

/* ---- one token ---- */

static bool one_token_next(void *state, struct writer *out, bool *ret_more, struct fault *why)
{
    return page_token_next(state, out, ret_more, why);
}

static void one_token_done(void *state)
{
    page_token_end(state);
}

bool route_token(const struct asked *q, struct answer *a, struct fault *why)
{
    const struct page_source from = source_of(q);
    bool in_path = q->segment_count == 2;
    const struct token_question asks = {
        .account = in_path ? q->segments[0] : asked_parameter(q, "account"),
        .token = in_path ? q->segments[1] : NULL,
        .slug = in_path ? NULL : asked_parameter(q, "slug"),
        .span = asked_parameter(q, "span"),
        .what_if = asked_parameter(q, "what_if"),
    };
    struct token_page *page;
    struct fault none;
    if (!asks.account || (asks.token ? !*asks.token : !asks.slug)) {
        (void)fault(&none, FAULT_REJECT, "Name one by account and token.");
        return refuse(a, 404, "No token named", &none);
    }
    if (!page_token_begin(&from, &asks, &page, why))
        return why->kind == FAULT_REJECT && refuse(a, 404, "No such token", why);
    a->type = HTML;
    a->pieces.next = one_token_next;
    a->pieces.done = one_token_done;
    a->pieces.state = page;
    return true;
}

/* ---- alerts: all is read before anything is sent ---- */

static bool alerts_step(void *state, struct answer *a, bool *ret_more, struct fault *why)
{
    return page_alerts_step(state, &a->body, ret_more, why);
}

static void alerts_done(void *state)
{
    page_alerts_end(state);
}

bool route_alerts(const struct asked *q, struct answer *a, struct fault *why)
{
    const struct page_source from = source_of(q);
    struct alerts_page *page;
    if (!page_alerts_begin(&from, asked_parameter(q, "span"), &page, why))
        return false;
    a->type = HTML;
    a->work = (struct answer_work){ alerts_step, alerts_done, page };
    return true;
}

/* ---- the others ---- */

bool route_accounts(const struct asked *q, struct answer *a, struct fault *why)
{
    const struct page_source from = source_of(q);
    a->type = HTML;
    return page_accounts(&from, &a->body, why);
}

/* ---- spend: likewise ---- */

static struct spend_question spend_question(const struct asked *q)
{
    struct spend_question s = { { NULL } };
    for (size_t i = 0; i < REPORT_OPTIONS; i++)
        s.asked[i] = asked_parameter(q, spend_rows[i].name);
    return s;
}

static bool spend_step(void *state, struct answer *a, bool *ret_more, struct fault *why)
{
    return page_spend_step(state, &a->body, ret_more, why);
}

static void spend_done(void *state)
{
    page_spend_end(state);
}

bool route_spend(const struct asked *q, struct answer *a, struct fault *why)
{
    const struct page_source from = source_of(q);
    const struct spend_question asks = spend_question(q);
    struct spend *spend;
    if (!page_spend_begin(&from, &asks, &spend, why))
        return false;
    a->type = HTML;
    a->work = (struct answer_work){ spend_step, spend_done, spend };
    return true;
}

bool route_spend_csv(const struct asked *q, struct answer *a, struct fault *why)
{
    struct option_value given[REPORT_OPTIONS] = { 0 };
    const struct spend_question asks = spend_question(q);
    struct report_query query;
    if (!page_spend_question(&asks, q->now, given, &query, why))
        return why->kind == FAULT_REJECT && answer_refuse(a, 400, "%s", why->text);
    a->type = "text/csv; charset=utf-8";
    a->download = "spend.csv";
    a->body.format = FORMAT_CSV;
    return report_work_begin(q, &query, true, a, why);
}

bool route_asset(const struct asked *q, struct answer *a, struct fault *why)
{
    struct fault none;
    (void)why;
    a->lasts = page_asset(q->segments[0], &a->type, &a->body);
    if (a->lasts)
        return true;
    (void)fault(&none, FAULT_REJECT, "This page belongs to another version: load it again.");
    return refuse(a, 404, "No such file", &none);
}
