/* What one element of a list says: of a known token or of a newcomer, whatever it looks like. */
#pragma once

#include "api/collect.h"

static inline const struct account_settings *poll_settings(const struct poll *p)
{
    return p->api->settings;
}
/* The key whose turn it is, where each key shows its own token; NULL: the account's. */
struct account_settings *poll_key(const struct poll *p);
/* How many elements have a token so far: known, new, or revoked. */
size_t poll_named(const struct poll *p);

/* The outline of an element whose bytes may be those of last time: then the rest of it is passed
 * over. What is not recognised comes again, in full. */
void element_outline(struct poll *p, const struct element *e);
void element_read(struct poll *p, const struct element *e);
/* In place of an element: the API does not accept the key whose turn it is. `p->why` says how. */
void element_refused(struct poll *p);
