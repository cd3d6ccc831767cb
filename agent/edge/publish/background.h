/* Work that may block, in a thread of its own: one piece of work, for which nobody has to wait.
 *
 * While it runs, what it works on belongs to the thread; afterwards to the owner. An owner that
 * leaves before that lets go of it: the thread releases it at its end. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

struct background {
    atomic_int stage; /* whoever comes second, the thread or background_leave, releases */
    int woken;        /* readable once the work is done; -1: it was never begun */
    int waker;        /* the thread's own descriptor of it */
    void (*work)(void *context);
    void (*release)(void *context);
    void *context;
};

/* `release` is called once, by the thread or within background_leave. It frees the context, of
 * which `b` may be a part, and calls background_done. */
void background_init(struct background *b, void (*work)(void *context),
                     void (*release)(void *context), void *context);
/* Begins the work. 0, or the number of an error (errno): it is not begun. */
int background_start(struct background *b);
bool background_is_at_work(const struct background *b);
/* For the work itself: nobody waits for it any more. */
bool background_is_abandoned(const struct background *b);
void background_leave(struct background *b); /* never waits */
void background_done(struct background *b);
