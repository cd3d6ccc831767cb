/* What a client wants of one token, and the request for it. */
#pragma once

#include "edge/config.h"
#include "edge/fetch.h"
#include "provider/provider.h"

/* A token as calls address it. All borrowed. */
struct token_ref {
    const char *name;    /* that the API calls it by */
    const char *address; /* "": no call reaches it, as it has no id */
};
struct token_ref client_ref(const struct account_settings *s, const struct decoded *d);

/* One call about one token. All borrowed. */
struct client_ask {
    enum client_verb {
        CLIENT_SHOW,
        CLIENT_CREATE,
        CLIENT_CHANGE,
        CLIENT_DELETE,
        CLIENT_ROTATE,
    } verb;
    struct token_ref token;        /* of all but a creation */
    const char *name, *member;     /* see struct token_request */
    const struct token_spec *wish; /* NULL: nothing else */
};

/* The request that a call sends. */
struct client_request {
    enum method method;
    struct text url, body;
};
void client_request(const struct account_settings *s, const struct client_ask *ask,
                    struct client_request *ret);
void client_request_done(struct client_request *r);
