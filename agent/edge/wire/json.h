/* The door of cJSON, for the files that decode what the API says.
 *
 * cJSON 1.7.15 is lax, so what it lets pass is refused around it: text after the end, and U+0000, at which its strings
 * end early. */
#pragma once

#include <cjson/cJSON.h>

#include "base/span.h"

static inline void own_json_at(cJSON **json)
{
    cJSON_Delete(*json);
}

#define own_json __attribute__((cleanup(own_json_at)))

struct span json_trim(struct span s);

/* The caller's to delete; NULL when the bytes are not exactly one JSON value. */
cJSON *json_parse_exact(struct span json);

/* Whether U+0000 occurs, raw or escaped. */
bool json_holds_nul(struct span json);

/* The number of characters; -1 when the text is not UTF-8. */
long json_characters(struct span text);
