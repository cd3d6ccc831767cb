/* The descriptor that wakes the owner is written after the last look at what is shared, by a copy
 * of the thread's own: both may be gone by then. */
#include "edge/publish/background.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum stage { STAGE_AT_WORK, STAGE_DONE, STAGE_ABANDONED };

/* ---- in the thread ---- */

static void *run(void *of)
{
    struct background *b = of;
    const uint64_t one = 1;
    int waker = b->waker;
    b->work(b->context);
    if (atomic_exchange(&b->stage, STAGE_DONE) == STAGE_ABANDONED)
        b->release(b->context);
    if (write(waker, &one, sizeof one) < 0) /* the counter is at 0 and has room */
        abort();
    close(waker);
    return NULL;
}

bool background_is_abandoned(const struct background *b)
{
    return atomic_load(&b->stage) == STAGE_ABANDONED;
}

/* ---- in the owner's thread ---- */

/* Signals are for the owner's thread: this one takes none. */
static int start_thread(struct background *b)
{
    sigset_t all, before;
    pthread_attr_t detached;
    pthread_t thread;
    sigfillset(&all);
    int code = pthread_attr_init(&detached);
    if (code)
        return code;
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    code = pthread_create(&thread, &detached, run, b);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&detached);
    return code;
}

void background_init(struct background *b, void (*work)(void *context),
                     void (*release)(void *context), void *context)
{
    *b = (struct background){ .woken = -1, .work = work, .release = release, .context = context };
    atomic_store(&b->stage, STAGE_DONE);
}

int background_start(struct background *b)
{
    b->woken = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    b->waker = b->woken < 0 ? -1 : fcntl(b->woken, F_DUPFD_CLOEXEC, 0);
    if (b->waker < 0)
        return errno;
    atomic_store(&b->stage, STAGE_AT_WORK);
    int code = start_thread(b);
    if (code) {
        atomic_store(&b->stage, STAGE_DONE);
        close(b->waker);
    }
    return code;
}

bool background_is_at_work(const struct background *b)
{
    return atomic_load(&b->stage) == STAGE_AT_WORK;
}

void background_leave(struct background *b)
{
    if (atomic_exchange(&b->stage, STAGE_ABANDONED) == STAGE_DONE)
        b->release(b->context);
}

void background_done(struct background *b)
{
    if (b->woken >= 0)
        close(b->woken);
}
