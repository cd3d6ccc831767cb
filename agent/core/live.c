/* Few codes ever occur: the first that match, in the order in which they came. */
#include "core/live.h"

static struct live_code *code_of(struct live_codes *c, int status)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->at[i].status == status)
            return &c->at[i];
    if (c->count == LIVE_CODES_MAX)
        return &c->at[LIVE_CODES_MAX - 1];
    struct live_code *new = &c->at[c->count++];
    new->status = c->count == LIVE_CODES_MAX ? LIVE_OTHER : status;
    return new;
}

void live_count_code(struct live_codes *c, int status)
{
    code_of(c, status)->requests++;
}
