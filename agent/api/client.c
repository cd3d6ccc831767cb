/* URLs and bodies, and whether an answer is about what was asked. An answer is wiped after each
 * call, for it may bring a secret. */
#include "api/client.h"

#include <stdlib.h>

#include "api/blocking.h"
#include "api/listed.h"
#include "base/xmalloc.h"

enum { ANSWER_BYTES_MAX = 256 * 1024, NOT_FOUND = 404 };

struct client {
    const struct account_settings *settings;
    struct blocking blocking;
    struct token_set known; /* stays empty, so every token of a list is fresh */
    struct poll *list;      /* owned; the last one */
    struct api_call call;   /* the last one about a token */
    struct complaint complaints[COMPLAINTS_MAX];
    size_t complaint_count;
    enum client_verb verb; /* of the last call about a token */
    bool told;             /* its answer shows the token as it is now */
    bool missing;          /* there is no such token */
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
    client_forget(c);
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
              provider_of(c->settings)->advice(client_status(c), c->verb == CLIENT_CREATE));
}

/* Nothing is sent to a token that no call reaches. */
static bool is_reachable(struct client *c, const struct client_ask *ask, struct fault *why)
{
    client_forget(c);
    return ask->verb == CLIENT_CREATE || ask->token.address[0]
        || fault(
               why, FAULT_REJECT,
               "account %s: the API lists it without an id, so nothing can be done about it here: "
               "regenerate it once where it was made, which gives it one",
               c->settings->name);
}

