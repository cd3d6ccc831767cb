/* JSON string escapes, as far as ASCII goes: keys that are looked for, and URLs. */
#pragma once

#include "base/span.h"

int escape_hex(char digit); /* its value; -1: it is none */

/* Whether the inside of a JSON string, as written, spells `name` (ASCII). */
bool escape_is(struct span written, const char *name);

/* Spells out a URL written as the inside of a JSON string to `out`, which has room for all of
 * `written` and may be the same bytes; the length goes to `ret_len`. False for a broken escape, or
 * what no URL has: white space, backslashes, anything but visible ASCII. Reading what was read
 * already changes nothing. */
bool escape_read_url(struct span written, char *out, size_t *ret_len);
