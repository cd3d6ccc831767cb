/* The key that Ebb itself uses for an account's API, as far as the API describes it: what it may
 * do, and when it ends. Never the key. Pure. */
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

/* How long it works on; a century: it has no end; 0: it ended, or lacks what it takes to watch.
 * False: not known. */
bool own_key_left(const struct own_key *k, unix_s now, int64_t *ret_s);
/* What somebody should know, as "it expires in 6d 2h"; nothing: all is well, or nothing is known.
 */
void own_key_add_warning(const struct own_key *k, unix_s now, struct text *out);
/* "manage:read, ends in 80d"; what is not known is said. */
void own_key_add(const struct own_key *k, unix_s now, struct text *out);
