/* /v3/manage/keys/: the same tokens through the other door, by their ids. */
#include <stdlib.h>

#include "sim/listing.h"
#include "sim/routes.h"
#include "sim/token_form.h"
#include "sim/token_text.h"

void keys_list(const struct call *c, struct sim_answer *ret)
{
    struct list_page page;
    size_t count;
    struct sim_token **rows = listing_of(c, true, &count);
    if (listing_page(c, count, &page, ret)) {
        struct text *out = answer_begin(ret, 200);
        listing_begin(out);
        for (size_t i = 0; i < page.count; i++) {
            text_addf(out, "%s", i ? "," : "");
            key_text_add(out, c->world, rows[page.first + i], ANSWER_GET);
        }
        listing_end(out, c, &page);
    }
    free(rows);
}

static void answer_key(const struct call *c, int status, const struct sim_token *t,
                       enum token_answer answer, struct sim_answer *ret)
{
    key_text_add(answer_begin(ret, status), c->world, t, answer);
}

/* Reads what was asked for; on false the answer says why not. */
static bool read_form(const struct form_rules *rules, const struct json *body,
                      struct token_form *ret_form, struct sim_answer *ret)
{
    struct text errors = { 0 };
    bool read = token_form_read(rules, body, ret_form, &errors);
    if (!read)
        text_addf(answer_begin(ret, 400),
                  "{\"error\":{\"type\":\"validation_error\",\"message\":%s}}", text_z(&errors));
    text_done(&errors);
    return read;
}

static bool name_is_free(const struct call *c, const char *name, const char *member,
                         const struct sim_token *except, struct sim_answer *ret)
{
    if (!account_name_taken(c->account, name, member, except))
        return true;
    answer_detail(ret, 409, "An active key with this name already exists.");
    return false;
}

void keys_create(const struct call *c, struct sim_answer *ret)
{
    own_json struct json *body = NULL;
    struct token_form form;
    const struct form_rules rules = { .kind = FORM_V3_CREATE, .account = c->account };
    if (!route_body(c, &body, ret) || !read_form(&rules, body, &form, ret)
        || !name_is_free(c, form.name, form.member, NULL, ret))
        return;
    int64_t limit = c->world->key_limit;
    if (limit && c->account->living_count >= (size_t)limit) {
        answer_detail(ret, 403, "Your plan does not allow more API keys.");
        return;
    }
    const struct token_order order = {
        .name = form.name, .member = form.member, .terms = form.terms, .hashed = true
    };
    answer_key(c, 201, account_add(c->account, &order), ANSWER_POST, ret);
}

/* The key of the path, or an answer that there is none. */
static struct sim_token *key_of(const struct call *c, struct sim_answer *ret)
{
    struct sim_token *t = account_with_id(c->account, span_of(c->name));
    if (!t)
        answer_not_found(ret);
    return t;
}

void key_show(const struct call *c, struct sim_answer *ret)
{
    const struct sim_token *t = key_of(c, ret);
    if (t)
        answer_key(c, 200, t, ANSWER_GET, ret);
}

void key_change(const struct call *c, struct sim_answer *ret)
{
    own_json struct json *body = NULL;
    struct token_form form;
    struct sim_token *t = key_of(c, ret);
    if (!t || !route_body(c, &body, ret))
        return;
    const struct form_rules rules = {
        .kind = FORM_V3_CHANGE,
        .account = c->account,
        .present = &t->terms,
        .numbers_only = c->world->manners.is[MANNER_PATCH_BALANCE] == PATCH_BALANCE_NUMBER,
    };
    if (!read_form(&rules, body, &form, ret)
        || (form.name && !name_is_free(c, form.name, t->member, t, ret)))
        return;
    account_set_terms(c->account, t, &form.terms);
    if (form.name)
        account_rename(c->account, t, form.name);
    answer_key(c, 200, t, ANSWER_PATCH, ret);
}

/* For good, and as often as one likes. */
void key_revoke(const struct call *c, struct sim_answer *ret)
{
    struct sim_token *t = key_of(c, ret);
    if (!t)
        return;
    if (!token_is_revoked(t))
        account_revoke(c->account, t);
    if (c->world->manners.is[MANNER_REVOKE_STATUS] == REVOKE_204)
        answer_json(ret, 204, "");
    else
        answer_key(c, 200, t, ANSWER_PATCH, ret);
}

void key_rotate(const struct call *c, struct sim_answer *ret)
{
    struct sim_token *t = key_of(c, ret);
    if (t && token_is_revoked(t)) {
        answer_not_found(ret);
        return;
    }
    if (!t)
        return;
    account_rotate(c->account, t);
    struct text *out = answer_begin(ret, 200);
    text_addf(out, "{\"secret\":");
    text_add_json(out, span_of(t->secret));
    text_addf(out, ",\"masked\":");
    masked_text_add(out, t->secret);
    text_addf(out, ",\"name\":");
    text_add_json(out, span_of(t->name));
    text_addf(out, "}");
}
