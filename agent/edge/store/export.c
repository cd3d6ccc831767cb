/* VACUUM INTO reads in one transaction of its own, so the copy is of one moment between two polls.
 */
#include "edge/store/export.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/own.h"
#include "base/xmalloc.h"
#include "edge/store/store_private.h"
#include "sql.h"

static bool failed(const char *path, struct fault *why)
{
    return fault(why, FAULT_RETRY, "%s: %s", path, strerror(errno));
}

/* Replacing the database by its own copy would take it from under the daemon. */
static bool may_be(const struct store *s, const char *file, bool replace, struct fault *why)
{
    struct stat there, ours;
    if (lstat(file, &there) != 0)
        return errno == ENOENT || failed(file, why);
    if (stat(file, &there) == 0 && stat(sqlite_path(s->db), &ours) == 0
        && there.st_dev == ours.st_dev && there.st_ino == ours.st_ino)
        return fault(why, FAULT_REJECT, "%s is the database itself", file);
    if (lstat(file, &there) == 0 && !S_ISREG(there.st_mode))
        return fault(why, FAULT_REJECT, "%s exists and is not a regular file", file);
    return replace || fault(why, FAULT_REJECT, "%s already exists; replace it with --force", file);
}

/* SQLite takes an empty file as its target, so that nobody else can have made it. */
static bool make_room(char *path, struct fault *why)
{
    int fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0)
        return failed(path, why);
    bool ok = fchmod(fd, 0640) == 0 || failed(path, why);
    close(fd);
    return ok;
}

/* A signal is reported once, and must not be forgotten between the copy and its name. */
struct watch {
    bool (*cancelled)(void *);
    void *of;
    bool seen;
};

static bool look(void *of)
{
    struct watch *w = of;
    return w->seen = w->seen || w->cancelled(w->of);
}

static bool copy(struct store *s, const char *path, struct fault *why)
{
    struct statement *q;
    if (!sqlite_prepare(s->db, sql_export, &q, why))
        return false;
    statement_bind_text(q, ":file", span_of(path));
    bool ok = statement_run(q, why);
    statement_free(q);
    return ok;
}

static bool sync_path(const char *path, int flags, struct fault *why)
{
    int fd = open(path, flags | O_CLOEXEC);
    if (fd < 0)
        return failed(path, why);
    bool ok = fsync(fd) == 0 || failed(path, why);
    close(fd);
    return ok;
}

/* Without `replace` a file that came meanwhile is not overwritten either. */
static bool give_name(const char *path, const char *file, bool replace, struct fault *why)
{
    if (renameat2(AT_FDCWD, path, AT_FDCWD, file, replace ? 0 : RENAME_NOREPLACE) == 0)
        return true;
    if (errno == EEXIST)
        return fault(why, FAULT_REJECT, "%s already exists; replace it with --force", file);
    return failed(file, why);
}

static bool finish(const char *path, const char *file, bool replace, struct fault *why)
{
    own_free char *copied = xstrdup(file);
    return sync_path(path, O_RDWR, why) && give_name(path, file, replace, why)
        && sync_path(dirname(copied), O_RDONLY | O_DIRECTORY, why);
}

bool store_export(struct store *s, const char *file, bool replace, bool (*cancelled)(void *),
                  void *of, struct fault *why)
{
    struct text path = { 0 };
    if (!may_be(s, file, replace, why))
        return false;
    text_addf(&path, "%s.XXXXXX", file);
    bool made = make_room(path.at, why);
    struct watch watch = { cancelled, of, false };
    sqlite_watch(s->db, look, &watch);
    bool copied = made && copy(s, path.at, why);
    sqlite_watch(s->db, NULL, NULL);
    bool ok = copied && !look(&watch) && finish(path.at, file, replace, why);
    if (watch.seen)
        fault(why, FAULT_RETRY, "cancelled");
    if (made && !ok)
        unlink(path.at); /* gone already when it has its name */
    text_done(&path);
    return ok;
}
