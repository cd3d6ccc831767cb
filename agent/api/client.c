/* URLs and bodies, and whether an answer is about what was asked. An answer is wiped after each
 * call, for it may bring a secret. */
#include "api/client.h"

#include <stdlib.h>

#include "api/blocking.h"
#include "base/xmalloc.h"

enum { ANSWER_BYTES_MAX = 256 * 1024 };

struct client {
    const struct account_settings *settings;
    struct blocking blocking;
    struct token_set known; /* stays empty, so every token of a list is fresh */
    struct poll *list;      /* owned; the last one */
    struct api_call call;   /* the last one about a token */
    struct complaint complaints[COMPLAINTS_MAX];
    size_t complaint_count;
    enum method method; /* of the last call about a token */
    bool told;          /* its answer shows the token as it is now */
};

bool client_open(const struct account_settings *settings, struct client **ret, struct fault *why)
{
    struct client *c = xcalloc(1, sizeof *c);
    c->settings = settings;
    if (!blocking_open(&c->blocking, settings, why)) {
        free(c);
        return false;
    }
    *ret = c;
    return true;
}

void client_close(struct client *c)
{
    if (!c)
        return;
    poll_free(c->list);
    token_set_done(&c->known);
    api_call_done(&c->call);
    blocking_close(&c->blocking);
    free(c);
}

bool client_list(struct client *c, const struct token_set **ret, struct fault *why)
{
    c->complaint_count = 0;
    if (!blocking_list(&c->blocking, &c->known, &c->list, why))
        return fault_within(why, "the tokens of account %s", c->settings->name);
    *ret = &c->list->fresh;
    return true;
}

/* What an answer, a refusal, says; a transfer that failed names the account itself. */
static void add_who(const struct client *c, struct fault *why)
{
    struct fault said = *why;
    if (c->blocking.outcome.end == TRANSFER_ANSWERED)
        fault(why, said.kind, "account %s: %s%s", c->settings->name, said.text,
              provider_of(c->settings)->advice(client_status(c)));
}

static bool call(struct client *c, enum method method, const char *name, const struct token_spec *w,
                 struct fault *why)
{
    struct client_request r;
    client_request(c, method, name, w, &r);
    const struct provider *p = provider_of(c->settings);
    const struct api_request request = {
        .method = method,
        .url = text_z(&r.url),
        .body = { text_z(&r.body), r.body.len },
        .bytes_max = ANSWER_BYTES_MAX,
    };
    c->method = method;
    c->told = false;
    bool ok = blocking_call(&c->blocking, &request, &c->call, why);
    client_request_done(&r);
    c->complaint_count = 0;
    if (client_status(c) == p->validation_status)
        c->complaint_count = refusal_complaints(p, api_call_answer(&c->call), c->complaints);
    if (!ok)
        add_who(c, why);
    return ok;
}

/* Ends a call that brings a token. */
static bool take_token(struct client *c, bool ok, struct decoded *ret, struct fault *why)
{
    ok =
        ok && provider_decode_answer(provider_of(c->settings), api_call_answer(&c->call), ret, why);
    api_call_done(&c->call);
    return ok;
}

/* The answer must be about the token that was asked for: a proxy or a page of the service may say
 * 200 to anything. */
static bool take_named(struct client *c, bool ok, const char *name, struct decoded *ret,
                       struct fault *why)
{
    struct decoded d;
    if (!take_token(c, ok, &d, why))
        return false;
    if (strcmp(d.name, name) != 0)
        return fault(why, FAULT_REJECT,
                     "account %s: the API returned a different token than requested",
                     c->settings->name);
    *ret = d;
    ret->reading.name = ret->name;
    c->told = true;
    return true;
}

bool client_show(struct client *c, const char *name, struct decoded *ret, struct fault *why)
{
    return take_named(c, call(c, METHOD_GET, name, NULL, why), name, ret, why);
}

bool client_secret(struct client *c, const char *name, char ret[SECRET_ROOM], bool *ret_hidden,
                   struct fault *why)
{
    bool told = call(c, METHOD_GET, name, NULL, why);
    bool ok =
        told && provider_take_secret(provider_of(c->settings), api_call_answer(&c->call), ret, why);
    *ret_hidden = told && !ok;
    api_call_done(&c->call);
    return ok;
}

/* The rest of an answer may be beyond reading, but a secret that is shown once is kept. */
static void keep_secret(const struct client *c, const char *name, struct created *ret)
{
    const struct provider *p = provider_of(c->settings);
    struct span answer = api_call_answer(&c->call);
    char named[NAME_BYTES_MAX + 1];
    struct fault none;
    if (!provider_take_secret(p, answer, ret->secret, &none) || !provider_name_of(p, answer, named)
        || strcmp(named, name) != 0)
        client_wipe(ret);
}

