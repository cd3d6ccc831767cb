/* What an API says when it refuses: a line for people, and complaints field by field.
 *
 * The body may have any shape (an object, a text, HTML). A server may quote the account's key or a
 * token's secret, so a word that could be a key is left out. */
#pragma once

#include "provider/provider.h"

/* One line of UTF-8, at most 200 bytes and less than `room` (at least 1). JSON that is no known
 * error says nothing. Returns false, and "" in `out`, when there is nothing to say. */
bool refusal_text(const struct provider *p, struct span body, char *out, size_t room);

enum { COMPLAINTS_MAX = 16 };

/* What the API holds against one field of a request, as it said it. */
struct complaint {
    char field[64];
    char text[201]; /* one line of UTF-8, safe for a terminal */
};

/* The fields of a validation error (a map of field to texts, however it is wrapped), at most
 * COMPLAINTS_MAX; 0 when the body is another kind of error: see refusal_text. */
size_t refusal_complaints(const struct provider *p, struct span body,
                          struct complaint ret[COMPLAINTS_MAX]);
