/* flock(2) on a file of its own: SQLite's own locks come and go with transactions. The file stays
 * behind on purpose, since deleting a lock file that another process may be opening lets two of
 * them hold "the" lock. */
#include "edge/store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

enum { PID_BYTES = 32 };

static void write_pid(int fd)
{
    char pid[PID_BYTES];
    int len = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
    if (ftruncate(fd, 0) < 0 || pwrite(fd, pid, (size_t)len, 0) < 0) {
        /* the pid only helps people; the lock holds without it */
    }
}

/* Whatever else a file holds, it is somebody's: *pid is "" in an empty one. */
static bool read_pid(int fd, char pid[PID_BYTES])
{
    struct stat about;
    ssize_t got = pread(fd, pid, PID_BYTES - 1, 0);
    pid[got > 0 ? got : 0] = '\0';
    size_t digits = strspn(pid, "0123456789");
    bool ended = pid[digits] == '\n' && pid[digits + 1] == '\0';
    bool ours = fstat(fd, &about) == 0 && S_ISREG(about.st_mode) && got >= 0
        && (got == 0 || (digits && ended));
    pid[digits] = '\0';
    return ours;
}

bool lock_take(const char *path, int *ret_fd, struct fault *why)
{
    struct text file = { 0 };
    char pid[PID_BYTES];
    text_addf(&file, "%s.lock", path);
    int fd = open(text_z(&file), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY,
                  0640);
    bool ok =
        fd >= 0 || fault(why, FAULT_FATAL, "cannot open %s: %s", text_z(&file), strerror(errno));
    if (ok && !read_pid(fd, pid))
        ok = fault(why, FAULT_FATAL, "%s is not an Ebb lock file and was not touched: move it away",
                   text_z(&file));
    text_done(&file);
    if (ok && flock(fd, LOCK_EX | LOCK_NB) < 0)
        ok = fault(why, FAULT_FATAL,
                   "database %s is in use by another ebb (process %s): stop it first", path, pid);
    if (!ok) {
        lock_release(fd);
        return false;
    }
    write_pid(fd);
    *ret_fd = fd;
    return true;
}

void lock_release(int fd)
{
    if (fd >= 0)
        close(fd);
}
