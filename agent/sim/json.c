/* The sim's one user of cJSON. */
#include "sim/json.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/xmalloc.h"

static const cJSON *as_cjson(const struct json *value)
{
    return (const void *)value;
}

bool json_read(struct span text, struct json **ret, struct fault *why)
{
    /* cJSON refuses trailing text only when the text is terminated and the terminator counted. */
    char *copy = xstrndup(text.at ? text.at : "", text.len);
    cJSON *root = cJSON_ParseWithLengthOpts(copy, text.len + 1, NULL, 1);
    free(copy);
    if (!root)
        return fault(why, FAULT_REJECT, "JSON parse error");
    *ret = (void *)root;
    return true;
}

void json_free(struct json *root)
{
    cJSON_Delete((void *)root);
}

const struct json *json_member(const struct json *object, const char *name)
{
    return (const void *)cJSON_GetObjectItemCaseSensitive(as_cjson(object), name);
}

const struct json *json_item(const struct json *array, size_t at)
{
    return cJSON_IsArray(as_cjson(array))
        ? (const void *)cJSON_GetArrayItem(as_cjson(array), (int)at)
        : NULL;
}

const struct json *json_first(const struct json *object)
{
    return (const void *)as_cjson(object)->child;
}

const struct json *json_next(const struct json *member)
{
    return (const void *)as_cjson(member)->next;
}

const char *json_key(const struct json *member)
{
    return as_cjson(member)->string;
}

bool json_is_object(const struct json *value)
{
    return cJSON_IsObject(as_cjson(value));
}

bool json_is_null(const struct json *value)
{
    return cJSON_IsNull(as_cjson(value));
}

bool json_bool(const struct json *value, bool *ret)
{
    if (!cJSON_IsBool(as_cjson(value)))
        return false;
    *ret = cJSON_IsTrue(as_cjson(value));
    return true;
}

bool json_number(const struct json *value, double *ret)
{
    if (!cJSON_IsNumber(as_cjson(value)))
        return false;
    *ret = as_cjson(value)->valuedouble;
    return true;
}

const char *json_text(const struct json *value)
{
    return cJSON_GetStringValue(as_cjson(value));
}

const char *json_number_text(double number, char out[JSON_NUMBER_BYTES])
{
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(out, JSON_NUMBER_BYTES, "%.*g", digits, number);
        if (strtod(out, NULL) == number)
            break;
    }
    return out;
}
