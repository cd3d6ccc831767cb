/* Which token has something due first: a binary heap over the account's tokens, by time. */
#pragma once

#include "sim/account.h"

/* The array has room for one more; each token knows its own place in it. */
void agenda_add(struct sim_token **agenda, size_t count_before, struct sim_token *token);
void agenda_remove(struct sim_token **agenda, size_t count_before, struct sim_token *token);
void agenda_moved(struct sim_token **agenda, size_t count,
                  struct sim_token *token); /* its due time changed */

static inline unix_s token_due(const struct sim_token *t)
{
    return t->next_reset < t->next_slot ? t->next_reset : t->next_slot;
}
