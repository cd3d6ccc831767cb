/* What a token's name says: its environment, its words, and whether it is the successor of another.
 */
#pragma once

#include "core/audit.h"

/* Whether one of the patterns (separated by commas; NULL: none) matches the whole name, ignoring
 * case. */
bool audit_matches(const char *patterns, struct span name);

/* Whether one of the patterns matches one word of a name, a run of letters and digits; *ret is the
 * word. */
bool audit_has_word(const char *patterns, struct span name, struct span *ret);

/* "prod-billing-api-r3" -> "prod-billing-api" and 3; a name without such a suffix is its own stem,
 * generation 1. */
struct span audit_stem(struct span name, int64_t *ret_generation);

/* Whether a name is env-project-purpose: three parts or more, none empty, no blanks. */
bool audit_is_conventional(struct span name);
