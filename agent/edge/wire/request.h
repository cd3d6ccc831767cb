/* What is asked of the token API, and the answers that are one token: paths, bodies, the secret.
 *
 * Amounts are written as exact decimal text. A secret is stepped over everywhere but in
 * wire_take_secret. */
#pragma once

#include "core/token_spec.h"
#include "edge/wire.h"

#define WIRE_LIST_PATH "/v2/user/custom_token/"

/* Adds "/v2/user/custom_token/NAME/": every byte of the name but letters, digits, '-', '_' and '~'
 * percent-encoded, a dot too, so that no name is a step of a path. */
void wire_add_token_path(struct text *out, struct span name);

/* Adds the path and query that ask what a token, or with an empty name everybody, spent on the UTC
 * days from `first` to `last`, which are their first seconds. */
void wire_add_usage_path(struct text *out, struct span name, unix_s first, unix_s last);

/* Adds the body of a POST (with a name) or of a PATCH (NULL): the given fields as one JSON object.
 */
void wire_add_spec(struct text *out, const char *name, const struct token_spec *w);

/* The whole answer about consumption; the book is the caller's to release. FAULT_REJECT. */
MUST_CHECK bool wire_decode_usage_answer(struct span body, struct usage_book *ret,
                                         struct fault *why);

/* An answer that is one token, decoded as an element of the list is. FAULT_REJECT. */
MUST_CHECK bool wire_decode_answer(struct span body, struct decoded *ret, struct fault *why);

enum { WIRE_SECRET_BYTES = 8192 };

/* The secret of an answer that is one token, terminated; the caller wipes it. FAULT_REJECT: there
 * is none (null, missing, twice) or it is no run of visible ASCII. No text ever quotes it. */
MUST_CHECK bool wire_take_secret(struct span body, char ret[WIRE_SECRET_BYTES], struct fault *why);
