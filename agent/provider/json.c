/* What every decoder requires of a JSON text before it looks at its members. */
#include "provider/json.h"

#include "base/json_walk.h"
#include "base/text.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct span json_trim(struct span s)
{
    while (s.len && is_space(s.at[0]))
        s = (struct span){ s.at + 1, s.len - 1 };
    while (s.len && is_space(s.at[s.len - 1]))
        s.len--;
    return s;
}

/* In JSON a backslash is always the start of an escape. */
static bool holds_nul(struct span json)
{
    static const char escape[] = "\\u0000";
    for (size_t i = 0; i < json.len; i++) {
        if (json.at[i] != '\\')
            continue;
        if (json.len - i >= strlen(escape) && memcmp(json.at + i, escape, strlen(escape)) == 0)
            return true;
        i++;
    }
    return false;
}

cJSON *json_parse(struct span json, struct fault *why)
{
    json = json_trim(json);
    if (!walk_whole(json, why)) {
        fault_within(why, "not JSON");
        return NULL;
    }
    if (holds_nul(json)) {
        fault(why, FAULT_REJECT, "a string contains U+0000");
        return NULL;
    }
    cJSON *root = cJSON_ParseWithLengthOpts(json.at, json.len, NULL, false);
    if (!root)
        fault(why, FAULT_REJECT, "invalid JSON");
    return root;
}

cJSON *json_parse_object(struct span json, struct fault *why)
{
    cJSON *root = json_parse(json, why);
    if (!root || cJSON_IsObject(root))
        return root;
    cJSON_Delete(root);
    fault(why, FAULT_REJECT, "it is not an object");
    return NULL;
}
