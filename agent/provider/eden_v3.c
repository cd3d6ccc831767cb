/* Eden AI's v3, the Management API: what its calls are, how it refuses. A key is known by its id;
 * one made long ago has none and is listed, but no call reaches it. Credits are not offered. */
#include "provider/eden_v3.h"

#include <ctype.h>
#include <stdio.h>

#include "provider/eden_token.h"
#include "provider/eden_usage.h"
#include "provider/member.h"
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

/* A UUID: 8-4-4-4-12 hexadecimal digits. */
static bool is_id(struct span word)
{
    static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    bool same = word.len == sizeof shape - 1;
    for (size_t i = 0; same && i < word.len; i++)
        same = shape[i] == '-' ? word.at[i] == '-' : isxdigit((unsigned char)word.at[i]) != 0;
    return same;
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

static bool add_scope(const cJSON *scope, struct text *out)
{
    if (!cJSON_IsString(scope) || utf8_characters(span_of(scope->valuestring)) <= 0)
        return false;
    if (out->len)
        text_add(out, span_of(" "));
    text_add_terminal(out, span_of(scope->valuestring), 0);
    return true;
}

/* A list of words, or one text of words. */
static bool read_scopes(const cJSON *value, struct own_key *ret, struct fault *why)
{
    struct text scopes = { 0 };
    bool ok = cJSON_IsArray(value) || add_scope(value, &scopes);
    const cJSON *each;
    if (cJSON_IsArray(value))
        cJSON_ArrayForEach(each, value) ok = ok && add_scope(each, &scopes);
    snprintf(ret->scopes, sizeof ret->scopes, "%.*s",
             (int)member_cut(span_of(text_z(&scopes)), sizeof ret->scopes - 1), text_z(&scopes));
    text_done(&scopes);
    return ok || fault(why, FAULT_REJECT, "scopes is missing or no list of words");
}

static bool has_scope(const char *scopes, const char *wanted)
{
    size_t len = strlen(wanted);
    for (const char *at = scopes; (at = strstr(at, wanted)); at += len)
        if ((at == scopes || at[-1] == ' ') && (at[len] == ' ' || !at[len]))
            return true;
    return false;
}

static bool decode_whoami(struct span body, struct own_key *ret, struct fault *why)
{
    static const char *const members[] = { "scopes", "expire_time" };
    const cJSON *found[COUNT(members)] = { 0 };
    struct own_key k = { .described = true, .ends_at = TIME_NONE };
    own_json cJSON *root = json_parse_object(body, why);
    if (!root || !member_find(root, members, found, COUNT(members), why)
        || !read_scopes(found[0], &k, why) || !member_moment(found[1], members[1], &k.ends_at, why))
        return fault_within(why, "whoami");
    if (!has_scope(k.scopes, "manage:read") && !has_scope(k.scopes, "manage:write"))
        snprintf(k.reason, sizeof k.reason, "it lacks the scope manage:read");
    *ret = k;
    return true;
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
    .is_id = is_id,
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
    .whoami_path = "/v3/manage/whoami/",
    .decode_whoami = decode_whoami,
    .limits = EDEN_LIMITS,
    .wrappers = eden_wrappers,
    .validation_status = EDEN_VALIDATION_STATUS,
    .says_taken = says_taken,
    .advice = advice,
};
