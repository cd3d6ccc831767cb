/* /v2/cost_management/: what is left on the account, and what was spent on what. */
#include <stdio.h>
#include <stdlib.h>

#include "core/calendar.h"
#include "sim/routes.h"
#include "sim/token_text.h"

#define EMPTY "{\"response\":[]}" /* consumption of nothing */

void credits_show(const struct call *c, struct sim_answer *ret)
{
    struct text *out = answer_begin(ret, 200);
    text_addf(out, "{\"credits\":");
    amount_text_add(out, money_known(c->account->credits), BALANCE_NUMBER);
    text_addf(out, "}");
}

/* The parameters of a consumption request, decoded; NULL: absent. */
enum parameter {
    PARAM_BEGIN,
    PARAM_END,
    PARAM_STEP,
    PARAM_PROVIDER,
    PARAM_SUBFEATURE,
    PARAM_TOKEN,
    PARAM_USER,
    PARAM_WORKFLOW,
    PARAM_RAG,
    PARAM_GROUP_BY,
    PARAMS,
};

static const struct parameter_row {
    const char *name;
    bool required, main_key_only;
} parameters[] = {
    [PARAM_BEGIN] = { "begin", true, false },
    [PARAM_END] = { "end", true, false },
    [PARAM_STEP] = { "step", true, false },
    [PARAM_PROVIDER] = { "provider", false, false },
    [PARAM_SUBFEATURE] = { "subfeature", false, false },
    [PARAM_TOKEN] = { "token", false, true },
    [PARAM_USER] = { "user", false, true },
    [PARAM_WORKFLOW] = { "workflow_id", false, false },
    [PARAM_RAG] = { "rag_project_id", false, false },
    [PARAM_GROUP_BY] = { "group_by", false, true },
};
_Static_assert(COUNT(parameters) == PARAMS, "a parameter has no row");

static bool refuse(struct sim_answer *ret, const char *field, const char *words)
{
    struct text *out = answer_begin(ret, 400);
    text_addf(out, "{\"error\":{\"type\":\"validation_error\",\"message\":{");
    text_add_json(out, span_of(field));
    text_addf(out, ":[");
    text_add_json(out, span_of(words));
    text_addf(out, "]}}}");
    return false;
}

static bool store_parameter(struct span name, struct span value, char *values[PARAMS],
                            struct sim_answer *ret)
{
    for (size_t i = 0; i < PARAMS; i++)
        if (span_is(name, parameters[i].name)) {
            free(values[i]);
            values[i] = http_decode(value, true);
            return values[i] ? true : refuse(ret, parameters[i].name, "Not a valid string.");
        }
    char words[64];
    snprintf(words, sizeof words, "%.*s", name.len < 60 ? (int)name.len : 60, name.at);
    return refuse(ret, words, "Unknown filter.");
}

static bool split_query(const char *query, char *values[PARAMS], struct sim_answer *ret)
{
    for (const char *at = query; *at;) {
        size_t len = strcspn(at, "&"), name = strcspn(at, "=&");
        struct span value = { at + name + (name < len), len - name - (name < len) };
        if (len && !store_parameter((struct span){ at, name }, value, values, ret))
            return false;
        at += len + (at[len] == '&');
    }
    return true;
}

static bool allowed(const struct call *c, char *const values[PARAMS], struct sim_answer *ret)
{
    for (size_t i = 0; i < PARAMS; i++) {
        if (parameters[i].required && !values[i])
            return refuse(ret, parameters[i].name, "This field is required.");
        if (parameters[i].main_key_only && values[i] && c->caller)
            return refuse(ret, parameters[i].name, "Not allowed with a custom token.");
    }
    return true;
}

static bool read_day(const char *text, int64_t *ret)
{
    unix_s at;
    struct fault unused;
    if (strlen(text) != strlen("2026-01-31") || !calendar_parse(span_of(text), &at, &unused))
        return false;
    *ret = at / DAY_S;
    return true;
}

static bool read_query(char *const values[PARAMS], struct consumption_query *q,
                       struct sim_answer *ret)
{
    static const char bad_date[] =
        "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.";
    if (!read_day(values[PARAM_BEGIN], &q->first_day))
        return refuse(ret, "begin", bad_date);
    if (!read_day(values[PARAM_END], &q->last_day))
        return refuse(ret, "end", bad_date);
    const char *step = values[PARAM_STEP];
    if (strlen(step) != 1 || *step < '1' || *step > '4')
        return refuse(ret, "step", "Not a valid choice.");
    q->step = (enum consumption_step)(*step - '0');
    if (values[PARAM_GROUP_BY] && strcmp(values[PARAM_GROUP_BY], "user") != 0)
        return refuse(ret, "group_by", "Not a valid choice.");
    q->by_user = values[PARAM_GROUP_BY] != NULL;
    q->provider = values[PARAM_PROVIDER];
    q->subfeature = values[PARAM_SUBFEATURE];
    q->payer = values[PARAM_TOKEN];
    q->user = values[PARAM_USER];
    return true;
}

void consumption_show(const struct call *c, struct sim_answer *ret)
{
    char *values[PARAMS] = { 0 };
    struct consumption_query q = { 0 };
    if (split_query(c->query, values, ret) && allowed(c, values, ret)
        && read_query(values, &q, ret)) {
        if (c->caller)
            q.payer = c->caller->name;
        q.last_day -= c->world->end_is_exclusive;
        if (values[PARAM_WORKFLOW] || values[PARAM_RAG]) /* nothing here ever ran in a workflow */
            answer_json(ret, 200, EMPTY);
        else
            books_render(&c->account->books, &q, answer_begin(ret, 200));
        if (c->world->no_data_is_404 && strcmp(text_z(&ret->body->text), EMPTY) == 0) {
            answer_done(ret);
            *ret = (struct sim_answer){ 0 };
            answer_not_found(ret);
        }
    }
    for (size_t i = 0; i < PARAMS; i++)
        free(values[i]);
}
