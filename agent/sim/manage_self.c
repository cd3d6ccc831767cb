/* Management keys about themselves and their organization: who asks, its members, and what an
 * issuer makes. */
#include "sim/listing.h"
#include "sim/routes.h"
#include "sim/token_text.h"

static void add_key(struct text *out, const struct manage_key *k)
{
    text_addf(out, "\"id\":\"%s\",\"name\":", k->id);
    text_add_json(out, span_of(k->name));
    text_addf(out, ",\"scopes\":");
    manage_scopes_add(out, k->scopes);
    text_addf(out, ",\"expire_time\":");
    time_text_add(out, k->expires);
}

void whoami_show(const struct call *c, struct sim_answer *ret)
{
    struct text *out = answer_begin(ret, 200);
    text_addf(out, "{\"organization\":");
    text_add_json(out, span_of(c->account->name));
    text_addf(out, ",");
    add_key(out, c->manage);
    text_addf(out, "}");
}

static void add_member(struct text *out, const char *email, bool owner)
{
    text_addf(out, "{\"email\":");
    text_add_json(out, span_of(email));
    text_addf(out, ",\"fullname\":\"\",\"is_confirmed\":true,\"role\":\"%s\",\"is_org_owner\":%s}",
              owner ? "owner" : "member", owner ? "true" : "false");
}

void members_list(const struct call *c, struct sim_answer *ret)
{
    struct list_page page;
    if (!listing_page(c, c->account->member_count, &page, ret))
        return;
    struct text *out = answer_begin(ret, 200);
    listing_begin(out);
    for (size_t i = 0; i < page.count; i++) {
        text_addf(out, "%s", i ? "," : "");
        add_member(out, c->account->members[page.first + i], page.first + i == 0);
    }
    listing_end(out, c, &page);
}

void auth_keys_list(const struct call *c, struct sim_answer *ret)
{
    const struct manage_keys *keys = &c->account->manage_keys;
    struct text *out = answer_begin(ret, 200);
    text_addf(out, "{\"results\":[");
    for (size_t i = 0; i < keys->count; i++) {
        text_addf(out, "%s{", i ? "," : "");
        add_key(out, keys->rows[i]);
        text_addf(out, ",\"revoked\":%s}", keys->rows[i]->revoked ? "true" : "false");
    }
    text_addf(out, "]}");
}

/* What an issuer may hand on: to read, to write, or both. */
static bool read_scopes(const struct json *list, unsigned *ret)
{
    unsigned all = 0, one = 0;
    const struct json *item;
    for (size_t i = 0; (item = json_item(list, i)) != NULL; i++) {
        const char *word = json_text(item);
        if (!word || !manage_scope_named(span_of(word), &one) || one == SCOPE_MINT)
            return false;
        all |= one;
    }
    *ret = all;
    return all != 0;
}

void auth_keys_create(const struct call *c, struct sim_answer *ret)
{
    own_json struct json *body = NULL;
    unsigned scopes;
    if (!route_body(c, &body, ret))
        return;
    const char *name = json_text(json_member(body, "name"));
    if (!name || !*name) {
        answer_invalid(ret, "name", "This field is required.");
        return;
    }
    if (!read_scopes(json_member(body, "scopes"), &scopes)) {
        answer_invalid(ret, "scopes", "A list of manage:read and manage:write is required.");
        return;
    }
    struct manage_key *k = manage_key_add(&c->account->manage_keys, name, NULL, c->account->seed);
    k->scopes = scopes;
    struct text *out = answer_begin(ret, 201);
    text_addf(out, "{");
    add_key(out, k);
    text_addf(out, ",\"secret\":");
    text_add_json(out, span_of(k->secret));
    text_addf(out, "}");
}

/* Issuers are made and ended by people alone. */
void auth_key_revoke(const struct call *c, struct sim_answer *ret)
{
    struct manage_key *k = manage_key_with_id(&c->account->manage_keys, c->name);
    if (!k) {
        answer_not_found(ret);
    } else if (k->scopes & SCOPE_MINT) {
        answer_detail(ret, 403, "An issuer key is revoked on the dashboard.");
    } else {
        k->revoked = true;
        answer_json(ret, 204, "");
    }
}
