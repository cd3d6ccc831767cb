/* Created exclusively, mode 0600, written once, synced with its folder. */
#include "cli/tokens/secret_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/own.h"
#include "base/xmalloc.h"

static bool take_over(const char *path, int fd, struct fault *why)
{
    struct stat seen;
    if (fstat(fd, &seen) != 0)
        return fault(why, FAULT_RETRY, "%s: %s", path, strerror(errno));
    if (!S_ISREG(seen.st_mode) || seen.st_uid != geteuid())
        return fault(why, FAULT_REJECT,
                     "%s is not a regular file of yours: refusing to write a secret to it", path);
    if (seen.st_size > 0)
        return fault(why, FAULT_REJECT, "%s exists and is not empty: refusing to overwrite it",
                     path);
    return fchmod(fd, 0600) == 0 || fault(why, FAULT_RETRY, "%s: %s", path, strerror(errno));
}

bool secret_file_open(const char *path, struct secret_file *ret, struct fault *why)
{
    int flags = O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    int fd = open(path, flags | O_CREAT | O_EXCL, 0600);
    bool made = fd >= 0;
    if (!made && errno == EEXIST)
        fd = open(path, flags);
    if (fd < 0)
        return fault(why, FAULT_RETRY, "%s: %s", path, strerror(errno));
    if (!made && !take_over(path, fd, why)) {
        close(fd);
        return false;
    }
    *ret = (struct secret_file){ .path = path, .fd = fd, .made = made };
    return true;
}

static bool write_all(int fd, const char *bytes, size_t len)
{
    while (len) {
        ssize_t wrote = write(fd, bytes, len);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return false;
        bytes += wrote;
        len -= (size_t)wrote;
    }
    return true;
}

/* So that the name lasts as the bytes do; a folder that cannot be synced is no reason to fail. */
static void sync_folder(const char *path)
{
    own_free char *copy = xstrdup(path);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    fsync(fd);
    close(fd);
}

/* Half a secret would look like a whole one: it is cut away again. */
static bool put(const struct secret_file *f, char *secret, struct fault *why)
{
    size_t len = strlen(secret);
    secret[len] = '\n'; /* in place, so that there is no second copy to wipe */
    if (write_all(f->fd, secret, len + 1) && fsync(f->fd) == 0)
        return true;
    int reason = errno;
    if (ftruncate(f->fd, 0) != 0)
        reason = errno;
    return fault(why, FAULT_RETRY, "%s: %s", f->path, strerror(reason));
}

bool secret_file_put(struct secret_file *f, char secret[SECRET_ROOM], struct fault *why)
{
    bool ok = put(f, secret, why);
    explicit_bzero(secret, SECRET_ROOM);
    if (ok)
        sync_folder(f->path);
    secret_file_close(f, false);
    return ok;
}

bool secret_file_fill(struct secret_file *f, const struct session *s, const char *token,
                      bool *ret_hidden, struct fault *why)
{
    char secret[SECRET_ROOM] = { 0 };
    if (session_secret(s, token, secret, ret_hidden, why))
        return secret_file_put(f, secret, why);
    explicit_bzero(secret, sizeof secret);
    if (*ret_hidden)
        unlink(f->path); /* it was empty, and nothing will ever be in it */
    secret_file_close(f, false);
    return false;
}

void secret_file_close(struct secret_file *f, bool undo)
{
    if (!f->path)
        return;
    close(f->fd);
    if (undo && f->made)
        unlink(f->path);
    *f = (struct secret_file){ 0 };
}
