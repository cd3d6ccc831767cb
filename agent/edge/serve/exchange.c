/* What the header says; nothing here knows the library. */
#include "edge/serve/exchange.h"

#include <stdlib.h>

#include "base/xmalloc.h"

void queue_open(struct queue *q)
{
    *q = (struct queue){ .last = &q->first };
}

void queue_add(struct queue *q, struct exchange *x, enum serve_event wants)
{
    x->wants = wants;
    x->next = NULL;
    *q->last = x;
    q->last = &x->next;
}

struct exchange *queue_take(struct queue *q)
{
    struct exchange *x = q->first;
    queue_remove(q, x);
    return x;
}

void queue_remove(struct queue *q, struct exchange *x)
{
    for (struct exchange **at = &q->first; *at; at = &(*at)->next)
        if (*at == x) {
            *at = x->next;
            if (!*at)
                q->last = at;
            x->wants = SERVE_NOTHING;
            x->next = NULL;
            return;
        }
}

static void wipe(char **text)
{
    if (*text)
        explicit_bzero(*text, strlen(*text));
    free(*text);
    *text = NULL;
}

void exchange_forget_login(struct exchange *x)
{
    wipe(&x->name);
    wipe(&x->password);
}

void exchange_take_over(struct exchange *x, struct text *piece)
{
    *x->queued -= x->piece.room;
    text_done(&x->piece);
    x->piece = *piece;
    x->taken = 0;
    *x->queued += x->piece.room;
    *piece = (struct text){ 0 };
}

void exchange_free(struct exchange *x)
{
    exchange_forget_login(x);
    *x->queued -= x->piece.room;
    text_done(&x->piece);
    free(x->target);
    free(x);
}
