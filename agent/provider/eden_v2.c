/* Eden AI's v2: what its calls are, how it refuses. A token's name is all that it is known by. */
#include "provider/eden_v2.h"

#include "provider/eden_token.h"
#include "provider/eden_usage.h"
#include "provider/member.h"
#include "provider/refusal.h"

#define LIST_PATH "/v2/user/custom_token/"
#define USAGE_PATH "/v2/cost_management/"

static void add_token_path(struct text *out, struct span name)
{
    text_add(out, span_of(LIST_PATH));
    text_add_percent(out, name);
    text_add(out, span_of("/"));
}

/* Of September 2026; older services answer that there is no such page. */
static void add_rotation_path(struct text *out, struct span name)
{
    add_token_path(out, name);
    text_add(out, span_of("rotate/"));
}

/* Nobody says whether `end` belongs to what is asked for: the day behind the last one is right in
 * both readings. */
static void add_usage_path(struct text *out, struct span name, unix_s first, unix_s last)
{
    text_add(out, span_of(USAGE_PATH));
    eden_add_range(out, first, last);
    if (!name.len)
        return;
    text_add(out, span_of("&token="));
    text_add_percent(out, name);
}

/* An id that might come along is none: no call of this version takes it. */
static bool decode_token(struct span element, struct decoded *ret, struct fault *why)
{
    return eden_decode_token(element, false, ret, why);
}

static bool decode_credits(struct span body, struct money *ret, struct fault *why)
{
    const cJSON *credits;
    struct maybe_money left;
    own_json cJSON *root = json_parse(body, why);
    if (!root)
        return fault_within(why, "credits");
    if (!cJSON_IsObject(root))
        return fault(why, FAULT_REJECT, "credits: the answer is not an object");
    if (!member_once(root, "credits", &credits, why)
        || !member_amount(credits, "credits", &left, why))
        return fault_within(why, "credits");
    if (!left.known)
        return fault(why, FAULT_REJECT, "credits: credits is missing or not a valid amount");
    *ret = left.is;
    return true;
}

/* Documented are 204 without a body, and 200 with the token that is gone. */
static bool confirms_deletion(int status, struct span body, struct span name)
{
    struct decoded d;
    struct fault other;
    if (status == 204 || (status == 200 && !body.len))
        return true;
    return status == 200 && provider_decode_answer(&eden_v2, body, &d, &other)
        && span_is(name, d.name);
}

static bool says_taken(int status, const struct complaint *complaints, size_t count)
{
    return status == EDEN_VALIDATION_STATUS && count == 1
        && strcmp(complaints[0].field, "name") == 0;
}

static const char *advice(int status, bool makes)
{
    (void)makes;
    switch (status) {
    case 401:
        return ": the account's key is not accepted (see its key_file, key_env or key_credential; "
               "a management key, mgmt-eden-..., is for `api: v3`)";
    case 403:
        return ": the key must be the account's main key, which may manage tokens";
    default:
        return "";
    }
}

const struct provider eden_v2 = {
    .list_path = LIST_PATH,
    .create_path = LIST_PATH,
    .list = { .what = "token list",
              .list = "results",
              .next = "next",
              .count = "count",
              .secret = "token",
              .element_bytes = EDEN_TOKEN_BYTES,
              .bare = true },
    .name_member = "name",
    .secret_member = "token",
    .other_secret_member = "secret",
    .decode_token = decode_token,
    .add_token_path = add_token_path,
    .add_request = eden_add_request,
    .add_rotation_path = add_rotation_path,
    .confirms_deletion = confirms_deletion,
    .add_usage_path = add_usage_path,
    .usage = { .what = "consumption", .list = "response", .element_bytes = EDEN_USAGE_BYTES },
    .says_unspent = eden_says_unspent,
    .decode_usage = eden_decode_usage,
    .credits_path = USAGE_PATH "credits/",
    .decode_credits = decode_credits,
    .limits = EDEN_LIMITS,
    .wrappers = eden_wrappers,
    .validation_status = EDEN_VALIDATION_STATUS,
    .says_taken = says_taken,
    .advice = advice,
};

static const char *advice_me(int status, bool makes)
{
    (void)makes;
    switch (status) {
    case 401:
    case 403:
    case 404:
        return ": the token was revoked, has expired or was deleted, or this is no token's secret";
    default:
        return "";
    }
}

const struct provider eden_v2_me = {
    .list_path = LIST_PATH "me/",
    .lists_itself = true,
    .list = { .what = "token",
              .list = "results",
              .secret = "token",
              .element_bytes = EDEN_TOKEN_BYTES,
              .bare = true },
    .name_member = "name",
    .secret_member = "token",
    .other_secret_member = "secret",
    .decode_token = decode_token,
    .add_usage_path = add_usage_path,
    .usage = { .what = "consumption", .list = "response", .element_bytes = EDEN_USAGE_BYTES },
    .says_unspent = eden_says_unspent,
    .decode_usage = eden_decode_usage,
    .limits = EDEN_LIMITS,
    .wrappers = eden_wrappers,
    .validation_status = EDEN_VALIDATION_STATUS,
    .says_taken = says_taken,
    .advice = advice_me,
};
