/* /v2/user/custom_token/: list, create, show, change, delete, rotate. A token that is deleted is
 * revoked: the list as first documented leaves it out, the one of September shows it. */
#include <stdlib.h>

#include "sim/listing.h"
#include "sim/routes.h"
#include "sim/token_form.h"
#include "sim/token_text.h"

static void add_rows(struct text *out, const struct world *w, struct sim_token *const *rows,
                     size_t count)
{
    for (size_t i = 0; i < count; i++) {
        text_addf(out, "%s", i ? "," : "");
        token_text_add(out, w, rows[i], ANSWER_GET);
    }
}

static struct body *render_list(const struct call *c, struct sim_token *const *rows, size_t count)
{
    struct body *body = body_new();
    text_addf(&body->text, "[");
    add_rows(&body->text, c->world, rows, count);
    text_addf(&body->text, "]");
    return body;
}

static void answer_page(const struct call *c, struct sim_token *const *rows, size_t count,
                        struct sim_answer *ret)
{
    struct list_page page;
    if (!listing_page_numbered(c, (size_t)c->world->v2_page, count, &page, ret))
        return;
    struct text *out = answer_begin(ret, 200);
    listing_begin(out);
    add_rows(out, c->world, rows + page.first, page.count);
    listing_end(out, c, &page);
}

/* A list changes only when the account does, so 100,000 unchanged tokens are rendered once. */
void tokens_list(const struct call *c, struct sim_answer *ret)
{
    struct list_cache *cache = &c->tenant->list;
    bool cached = !c->sim_fault && !c->world->v2_page;
    ret->status = 200;
    if (cached && cache->body && cache->version == c->account->version) {
        ret->body = body_keep(cache->body);
        return;
    }
    size_t count;
    struct sim_token **rows = listing_of(c, c->world->manners.is[MANNER_V2] != V2_FIRST, &count);
    if (c->world->v2_page)
        answer_page(c, rows, count, ret);
    else
        ret->body = render_list(c, rows, count);
    free(rows);
    if (cached) {
        body_release(cache->body);
        *cache = (struct list_cache){ body_keep(ret->body), c->account->version };
    }
}

static void answer_token(const struct call *c, int status, const struct sim_token *t,
                         enum token_answer answer, struct sim_answer *ret)
{
    token_text_add(answer_begin(ret, status), c->world, t, answer);
}

static void answer_errors(struct sim_answer *ret, const struct text *errors)
{
    text_addf(answer_begin(ret, 400), "{\"error\":{\"type\":\"validation_error\",\"message\":%s}}",
              text_z(errors));
}

void tokens_create(const struct call *c, struct sim_answer *ret)
{
    own_json struct json *body = NULL;
    struct text errors = { 0 };
    struct token_form form;
    const struct form_rules rules = { .kind = FORM_V2_CREATE, .account = c->account };
    if (!route_body(c, &body, ret))
        return;
    if (token_form_read(&rules, body, &form, &errors)) {
        const struct token_order order = {
            .name = form.name,
            .terms = form.terms,
            .hashed = c->world->manners.is[MANNER_V2] != V2_FIRST,
        };
        answer_token(c, 201, account_add(c->account, &order), ANSWER_POST, ret);
    } else {
        answer_errors(ret, &errors);
    }
    text_done(&errors);
}

/* The token of the path, or an answer that there is none. */
static struct sim_token *token_of(const struct call *c, struct sim_answer *ret)
{
    struct sim_token *t = account_named(c->account, span_of(c->name));
    if (!t)
        answer_not_found(ret);
    return t;
}

void token_show(const struct call *c, struct sim_answer *ret)
{
    const struct sim_token *t = token_of(c, ret);
    if (t)
        answer_token(c, 200, t, ANSWER_GET, ret);
}

void token_change(const struct call *c, struct sim_answer *ret)
{
    own_json struct json *body = NULL;
    struct text errors = { 0 };
    struct token_form form;
    struct sim_token *t = token_of(c, ret);
    if (!t || !route_body(c, &body, ret))
        return;
    const struct form_rules rules = {
        .kind = FORM_V2_CHANGE,
        .account = c->account,
        .present = &t->terms,
        .numbers_only = c->world->manners.is[MANNER_PATCH_BALANCE] == PATCH_BALANCE_NUMBER,
    };
    if (token_form_read(&rules, body, &form, &errors)) {
        account_set_terms(c->account, t, &form.terms);
        answer_token(c, 200, t, ANSWER_PATCH, ret);
    } else {
        answer_errors(ret, &errors);
    }
    text_done(&errors);
}

void token_delete(const struct call *c, struct sim_answer *ret)
{
    struct sim_token *t = token_of(c, ret);
    if (!t)
        return;
    account_revoke(c->account, t);
    answer_json(ret, 204, "");
}

void token_rotate(const struct call *c, struct sim_answer *ret)
{
    struct sim_token *t = token_of(c, ret);
    if (!t)
        return;
    account_rotate(c->account, t);
    answer_token(c, 200, t, ANSWER_ROTATE, ret);
}

/* A key reads of itself. The main key has no budget of its own: to it this is a token's name. */
void token_me(const struct call *c, struct sim_answer *ret)
{
    if (c->caller)
        answer_token(c, 200, c->caller, ANSWER_ME, ret);
    else
        token_show(c, ret);
}
