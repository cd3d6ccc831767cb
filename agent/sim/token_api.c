/* /v2/user/custom_token/: list, create, show, change, delete. */
#include "sim/routes.h"
#include "sim/token_form.h"
#include "sim/token_text.h"

/* A secret leaves in GET answers alone, or in the one that creates it alone, or never. */
static enum token_view view_of(const struct world *w, const char *method)
{
    bool gets = strcmp(method, "GET") == 0, creates = strcmp(method, "POST") == 0;
    return (gets && w->secret_place == SECRET_IN_GET)
            || (creates && w->secret_place == SECRET_IN_POST)
        ? TOKEN_WITH_SECRET
        : TOKEN_WITHOUT_SECRET;
}

/* A list changes only when the account does, so 100,000 unchanged tokens are rendered once. */
static struct body *render_list(const struct world *w, const struct sim_account *a, size_t kept)
{
    struct body *body = body_new();
    text_addf(&body->text, "[");
    for (size_t i = 0; i < kept; i++) {
        text_addf(&body->text, "%s", i ? "," : "");
        token_text_add(&body->text, a->tokens[i], w->balance_form, view_of(w, "GET"));
    }
    text_addf(&body->text, "]");
    return body;
}

void tokens_list(const struct call *c, struct sim_answer *ret)
{
    ret->status = 200;
    if (c->list_kept < c->account->token_count) {
        ret->body = render_list(c->world, c->account, c->list_kept);
        return;
    }
    struct list_cache *cache = &c->tenant->list;
    if (!cache->body || cache->version != c->account->version) {
        body_release(cache->body);
        *cache = (struct list_cache){ render_list(c->world, c->account, c->list_kept),
                                      c->account->version };
    }
    ret->body = body_keep(cache->body);
}

static void answer_token(const struct call *c, int status, const struct sim_token *t,
                         struct sim_answer *ret)
{
    token_text_add(answer_begin(ret, status), t, c->world->balance_form,
                   view_of(c->world, c->request->method));
}

static void answer_invalid(struct sim_answer *ret, const struct text *errors)
{
    text_addf(answer_begin(ret, 400), "{\"error\":{\"type\":\"validation_error\",\"message\":%s}}",
              text_z(errors));
}

/* A JSON object, or an answer that says why not. */
static bool read_body(const struct call *c, struct json **ret_body, struct sim_answer *ret)
{
    struct fault why;
    if (!json_read(c->request->body, ret_body, &why)) {
        answer_error(ret, 400, "parse_error", why.text);
        return false;
    }
    if (json_is_object(*ret_body))
        return true;
    answer_json(ret, 400,
                "{\"error\":{\"type\":\"validation_error\",\"message\":"
                "{\"non_field_errors\":[\"Invalid data. Expected a dictionary.\"]}}}");
    return false;
}

void tokens_create(const struct call *c, struct sim_answer *ret)
{
    own_json struct json *body = NULL;
    struct text errors = { 0 };
    struct token_order order;
    if (!read_body(c, &body, ret))
        return;
    if (token_form_create(body, c->account, &order, &errors))
        answer_token(c, 201, account_add(c->account, &order), ret);
    else
        answer_invalid(ret, &errors);
    text_done(&errors);
}

void token_show(const struct call *c, struct sim_answer *ret)
{
    const struct sim_token *t = account_named(c->account, span_of(c->name));
    if (t)
        answer_token(c, 200, t, ret);
    else
        answer_not_found(ret);
}

void token_change(const struct call *c, struct sim_answer *ret)
{
    own_json struct json *body = NULL;
    struct text errors = { 0 };
    struct terms terms;
    struct sim_token *t = account_named(c->account, span_of(c->name));
    if (!t) {
        answer_not_found(ret);
        return;
    }
    if (!read_body(c, &body, ret))
        return;
    if (token_form_change(body, &t->terms, &terms, &errors)) {
        account_set_terms(c->account, t, &terms);
        answer_token(c, 200, t, ret);
    } else {
        answer_invalid(ret, &errors);
    }
    text_done(&errors);
}

void token_delete(const struct call *c, struct sim_answer *ret)
{
    struct sim_token *t = account_named(c->account, span_of(c->name));
    if (!t) {
        answer_not_found(ret);
        return;
    }
    account_remove(c->account, t);
    answer_json(ret, 204, "");
}
