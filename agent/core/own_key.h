/* The key that Ebb itself uses for an account's API, as far as the API describes it: what it may
 * do, and when it expires. Never the key itself. Pure. */
#pragma once

#include "base/clock.h"
#include "base/fault.h"
#include "base/text.h"

enum { KEY_SCOPES_BYTES = 256 };

struct own_key {
    unix_s asked_at;               /* TIME_NONE: never, or the API offers no description */
    bool described;                /* the last answer described it; else nothing is known: */
    char scopes[KEY_SCOPES_BYTES]; /* separated by spaces */
    unix_s ends_at;                /* TIME_NONE: never */
    char reason[FAULT_TEXT_BYTES]; /* why it was not described, or what it lacks; "": nothing */
};

enum { KEY_ENDS_SOON_S = 14 * DAY_S };

/* Seconds until it expires: CENTURY_S if it does not, 0 if it has, or lacks the scope to watch.
 * False: not known. */
bool own_key_left(const struct own_key *k, unix_s now, int64_t *ret_s);
/* Adds a warning such as "it expires in 6d 2h"; nothing if all is well, or nothing is known. */
void own_key_add_warning(const struct own_key *k, unix_s now, struct text *out);
/* "manage:read, expires in 80d"; says so where it is not known. */
void own_key_add(const struct own_key *k, unix_s now, struct text *out);
