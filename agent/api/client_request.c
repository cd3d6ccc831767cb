/* Paths and bodies come from the account's dialect. */
#include "api/client_request.h"

struct token_ref client_ref(const struct account_settings *s, const struct decoded *d)
{
    return (struct token_ref){ d->name, provider_address(provider_of(s), d).at };
}

static void add_path(const struct provider *p, const struct client_ask *ask, struct text *out)
{
    switch (ask->verb) {
    case CLIENT_CREATE:
        text_add(out, span_of(p->create_path));
        break;
    case CLIENT_ROTATE:
        p->add_rotation_path(out, span_of(ask->token.address));
        break;
    case CLIENT_SHOW:
    case CLIENT_CHANGE:
    case CLIENT_DELETE:
        p->add_token_path(out, span_of(ask->token.address));
        break;
    }
}

void client_request(const struct account_settings *s, const struct client_ask *ask,
                    struct client_request *ret)
{
    static const enum method methods[] = { [CLIENT_SHOW] = METHOD_GET,
                                           [CLIENT_CREATE] = METHOD_POST,
                                           [CLIENT_CHANGE] = METHOD_PATCH,
                                           [CLIENT_DELETE] = METHOD_DELETE,
                                           [CLIENT_ROTATE] = METHOD_POST };
    const struct provider *p = provider_of(s);
    const struct token_request body = { ask->verb == CLIENT_CREATE, ask->name, ask->member,
                                        ask->wish };
    *ret = (struct client_request){ .method = methods[ask->verb] };
    text_add(&ret->url, span_of(s->url));
    add_path(p, ask, &ret->url);
    if (ask->verb == CLIENT_CREATE || ask->verb == CLIENT_CHANGE)
        p->add_request(&ret->body, &body);
}

void client_request_done(struct client_request *r)
{
    text_done(&r->url);
    text_done(&r->body);
}