static bool call(struct client *c, const struct client_ask *ask, struct fault *why)
{
    struct client_request r;
    if (!is_reachable(c, ask, why))
        return false;
    client_request(c->settings, ask, &r);
    const struct provider *p = provider_of(c->settings);
    const struct api_request request = {
        .method = r.method,
        .url = text_z(&r.url),
        .body = { text_z(&r.body), r.body.len },
        .bytes_max = ANSWER_BYTES_MAX,
    };
    c->verb = ask->verb;
    bool ok = blocking_call(&c->blocking, &request, &c->call, why);
    client_request_done(&r);
    if (client_status(c) == p->validation_status)
        c->complaint_count = refusal_complaints(p, api_call_answer(&c->call), c->complaints);
    c->missing = client_status(c) == NOT_FOUND;
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
static bool is_meant(const struct client *c, const struct client_ask *ask, const struct decoded *d)
{
    struct span is = provider_address(provider_of(c->settings), d);
    return ask->verb == CLIENT_CREATE ? strcmp(d->name, ask->name) == 0
                                      : span_is(is, ask->token.address);
}

static bool take_meant(struct client *c, bool ok, const struct client_ask *ask, struct decoded *ret,
                       struct fault *why)
{
    struct decoded d;
    if (!take_token(c, ok, &d, why))
        return false;
    if (!is_meant(c, ask, &d))
        return fault(why, FAULT_REJECT,
                     "account %s: the API returned a different token than requested",
                     c->settings->name);
    *ret = d;
    ret->reading.name = ret->name;
    c->told = true;
    return true;
}

/* ---- finding ---- */

static bool find_listed(struct client *c, const char *name, struct decoded *ret, struct fault *why)
{
    const struct token_set *fleet;
    return client_list(c, &fleet, why) && listed_find(fleet, name, ret, &c->missing, why);
}

/* One that was revoked is gone for people, as in a list. */
static bool is_over(struct client *c, struct fault *why)
{
    c->missing = true;
    return fault(why, FAULT_REJECT, "there is no such token");
}

/* Its id spares the list; what looks like one may be a name. */
bool client_find(struct client *c, const char *name, struct decoded *ret, struct fault *why)
{
    const struct client_ask ask = { .verb = CLIENT_SHOW, .token = { name, name } };
    const struct provider *p = provider_of(c->settings);
    if (!provider_may_address(p, name))
        return find_listed(c, name, ret, why);
    if (take_meant(c, call(c, &ask, why), &ask, ret, why))
        return !ret->revoked || is_over(c, why);
    return c->missing && !provider_goes_by_name(p) && find_listed(c, name, ret, why);
}

/* Where names are addresses there is nothing to look up. */
bool client_locate(struct client *c, const char *name, struct decoded *ret, struct fault *why)
{
    if (!provider_goes_by_name(provider_of(c->settings)))
        return client_find(c, name, ret, why);
    if (strlen(name) > NAME_BYTES_MAX)
        return fault(why, FAULT_REJECT, "the name is too long");
    *ret = (struct decoded){ .reading.expires = TIME_NONE, .revoked_at = TIME_NONE };
    memcpy(ret->name, name, strlen(name) + 1);
    ret->reading.name = ret->name;
    return true;
}

bool client_is_missing(const struct client *c)
{
    return c->missing;
}

bool client_secret(struct client *c, const struct token_ref *token, char ret[SECRET_ROOM],
                   bool *ret_hidden, struct fault *why)
{
    const struct client_ask ask = { .verb = CLIENT_SHOW, .token = *token };
    bool told = call(c, &ask, why);
    bool ok =
        told && provider_take_secret(provider_of(c->settings), api_call_answer(&c->call), ret, why);
    *ret_hidden = told && !ok;
    api_call_done(&c->call);
    return ok;
}

/* What the answer calls the token, if it does, must be what is meant. */
static bool takes_secret(const struct client *c, const char *name, char ret[SECRET_ROOM],
                         struct fault *why)
{
    const struct provider *p = provider_of(c->settings);
    struct span answer = api_call_answer(&c->call);
    char named[NAME_BYTES_MAX + 1];
    if (!provider_take_secret(p, answer, ret, why))
        return false;
    if (provider_name_of(p, answer, named) && strcmp(named, name) == 0)
        return true;
    explicit_bzero(ret, SECRET_ROOM);
    return fault(why, FAULT_REJECT, "the answer is not about this token");
}

/* The rest of an answer may be beyond reading, but a secret that is shown once is kept. */
bool client_create(struct client *c, const struct client_ask *ask, struct created *ret,
                   struct fault *why)
{
    struct fault none;
    client_wipe(ret);
    bool ok = call(c, ask, why);
    if (ok && !takes_secret(c, ask->name, ret->secret, &none))
        client_wipe(ret);
    return take_meant(c, ok, ask, &ret->token, why);
}

void client_wipe(struct created *made)
{
    explicit_bzero(made->secret, sizeof made->secret);
}

bool client_rotate(struct client *c, const struct token_ref *token, char ret[SECRET_ROOM],
                   struct fault *why)
{
    const struct client_ask ask = { .verb = CLIENT_ROTATE, .token = *token };
    bool ok = call(c, &ask, why);
    c->told = ok && takes_secret(c, token->name, ret, why);
    ok = ok && c->told;
    api_call_done(&c->call);
    return ok;
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

static void add_name_difference(const struct client_ask *ask, const struct decoded *is,
                                struct text *out)
{
    if (ask->name && strcmp(ask->name, is->name) != 0)
        text_addf(out, "name is %s, not %s", is->name, ask->name);
    if (ask->member && strcmp(ask->member, is->member) != 0)
        text_addf(out, "%smember is %s, not %s", out->len ? "; " : "",
                  is->member[0] ? is->member : "not set", ask->member);
}

bool client_compare(const struct client *c, const struct client_ask *ask, const struct decoded *is,
                    struct fault *why)
{
    const struct token_spec nothing = { .given = { false } };
    struct token_spec rest = token_spec_refused(ask->wish ? ask->wish : &nothing, &is->reading);
    struct text differences = { 0 }, shown = { 0 };
    add_name_difference(ask, is, &differences);
    add_differences(&rest, &is->reading, &differences);
    if (!differences.len)
        return true;
    text_add_terminal(&shown, (struct span){ text_z(&differences), differences.len }, 0);
    fault(why, FAULT_REJECT,
          "account %s: the API answered HTTP %d, but the token was not %s as requested: %s",
          c->settings->name, client_status(c), ask->verb == CLIENT_CREATE ? "created" : "changed",
          text_z(&shown));
    text_done(&differences);
    text_done(&shown);
    return false;
}

bool client_change(struct client *c, const struct client_ask *ask, struct decoded *ret,
                   struct fault *why)
{
    return take_meant(c, call(c, ask, why), ask, ret, why);
}

static bool was_deleted(const struct client *c, const char *address, struct fault *why)
{
    int status = client_status(c);
    return provider_of(c->settings)
               ->confirms_deletion(status, api_call_answer(&c->call), span_of(address))
        || fault(why, FAULT_REJECT,
                 "account %s: the API answered HTTP %d without confirming the deletion",
                 c->settings->name, status);
}

bool client_delete(struct client *c, const struct token_ref *token, struct fault *why)
{
    const struct client_ask ask = { .verb = CLIENT_DELETE, .token = *token };
    bool ok = call(c, &ask, why) && was_deleted(c, token->address, why);
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
    usage_join(ret, &u->book);
    return true;
}

static bool add_usage(struct client *c, const struct token_ref *token, unix_s first, unix_s last,
                      struct usage_book *ret, struct fault *why)
{
    struct text url = { 0 };
    struct usage_call u = { 0 };
    text_add(&url, span_of(c->settings->url));
    provider_of(c->settings)->add_usage_path(&url, span_of(token->address), first, last);
    c->complaint_count = 0;
    bool ok = blocking_usage(&c->blocking, text_z(&url), &u, why);
    if (!ok && client_status(c) != 200)
        add_who(c, why);
    ok = ok && take_usage(&u, ret, why);
    usage_call_done(&u);
    text_done(&url);
    return ok;
}

bool client_usage(struct client *c, const struct token_ref *token, unix_s first_day,
                  unix_s last_day, struct usage_book *ret, struct fault *why)
{
    int64_t most_s = provider_of(c->settings)->usage_days_max * DAY_S;
    struct usage_book all = { 0 };
    bool ok = true;
    for (unix_s first = first_day, last; ok && first <= last_day; first = last + DAY_S) {
        last = most_s && last_day - first >= most_s ? first + most_s - DAY_S : last_day;
        ok = add_usage(c, token, first, last, &all, why);
    }
    if (ok)
        *ret = all;
    else
        usage_done(&all);
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
    c->missing = false;
    c->complaint_count = 0;
}

bool client_may_have_done(const struct client *c)
{
    const struct outcome *o = &c->blocking.outcome;
    bool said_no = o->end == TRANSFER_ANSWERED && c->blocking.result != POLL_OK && o->status < 500;
    return c->blocking.wrote && o->sent && !said_no && !c->told;
}
