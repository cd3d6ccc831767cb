/* POST /v3/chat/completions: any client can burn a balance. The body names a cost, or its length
 * makes a price. */
#include <inttypes.h>
#include <stdio.h>

#include "sim/json.h"
#include "sim/routes.h"
#include "sim/token_text.h"

enum { NANO_PER_BYTE = 1000, WORD_BYTES = 4 };

static bool read_cost(const struct json *body, size_t body_bytes, struct money *ret,
                      struct fault *why)
{
    const struct json *cost = json_member(body, "cost");
    double usd;
    if (!cost) {
        ret->nano = (int64_t)body_bytes * NANO_PER_BYTE;
        return true;
    }
    bool read = json_number(cost, &usd)
        ? money_from_double(usd, ret, why)
        : json_text(cost) && money_parse(span_of(json_text(cost)), ret, why);
    return (read && ret->nano >= 0)
        || fault(why, FAULT_REJECT, "cost: not an amount of zero or more");
}

/* "anthropic/claude" is bought from anthropic; a bare model from openai. */
static void provider_of(const char *model, char *out, size_t room)
{
    const char *slash = strchr(model, '/');
    snprintf(out, room, "%.*s", slash ? (int)(slash - model) : (int)strlen("openai"),
             slash ? model : "openai");
}

static void write_completion(struct text *out, const struct call *c, const char *model,
                             struct money cost)
{
    size_t words = c->request->body.len / WORD_BYTES;
    text_addf(out,
              "{\"id\":\"chatcmpl-%" PRIu64 "\",\"object\":\"chat.completion\",\"created\":%" PRId64
              ",\"model\":",
              c->account->version, c->now);
    text_add_json(out, span_of(model));
    text_addf(
        out,
        ",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Noted.\"},"
        "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":%zu,\"completion_tokens\":2,"
        "\"total_tokens\":%zu},\"cost\":",
        words, words + 2);
    amount_text_add(out, money_known(cost), BALANCE_NUMBER);
    text_addf(out, "}");
}

void chat_complete(const struct call *c, struct sim_answer *ret)
{
    own_json struct json *body = NULL;
    struct fault why;
    struct money cost;
    if (!json_read(c->request->body, &body, &why)
        || !read_cost(body, c->request->body.len, &cost, &why)) {
        answer_error(ret, 400, "validation_error", why.text);
        return;
    }
    const char *model = json_text(json_member(body, "model")),
               *user = json_text(json_member(body, "user"));
    char provider[64];
    provider_of(model ? model : "", provider, sizeof provider);
    struct purchase p = { .cost = cost,
                          .calls = 1,
                          .feature = "llm__chat",
                          .provider = provider,
                          .user = user ? user : "" };
    if (c->caller && token_is_sandbox(c->caller))
        cost.nano = 0;
    switch (account_spend(c->account, c->caller, &p)) {
    case SPEND_DONE:
        write_completion(answer_begin(ret, 200), c, model ? model : "openai/sim", cost);
        break;
    case SPEND_EXPIRED:
        answer_error(ret, 401, "authentication_error", "Token has expired.");
        break;
    case SPEND_EMPTY:
        answer_json(ret, 402, "{\"error\":\"Insufficient credits\"}");
        break;
    }
}
