/* Names of tokens: matching them, reading the convention `env-project-purpose`, and making topics
 * of them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "core/reading.h"

enum { SLUG_BYTES = 80 }; /* with the terminator */

/* A topic level for a name: [A-Za-z0-9_-]+. A name made of these alone and shorter than SLUG_BYTES
 * - 10 is its own slug; any other has its foreign runs replaced by '-' (none at the end), is cut,
 * and ends in "-" and eight hex digits of the name's hash. A plain name that itself ends so ("-"
 * and eight lower-case hex digits) gets the suffix too, so that two different names share a slug
 * only if their hashes collide. */
void naming_slug(struct span name, char out[SLUG_BYTES]);

/* Shell glob over the whole name: '*', '?', '[a-z]', '[!a-z]', '\x'. Case counts; '?' is one UTF-8
 * character. A '[' without its ']' and a '\' at the end stand for themselves. Takes at most name x
 * pattern steps. */
bool naming_matches(const char *pattern, struct span name);

enum { NAMING_NAME_BYTES = NAME_BYTES_MAX + 1 };

/* The name of a token's successor: "foo" -> "foo-r2" -> "foo-r3", so that names do not grow with
 * each rotation. False when it would have more than so many characters. */
bool naming_successor(struct span name, int characters_max, char out[NAMING_NAME_BYTES]);

/* The first part of `env-project-purpose`; empty when the name has no '-'. Borrowed from `name`. */
struct span naming_environment(struct span name);
/* The same, or NAMING_NONE, as which those without one are asked for and shown. */
#define NAMING_NONE "(none)"
struct span naming_environment_or_none(struct span name);

/* The second part, and all that follows it but the "-r2" of a rotation; empty when the name does
 * not go so far. Borrowed from `name`. */
struct span naming_project(struct span name);
struct span naming_purpose(struct span name);
