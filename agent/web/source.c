/* Told apart by device and inode: a file that is written to stays the same. */
#include "web/source.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/xmalloc.h"
#include "edge/store.h"

/* The file is looked at first: should it be replaced meanwhile, the next look sees that. */
static bool open_in(enum store_mode mode, const char *path, struct source **ret, struct fault *why)
{
    struct stat seen = { 0 };
    struct store *store;
    bool known = stat(path, &seen) == 0;
    if (!store_open(path, mode, &store, why))
        return false;
    store_glance(store);
    struct source *s = xcalloc(1, sizeof *s);
    *s = (struct source){ .store = store, .path = xstrdup(path), .users = 1 };
    s->device = known ? seen.st_dev : 0;
    s->inode = known ? seen.st_ino : 0;
    *ret = s;
    return true;
}

bool source_open(const char *path, struct source **ret, struct fault *why)
{
    return open_in(STORE_READ, path, ret, why);
}

struct source *source_use(struct source *s)
{
    s->users++;
    return s;
}

void source_release(struct source *s)
{
    if (!s || --s->users > 0)
        return;
    store_close(s->store);
    free(s->path);
    free(s);
}

bool source_renew(struct source **s, struct fault *why)
{
    struct stat seen;
    struct source *fresh;
    if (stat((*s)->path, &seen) != 0 || (seen.st_dev == (*s)->device && seen.st_ino == (*s)->inode))
        return true;
    if (!open_in(STORE_GLANCE, (*s)->path, &fresh,
                 why)) /* still being written, maybe: the next asks again */
        return false;
    source_release(*s);
    *s = fresh;
    return true;
}
