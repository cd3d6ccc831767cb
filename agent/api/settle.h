/* Which tokens the elements of a list belong to, as far as only the whole list shows it. */
#pragma once

#include "api/collect.h"
#include "provider/provider.h"

void settle_observe(struct poll *p, struct token *t, const struct reading *is, uint64_t hash);
/* A known token has this name, description and shown name from now on. */
void settle_rename(struct poll *p, struct token *t, const struct identity *is, const char *shown);
/* An element that says it was revoked, perhaps of a known token. */
void settle_note_revoked(struct poll *p, const struct decoded *d);
/* How many revoked elements were of a key that had one before. */
size_t settle_doubles(struct poll *p);

/* Once the list is whole. Newcomers that are known tokens with an id now, or without, become these;
 * known tokens that were revoked end; and no two are shown alike. */
void settle(struct poll *p);
