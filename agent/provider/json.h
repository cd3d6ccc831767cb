/* The only access to cJSON, for the files that decode what the API says.
 *
 * cJSON 1.7.15 is lax (it takes 01, 5., \u12g4, lone surrogates, text after the end), so our own
 * walk checks the text first; and U+0000, which is JSON, is refused, since its strings would end
 * there. */
#pragma once

#include <cjson/cJSON.h>

#include "base/fault.h"
#include "base/span.h"

static inline void own_json_at(cJSON **json)
{
    cJSON_Delete(*json);
}

#define own_json __attribute__((cleanup(own_json_at)))

struct span json_trim(struct span s);

/* The caller's to delete; NULL when the bytes are not exactly one JSON value, or hold U+0000: then
 * `why` says so, with the place. */
cJSON *json_parse(struct span json, struct fault *why);

/* The same of exactly one object. */
cJSON *json_parse_object(struct span json, struct fault *why);
