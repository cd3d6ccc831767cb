/* A disk that keeps nothing until it is told to: for tests, preloaded into a process.
 *
 * Whatever is written below $HELD_ROOT is noted in $HELD_LOG with what was there before, and so is
 * each fsync. After the process was killed, held_disk.py puts back what no fsync had reached,
 * newest first: so a file looks after a loss of power, at its worst. Renames and new names count as
 * writes to their folder. What is mapped into memory is not noted. */
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The library's own function of this name, as `real`. */
#define REAL(function)                                                                             \
    static __typeof__(function) *real;                                                             \
    if (!real)                                                                                     \
    real = (__typeof__(function) *)dlsym(RTLD_NEXT, #function)

static int log_fd(void)
{
    static int fd = -1;
    const char *path = getenv("HELD_LOG");
    REAL(open);
    if (fd < 0 && path)
        fd = real(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    return fd;
}

static ssize_t put(int fd, const void *bytes, size_t len)
{
    REAL(write);
    return real(fd, bytes, len);
}

/* Whether it is a file, or a folder, below the root. */
static int is_held(int fd, struct stat *about)
{
    char link[64], path[PATH_MAX];
    const char *root = getenv("HELD_ROOT");
    if (!root || log_fd() < 0 || fstat(fd, about) != 0
        || !(S_ISREG(about->st_mode) || S_ISDIR(about->st_mode)))
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t len = readlink(link, path, sizeof path - 1);
    path[len > 0 ? len : 0] = '\0';
    return strncmp(path, root, strlen(root)) == 0 && !strstr(path, "-shm");
}

/* What is in the file from `from` to `to`, which is about to go. */
static void note_bytes(int fd, const struct stat *about, off_t from, off_t to)
{
    char head[128], old[65536];
    REAL(pread64);
    size_t want = to > about->st_size ? (size_t)(about->st_size > from ? about->st_size - from : 0)
                                      : (size_t)(to - from);
    int readable = fd;
    char link[64];
    if ((fcntl(fd, F_GETFL) & O_ACCMODE) == O_WRONLY) {
        REAL(open);
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        readable = real(link, O_RDONLY | O_CLOEXEC);
    }
    for (size_t done = 0; done == 0 || done < want;) {
        size_t most = want - done < sizeof old ? want - done : sizeof old;
        ssize_t got = most ? real(readable, old, most, from + (off_t)done) : 0;
        int len = snprintf(head, sizeof head, "W %lu %lld %zd %lld\n", (unsigned long)about->st_ino,
                           (long long)from + (long long)done, got > 0 ? got : 0,
                           (long long)about->st_size);
        put(log_fd(), head, (size_t)len);
        put(log_fd(), old, got > 0 ? (size_t)got : 0);
        if (got <= 0)
            break;
        done += (size_t)got;
    }
    if (readable != fd)
        close(readable);
}

static void note_sync(int fd)
{
    struct stat about;
    char line[64];
    if (!is_held(fd, &about))
        return;
    put(log_fd(), line,
        (size_t)snprintf(line, sizeof line, "S %lu\n", (unsigned long)about.st_ino));
}

ssize_t write(int fd, const void *bytes, size_t len)
{
    struct stat about;
    if (is_held(fd, &about) && S_ISREG(about.st_mode)) {
        off_t at = fcntl(fd, F_GETFL) & O_APPEND ? about.st_size : lseek(fd, 0, SEEK_CUR);
        note_bytes(fd, &about, at, at + (off_t)len);
    }
    return put(fd, bytes, len);
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off_t at)
{
    struct stat about;
    REAL(pwrite64);
    if (is_held(fd, &about))
        note_bytes(fd, &about, at, at + (off_t)len);
    return real(fd, bytes, len, at);
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at)
{
    return pwrite64(fd, bytes, len, at);
}

int ftruncate64(int fd, off_t size)
{
    struct stat about;
    REAL(ftruncate64);
    if (is_held(fd, &about))
        note_bytes(fd, &about, size, about.st_size > size ? about.st_size : size);
    return real(fd, size);
}

int ftruncate(int fd, off_t size)
{
    return ftruncate64(fd, size);
}

int fsync(int fd)
{
    REAL(fsync);
    int result = real(fd);
    if (result == 0)
        note_sync(fd);
    return result;
}

int fdatasync(int fd)
{
    REAL(fdatasync);
    int result = real(fd);
    if (result == 0)
        note_sync(fd);
    return result;
}

/* A name that came into its folder; `from`: under which it was there before, or nothing. */
static void note_name(const char *from, const char *to)
{
    const char *root = getenv("HELD_ROOT"), *end = strrchr(to, '/');
    char folder[PATH_MAX], line[2 * PATH_MAX + 64];
    struct stat about;
    if (!root || !end || strncmp(to, root, strlen(root)) != 0 || log_fd() < 0)
        return;
    snprintf(folder, sizeof folder, "%.*s", (int)(end - to), to);
    if (stat(folder, &about) == 0)
        put(log_fd(), line,
            (size_t)snprintf(line, sizeof line, "N %lu %s\t%s\n", (unsigned long)about.st_ino, from,
                             to));
}

int rename(const char *from, const char *to)
{
    REAL(rename);
    int result = real(from, to);
    if (result == 0)
        note_name(from, to);
    return result;
}

int mkdir(const char *path, mode_t mode)
{
    REAL(mkdir);
    int result = real(path, mode);
    if (result == 0)
        note_name("", path);
    return result;
}
