/* Which token has something due first: a binary heap over the account's tokens, by time. */
#pragma once

#include "sim/account.h"

/* The array has room for one more; each token knows its own place in it. */
void agenda_add(struct token **agenda, size_t count_before, struct token *token);
void agenda_remove(struct token **agenda, size_t count_before, struct token *token);
void agenda_moved(struct token **agenda, size_t count, struct token *token); /* its due time changed */

static inline unix_s token_due(const struct token *t)
{
    return t->next_reset < t->next_slot ? t->next_reset : t->next_slot;
}
