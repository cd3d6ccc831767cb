/* flock(2) on a file of its own: SQLite's own locks come and go with transactions. The file stays behind on purpose,
 * since deleting a lock file that another process may be opening lets two of them hold "the" lock. */
#include "edge/store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/text.h"

static void write_pid(int fd)
{
    char pid[32];
    int len = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
    if (ftruncate(fd, 0) < 0 || write(fd, pid, (size_t)len) < 0) {
        /* the pid only helps people; the lock holds without it */
    }
}

static void read_pid(int fd, char *pid, size_t room)
{
    ssize_t got = read(fd, pid, room - 1);
    pid[got > 0 ? got : 0] = '\0';
    pid[strcspn(pid, "\n")] = '\0';
}

bool lock_take(const char *path, int *ret_fd, struct fault *why)
{
    struct text file = { 0 };
    text_addf(&file, "%s.lock", path);
    int fd = open(text_z(&file), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (fd < 0)
        fault(why, FAULT_FATAL, "cannot open %s: %s", text_z(&file), strerror(errno));
    text_done(&file);
    if (fd < 0)
        return false;

    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        char pid[32];
        read_pid(fd, pid, sizeof pid);
        close(fd);
        return fault(why, FAULT_FATAL, "database %s is in use by another ebb (process %s): stop it first", path, pid);
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
