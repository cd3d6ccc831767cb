/* The temporary name is made at random, so that two writers never meet in it. */
#include "cli/whole_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

static bool write_all(int fd, struct span bytes)
{
    while (bytes.len) {
        ssize_t done = write(fd, bytes.at, bytes.len);
        if (done < 0 && errno != EINTR)
            return false;
        if (done > 0)
            bytes = (struct span){ bytes.at + done, bytes.len - (size_t)done };
    }
    return true;
}

/* mkstemp makes files for their owner alone. */
static bool give_usual_mode(int fd)
{
    mode_t mask = umask(0);
    umask(mask);
    return fchmod(fd, 0666 & ~mask) == 0;
}

static bool write_and_rename(int fd, char *temporary, const char *path, struct span bytes)
{
    bool ok = write_all(fd, bytes) && give_usual_mode(fd) && fsync(fd) == 0;
    ok = close(fd) == 0 && ok;
    return ok && rename(temporary, path) == 0;
}

bool whole_file_write(const char *path, struct span bytes, struct fault *why)
{
    struct text temporary = { 0 };
    text_addf(&temporary, "%s.XXXXXX", path);
    int fd = mkstemp(temporary.at);
    bool ok = fd >= 0 && write_and_rename(fd, temporary.at, path, bytes);
    if (!ok) {
        fault(why, FAULT_FATAL, "cannot write %s: %s", path, strerror(errno));
        if (fd >= 0)
            unlink(temporary.at);
    }
    text_done(&temporary);
    return ok;
}
