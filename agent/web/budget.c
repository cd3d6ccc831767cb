/* A route's answers grow and shrink with the number of tokens, and with what is asked: the usual
 * follows up at once, and down by and by. */
#include "web/budget.h"

#include <assert.h>

bool budget_admit(struct budget *b, size_t route, size_t queued, size_t *ret_reserved)
{
    assert(route < BUDGET_ROUTES_MAX);
    size_t held = b->reserved + queued, wanted = b->usual[route];
    if (held && held + wanted > BUDGET_BYTES_MAX)
        return false;
    b->reserved += wanted;
    *ret_reserved = wanted;
    return true;
}

void budget_release(struct budget *b, size_t route, size_t reserved, size_t most)
{
    size_t usual = b->usual[route];
    assert(b->reserved >= reserved);
    b->reserved -= reserved;
    b->usual[route] = most >= usual ? most : usual - (usual - most) / 4;
}
