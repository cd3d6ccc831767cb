/* Reading JSON that clients send. Thin names over cJSON, so that only json.c knows the library. */
#pragma once

#include "base/fault.h"
#include "base/span.h"

struct json; /* one value; borrowed from its document unless it is the root */

/* The whole text must be one JSON value. The caller owns the root (json_free). FAULT_REJECT. */
MUST_CHECK bool json_read(struct span text, struct json **ret, struct fault *why);
void json_free(struct json *root);
static inline void own_json_at(struct json **root)
{
    json_free(*root);
}
#define own_json __attribute__((cleanup(own_json_at)))

const struct json *json_member(const struct json *object, const char *name); /* NULL when absent */
const struct json *json_item(const struct json *array, size_t at); /* NULL: no array, or its end */
const struct json *json_first(const struct json *object); /* its first member; NULL: none */
const struct json *json_next(const struct json *member);  /* the one after it; NULL: none */
const char *json_key(const struct json *member);
bool json_is_object(const struct json *value);
bool json_is_null(const struct json *value);
bool json_bool(const struct json *value, bool *ret);     /* false: not a boolean */
bool json_number(const struct json *value, double *ret); /* false: not a number */
const char *json_text(const struct json *value);         /* NULL: not a string, or value is NULL */

enum { JSON_NUMBER_BYTES = 32 };

/* The shortest decimal that reads back as the same double. */
const char *json_number_text(double number, char out[JSON_NUMBER_BYTES]);
