/* One buffer of the final size, so that no copy of a secret is left behind by growing. */
#include "edge/config/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/xmalloc.h"

void bytes_done(struct bytes *b)
{
    if (b->at)
        explicit_bzero(b->at, b->len);
    free(b->at);
    *b = (struct bytes){ 0 };
}

/* Reads to the end or until `room` is full; false with errno. */
static bool read_all(int fd, char *into, size_t room, size_t *ret)
{
    size_t len = 0;
    while (len < room) {
        ssize_t got = read(fd, into + len, room - len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        if (got == 0)
            break;
        len += (size_t)got;
    }
    *ret = len;
    return true;
}

static bool read_opened(int fd, const char *path, size_t max, struct bytes *ret, struct fault *why)
{
    struct stat about;
    if (fstat(fd, &about) != 0)
        return fault(why, FAULT_FATAL, "cannot read %s: %s", path, strerror(errno));
    if (S_ISDIR(about.st_mode))
        return fault(why, FAULT_FATAL, "%s is a directory, not a file", path);

    struct bytes b = { .at = xcalloc(max + 2, 1), .world_readable = about.st_mode & S_IROTH };
    if (!read_all(fd, b.at, max + 1, &b.len)) {
        fault(why, FAULT_FATAL, "cannot read %s: %s", path, strerror(errno));
    } else if (b.len > max) {
        fault(why, FAULT_FATAL, "%s is longer than %zu bytes", path, max);
    } else {
        *ret = b;
        return true;
    }
    b.len = max + 1;
    bytes_done(&b);
    return false;
}

bool bytes_read(const char *path, size_t max, struct bytes *ret, struct fault *why)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fault(why, FAULT_FATAL, "cannot read %s: %s", path, strerror(errno));
    bool done = read_opened(fd, path, max, ret, why);
    close(fd);
    return done;
}
