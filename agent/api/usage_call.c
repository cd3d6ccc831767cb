/* Payer by payer into the book. An element that cannot be read is said there, and harms no other;
 * an answer of which no element names a payer is something else, and says nothing about anybody. */
#include "api/usage_call.h"

#include "base/own.h"
#include "base/xmalloc.h"
#include "provider/provider.h"

enum {
    ANSWER_BYTES_MAX = 256 * 1024 * 1024, /* read in pieces; only its lines stay */
    LINES_MAX = 2 * 1000 * 1000,          /* of 40 bytes each */
};

/* A token's key sees itself alone: where tokens are watched by theirs, one is asked after the
 * other, and the answers are one book. */
static void ask(struct usage_call *u, struct api *api, const struct api_request *request)
{
    const struct account_settings *s = api->settings;
    struct api_request in_pieces = *request;
    in_pieces.splitter = splitter_new(&provider_of(s)->usage);
    in_pieces.bytes_max = ANSWER_BYTES_MAX;
    in_pieces.as = u->keys < s->token_key_count ? &s->token_keys[u->keys] : NULL;
    api_call_ask(&u->call, api, &in_pieces);
}

void usage_call_ask(struct usage_call *u, struct api *api, const struct api_request *request)
{
    usage_call_done(u);
    ask(u, api, request);
}

void usage_call_done(struct usage_call *u)
{
    api_call_done(&u->call);
    usage_done(&u->book);
    *u = (struct usage_call){ 0 };
}

static void read_element(struct usage_call *u, const struct element *e)
{
    struct fault why;
    if (e->flaw)
        usage_refuse_element(&u->book, e->flaw);
    else
        u->elements_read += provider_of(u->call.api->settings)->decode_usage(e->json, &u->book);
    if (u->book.count + u->book.gap_count <= LINES_MAX)
        return;
    fault(&why, FAULT_REJECT, "usage endpoint: more than %d usage lines", LINES_MAX);
    api_call_fail(&u->call, POLL_BROKEN, &why);
}

static bool says_unspent(const struct usage_call *u)
{
    const struct provider *p = provider_of(u->call.api->settings);
    return p->says_unspent && u->call.outcome.end == TRANSFER_ANSWERED
        && p->says_unspent(u->call.outcome.status, api_call_answer(&u->call));
}

/* What a token spent whose key is refused is unknown, and nobody else's is. */
static void refuse_key(struct usage_call *u)
{
    struct fault why = u->call.why;
    fault_within(&why, "%s", u->call.as->key_path);
    u->refused++;
    usage_refuse(&u->book, &why);
    usage_add_gap(&u->book, USAGE_NOBODY, TIME_NONE);
}

/* True: another key is asked. */
static bool goes_on(struct usage_call *u)
{
    const size_t count = u->call.api->settings->token_key_count;
    if (!count || (u->call.result != POLL_OK && u->call.result != POLL_UNAUTHORIZED))
        return false;
    if (u->call.result == POLL_UNAUTHORIZED)
        refuse_key(u);
    else
        u->elements_read++; /* that it spent nothing is an answer, too */
    if (++u->keys == count) {
        if (u->refused < count)
            api_call_accept(&u->call);
        return false;
    }
    own_free char *url = xstrdup(text_z(&u->call.url));
    ask(u, u->call.api, &(struct api_request){ .url = url, .use = u->call.use });
    return true;
}

static void judge(struct usage_call *u)
{
    struct fault why;
    usage_merge(&u->book);
    if (u->call.result != POLL_OK || u->book.refused == 0 || u->elements_read > 0)
        return;
    usage_say_refused(&u->book, &why);
    api_call_fail(&u->call, POLL_BROKEN, &why);
}

bool usage_call_turn(struct usage_call *u)
{
    struct element element;
    enum api_event event;
    while ((event = api_call_turn(&u->call, &element)) == API_ELEMENT)
        read_element(u, &element);
    if (event != API_ENDED)
        return false;
    if (u->call.result == POLL_BROKEN && says_unspent(u))
        api_call_accept(&u->call);
    if (goes_on(u))
        return false;
    judge(u);
    return true;
}
