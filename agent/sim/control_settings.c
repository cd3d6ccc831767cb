/* /control/setting and /control/key: how the service answers from now on, and which management keys
 * it knows. */
#include "core/calendar.h"
#include "sim/json.h"
#include "sim/routes.h"
#include "sim/settings.h"

static void answer_done_or(struct sim_answer *ret, bool done, const struct fault *why)
{
    if (done)
        answer_json(ret, 200, "{}");
    else
        answer_detail(ret, 400, why->text);
}

static bool change_one(struct world *w, const struct json *member, struct fault *why)
{
    char number[JSON_NUMBER_BYTES];
    double value;
    const char *text = json_text(member);
    if (!text && json_number(member, &value))
        text = json_number_text(value, number);
    const char *name = json_key(member);
    return text ? setting_change(w, span_of(name), span_of(text), why)
                : fault(why, FAULT_REJECT, "%s: a word or a number is required", name);
}

void control_setting(const struct call *c, struct sim_answer *ret)
{
    own_json struct json *body = NULL;
    struct fault why;
    bool done = true;
    if (!route_body(c, &body, ret))
        return;
    for (const struct json *m = json_first(body); done && m; m = json_next(m))
        done = change_one(c->world, m, &why);
    answer_done_or(ret, done, &why);
}

static struct sim_account *account_meant(const struct call *c, const struct json *body)
{
    const char *name = json_text(json_member(body, "account"));
    for (size_t i = 0; i < c->world->tenant_count; i++)
        if (!name || strcmp(c->world->tenants[i].account->name, name) == 0)
            return c->world->tenants[i].account;
    return NULL;
}

/* The key of that name, which is made when it is not there. */
static bool key_meant(const struct call *c, const struct json *body, struct manage_key **ret,
                      struct fault *why)
{
    struct sim_account *a = account_meant(c, body);
    const char *name = json_text(json_member(body, "name"));
    if (!a)
        return fault(why, FAULT_REJECT, "account: no such account");
    if (!name || !*name)
        return fault(why, FAULT_REJECT, "name: the name of a management key is required");
    *ret = manage_key_named(&a->manage_keys, name);
    if (*ret)
        return true;
    *ret = manage_key_add(&a->manage_keys, name, json_text(json_member(body, "key")), a->seed);
    (*ret)->scopes = SCOPE_READ;
    return true;
}

static bool change_key(const struct call *c, const struct json *body, struct manage_key *k,
                       struct fault *why)
{
    const struct json *scope = json_member(body, "scope"), *expire = json_member(body, "expire");
    if (scope && !(json_text(scope) && manage_scope_named(span_of(json_text(scope)), &k->scopes)))
        return fault(why, FAULT_REJECT, "scope: read, write or mint is required");
    if (expire && json_text(expire))
        return calendar_parse(span_of(json_text(expire)), &k->expires, why)
            || fault_within(why, "expire");
    if (expire)
        k->expires = json_is_null(expire) ? TIME_NONE : c->now;
    (void)json_bool(json_member(body, "revoke"), &k->revoked);
    return true;
}

void control_key(const struct call *c, struct sim_answer *ret)
{
    own_json struct json *body = NULL;
    struct manage_key *k = NULL;
    struct fault why;
    if (!route_body(c, &body, ret))
        return;
    if (!key_meant(c, body, &k, &why) || !change_key(c, body, k, &why)) {
        answer_detail(ret, 400, why.text);
        return;
    }
    struct text *out = answer_begin(ret, 200);
    text_addf(out, "{\"id\":\"%s\",\"key\":", k->id);
    text_add_json(out, span_of(k->secret));
    text_addf(out, "}");
}