bool client_create(struct client *c, const char *name, const struct token_spec *w,
                   struct created *ret, struct fault *why)
{
    client_wipe(ret);
    bool ok = call(c, METHOD_POST, name, w, why);
    if (ok)
        keep_secret(c, name, ret);
    return take_named(c, ok, name, &ret->token, why);
}

void client_wipe(struct created *made)
{
    explicit_bzero(made->secret, sizeof made->secret);
}

/* "balance is 5.00, not 80.00; expire_time is never, not ...". */
static void add_differences(const struct token_spec *rest, const struct reading *is,
                            struct text *out)
{
    for (enum token_spec_field f = 0; f < SPEC_FIELDS; f++) {
        if (!rest->given[f])
            continue;
        text_addf(out, "%s%s is ", out->len ? "; " : "", token_spec_field_name(f));
        token_spec_show(f, is, out);
        text_add(out, span_of(", not "));
        token_spec_show(f, &rest->wanted, out);
    }
}

bool client_compare(const struct client *c, const struct token_spec *w, const struct reading *is,
                    struct fault *why)
{
    struct token_spec rest = token_spec_refused(w, is);
    struct text differences = { 0 }, shown = { 0 };
    if (token_spec_is_empty(&rest))
        return true;
    add_differences(&rest, is, &differences);
    text_add_terminal(&shown, (struct span){ text_z(&differences), differences.len }, 0);
    fault(why, FAULT_REJECT,
          "account %s: the API answered HTTP %d, but the token was not %s as requested: %s",
          c->settings->name, client_status(c), c->method == METHOD_POST ? "created" : "changed",
          text_z(&shown));
    text_done(&differences);
    text_done(&shown);
    return false;
}

bool client_change(struct client *c, const char *name, const struct token_spec *w,
                   struct decoded *ret, struct fault *why)
{
    return take_named(c, call(c, METHOD_PATCH, name, w, why), name, ret, why);
}

static bool was_deleted(const struct client *c, const char *name, struct fault *why)
{
    int status = client_status(c);
    return provider_of(c->settings)
               ->confirms_deletion(status, api_call_answer(&c->call), span_of(name))
        || fault(why, FAULT_REJECT,
                 "account %s: the API answered HTTP %d without confirming the deletion",
                 c->settings->name, status);
}

bool client_delete(struct client *c, const char *name, struct fault *why)
{
    bool ok = call(c, METHOD_DELETE, name, NULL, why) && was_deleted(c, name, why);
    api_call_done(&c->call);
    return ok;
}

/* Whoever asks decides something by it: all or nothing. */
static bool take_usage(struct usage_call *u, struct usage_book *ret, struct fault *why)
{
    if (u->book.refused) {
        usage_say_refused(&u->book, why);
        return false;
    }
    *ret = u->book;
    u->book = (struct usage_book){ 0 };
    return true;
}

bool client_usage(struct client *c, const char *name, unix_s first_day, unix_s last_day,
                  struct usage_book *ret, struct fault *why)
{
    struct text url = { 0 };
    struct usage_call u = { 0 };
    text_add(&url, span_of(c->settings->url));
    provider_of(c->settings)->add_usage_path(&url, span_of(name), first_day, last_day);
    c->complaint_count = 0;
    bool ok = blocking_usage(&c->blocking, text_z(&url), &u, why);
    if (!ok && client_status(c) != 200)
        add_who(c, why);
    ok = ok && take_usage(&u, ret, why);
    usage_call_done(&u);
    text_done(&url);
    return ok;
}

int client_status(const struct client *c)
{
    return c->blocking.outcome.status;
}

size_t client_complaints(const struct client *c, const struct complaint **ret)
{
    *ret = c->complaints;
    return c->complaint_count;
}

bool client_name_is_taken(const struct client *c)
{
    return provider_of(c->settings)
        ->says_taken(client_status(c), c->complaints, c->complaint_count);
}

void client_forget(struct client *c)
{
    blocking_forget(&c->blocking);
    c->told = false;
    c->complaint_count = 0;
}

bool client_may_have_done(const struct client *c)
{
    const struct outcome *o = &c->blocking.outcome;
    bool said_no = o->end == TRANSFER_ANSWERED && c->blocking.result != POLL_OK && o->status < 500;
    return c->blocking.wrote && o->sent && !said_no && !c->told;
}

void client_request(const struct client *c, enum method method, const char *name,
                    const struct token_spec *w, struct client_request *ret)
{
    const struct provider *p = provider_of(c->settings);
    *ret = (struct client_request){ .method = method };
    text_add(&ret->url, span_of(c->settings->url));
    if (method == METHOD_POST)
        text_add(&ret->url, span_of(p->create_path));
    else
        p->add_token_path(&ret->url, span_of(name));
    if (w)
        p->add_spec(&ret->body, method == METHOD_POST ? name : NULL, w);
}

void client_request_done(struct client_request *r)
{
    text_done(&r->url);
    text_done(&r->body);
}
