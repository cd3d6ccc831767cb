/* Eden AI's v3, the Management API: what its calls are, how it refuses. A key is known by its id;
 * one made long ago has none and is listed, but no call reaches it. What is left on the account is
 * not told. */
#include "provider/eden_v3.h"

#include "provider/eden_token.h"
#include "provider/eden_usage.h"
#include "provider/refusal.h"

#define KEYS_PATH "/v3/manage/keys/"
#define USAGE_PATH "/v3/manage/usage/"

static void add_token_path(struct text *out, struct span id)
{
    text_add(out, span_of(KEYS_PATH));
    text_add_percent(out, id);
    text_add(out, span_of("/"));
}

static void add_rotation_path(struct text *out, struct span id)
{
    add_token_path(out, id);
    text_add(out, span_of("rotate/"));
}

/* `end` is exclusive. What one key spent is asked for by its id, as names may be shared. */
static void add_usage_path(struct text *out, struct span id, unix_s first, unix_s last)
{
    if (id.len)
        add_token_path(out, id);
    text_add(out, span_of(id.len ? "usage/" : USAGE_PATH));
    eden_add_range(out, first, last);
}

static bool decode_token(struct span element, struct decoded *ret, struct fault *why)
{
    return eden_decode_token(element, true, ret, why);
}

/* Documented is 200 with the key, which is revoked from then on; described is 204. */
static bool confirms_deletion(int status, struct span body, struct span id)
{
    struct decoded d;
    struct fault other;
    if (status == 204 || (status == 200 && !body.len))
        return true;
    return status == 200 && provider_decode_answer(&eden_v3, body, &d, &other) && d.revoked
        && span_is(id, d.id);
}

static bool says_taken(int status, const struct complaint *complaints, size_t count)
{
    (void)complaints;
    (void)count;
    return status == 409;
}

static const char *advice(int status, bool makes)
{
    switch (status) {
    case 401:
        return ": this API takes a management key (" EDEN_V3_KEY_PREFIX
               "...) and no other (see the account's key_file, key_env or key_credential)";
    case 403:
        return makes ? ": the plan allows no more keys, or the management key lacks the scope "
                       "manage:write"
                     : ": the management key lacks a scope: manage:read to watch, manage:write to "
                       "change";
    case 409:
        return ": its owner has an active key of this name: choose another name, or revoke that "
               "one";
    default:
        return "";
    }
}

const struct provider eden_v3 = {
    .list_path = KEYS_PATH "?limit=100&offset=0",
    .page_elements = 100,
    .create_path = KEYS_PATH,
    .list = { .what = "key list",
              .list = "results",
              .next = "next",
              .count = "count",
              .total = "total_count",
              .secret = "secret",
              .element_bytes = EDEN_TOKEN_BYTES },
    .name_member = "name",
    .id_member = "id",
    .secret_member = "secret",
    .decode_token = decode_token,
    .add_token_path = add_token_path,
    .add_request = eden_add_request,
    .renames = true,
    .has_members = true,
    .expiry_ahead_min_s = DAY_S,
    .add_rotation_path = add_rotation_path,
    .rotates_in_place = true,
    .revokes = true,
    .confirms_deletion = confirms_deletion,
    .add_usage_path = add_usage_path,
    .usage_days_max = 366,
    .usage = { .what = "usage", .list = "usage", .element_bytes = EDEN_USAGE_BYTES },
    .says_unspent = eden_says_unspent,
    .decode_usage = eden_decode_usage,
    .limits = EDEN_LIMITS,
    .wrappers = eden_wrappers,
    .validation_status = EDEN_VALIDATION_STATUS,
    .says_taken = says_taken,
    .advice = advice,
};
