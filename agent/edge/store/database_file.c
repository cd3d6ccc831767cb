/* A header of 100 bytes says whether a database is ours: https://www.sqlite.org/fileformat2.html.
 */
#include "edge/store/database_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/own.h"
#include "base/xmalloc.h"
#include "edge/store/migrate.h"

enum {
    LINKS_MAX = 40, /* symbolic links to follow, as the kernel does */
    PAGE_BYTES = 4096,
    HEADER_BYTES = 100,
    FORMAT_AT = 18, /* 2: in WAL mode */
    VERSION_AT = 60,
    INCREMENTAL_AT = 64,
    APPLICATION_AT = 68,
    LEAF = 0x0d, /* type of a page of rows without children */
};

static const char magic[] = "SQLite format 3"; /* with its NUL */

static bool failed(const char *what, const char *path, struct fault *why)
{
    return fault(why, FAULT_FATAL, "cannot %s %s: %s", what, path, strerror(errno));
}

static void set_text(struct text *t, const char *folder, const char *name)
{
    struct text joined = { 0 };
    text_addf(&joined, "%s%s%s", folder, *folder && strcmp(folder, "/") != 0 ? "/" : "", name);
    text_done(t);
    *t = joined;
}

/* Everything but the last step; "." when there is only one. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == path ? xstrdup("/")
        : slash          ? xstrndup(path, (size_t)(slash - path))
                         : xstrdup(".");
}

/* One link of a file that is not there yet: to where it points, or to its name in the real folder.
 */
static bool follow(struct text *path, bool *ret_done, struct fault *why)
{
    char target[PATH_MAX];
    own_free char *folder = folder_of(text_z(path));
    ssize_t len = readlink(text_z(path), target, sizeof target - 1);
    *ret_done = len < 0;
    if (len >= 0) {
        target[len] = '\0';
        set_text(path, *target == '/' ? "" : folder, target);
        return true;
    }
    own_free char *real = realpath(folder, NULL);
    if (!real)
        return fault(why, FAULT_FATAL, "cannot access the database directory %s: %s", folder,
                     strerror(errno));
    const char *slash = strrchr(text_z(path), '/');
    own_free char *name = xstrdup(slash ? slash + 1 : text_z(path));
    set_text(path, real, name);
    return true;
}

bool file_resolve(const char *path, struct text *ret, struct fault *why)
{
    set_text(ret, "", path);
    for (int links = 0; links < LINKS_MAX; links++) {
        bool done;
        own_free char *real = realpath(text_z(ret), NULL);
        if (real) {
            set_text(ret, "", real);
            return true;
        }
        if (errno != ENOENT)
            return failed("access the database", path, why);
        if (!follow(ret, &done, why))
            return false;
        if (done)
            return true;
    }
    errno = ELOOP;
    return failed("access the database", path, why);
}

static const char *type_name(mode_t mode)
{
    return S_ISDIR(mode) ? "a directory"
        : S_ISFIFO(mode) ? "a FIFO"
        : S_ISSOCK(mode) ? "a socket"
                         : "a device";
}

static bool is_regular(const char *path, const struct stat *about, struct fault *why)
{
    return S_ISREG(about->st_mode)
        || fault(why, FAULT_FATAL, "%s is %s, not a database file; choose another `store` path",
                 path, type_name(about->st_mode));
}

static int64_t number_at(const unsigned char *header, size_t at)
{
    uint32_t n = (uint32_t)header[at] << 24 | (uint32_t)header[at + 1] << 16
        | (uint32_t)header[at + 2] << 8 | header[at + 3];
    return (int32_t)n;
}

static bool is_zero(const unsigned char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (bytes[i])
            return false;
    return true;
}

/* Versions up to schema 5 wrote the first page before anything else: no schema, no rows, no id. */
static bool is_unfinished(const unsigned char *page, size_t len, off_t size)
{
    return size == PAGE_BYTES && len == PAGE_BYTES && number_at(page, APPLICATION_AT) == 0
        && number_at(page, VERSION_AT) == 0 && number_at(page, INCREMENTAL_AT) == 1
        && page[HEADER_BYTES] == LEAF && is_zero(page + HEADER_BYTES + 3, 2)
        && is_zero(page + HEADER_BYTES + 8, PAGE_BYTES - HEADER_BYTES - 8);
}

static bool judge(const char *path, const unsigned char *page, size_t len, off_t size,
                  enum file_state *ret, struct fault *why)
{
    if (size == 0) {
        *ret = FILE_UNFINISHED;
        return true;
    }
    bool sqlite = len >= HEADER_BYTES && memcmp(page, magic, sizeof magic) == 0;
    if (sqlite && is_unfinished(page, len, size)) {
        *ret = FILE_UNFINISHED;
        return true;
    }
    *ret = FILE_OURS;
    if (!sqlite || number_at(page, APPLICATION_AT) != APPLICATION_ID)
        return fault(why, FAULT_FATAL,
                     "%s is not an Ebb database and was not touched: choose another `store` path",
                     path);
    return migrate_knows(number_at(page, VERSION_AT), path, why);
}

/* How the files beside a database begin when they are SQLite's; zeros are what a power cut or their
 * end leaves. */
static const struct side {
    const char *suffix;
    size_t len;
    unsigned char begins[8], or_begins[8];
} sides[] = {
    { "-wal", 4, { 0x37, 0x7f, 0x06, 0x82 }, { 0x37, 0x7f, 0x06, 0x83 } },
    { "-shm", 4, { 0x18, 0xe2, 0x2d, 0x00 }, { 0x00, 0x2d, 0xe2, 0x18 } },
    { "-journal",
      8,
      { 0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7 },
      { 0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7 } },
};

static bool is_side(const struct side *side, const char *path, struct fault *why)
{
    unsigned char begins[8] = { 0 };
    struct stat about;
    if (lstat(path, &about) != 0)
        return errno == ENOENT || failed("inspect", path, why);
    if (!is_regular(path, &about, why))
        return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return errno == EACCES
            || failed("read", path, why); /* SQLite says it better when it needs it */
    ssize_t got = pread(fd, begins, side->len, 0);
    close(fd);
    if (got == 0 || is_zero(begins, side->len) || memcmp(begins, side->begins, side->len) == 0
        || memcmp(begins, side->or_begins, side->len) == 0)
        return true;
    return fault(why, FAULT_FATAL,
                 "%s is not an SQLite file and was not touched: move it away, or choose another "
                 "`store` path",
                 path);
}

static bool sides_are(const char *path, struct fault *why)
{
    bool ok = true;
    for (size_t i = 0; ok && i < COUNT(sides); i++) {
        struct text side = { 0 };
        text_addf(&side, "%s%s", path, sides[i].suffix);
        ok = is_side(&sides[i], text_z(&side), why);
        text_done(&side);
    }
    return ok;
}

/* The WAL lies beside the name that a database was opened by: through another one, what is in it is
 * not seen. */
static bool is_its_name(const char *path, const struct stat *about, const unsigned char *page,
                        struct fault *why)
{
    struct text wal = { 0 };
    if (about->st_nlink < 2 || page[FORMAT_AT] != 2)
        return true;
    text_addf(&wal, "%s-wal", path);
    bool has_wal = access(text_z(&wal), F_OK) == 0;
    text_done(&wal);
    return has_wal
        || fault(why, FAULT_FATAL,
                 "%s is a hard link to a database whose journal is beside its other name: "
                 "use that name, or a symbolic link",
                 path);
}

static bool look(int fd, const char *path, enum file_state *ret, struct fault *why)
{
    unsigned char page[PAGE_BYTES] = { 0 };
    struct stat about;
    if (fstat(fd, &about) != 0)
        return failed("inspect", path, why);
    if (!is_regular(path, &about, why))
        return false;
    ssize_t len = pread(fd, page, sizeof page, 0);
    if (len < 0)
        return failed("read", path, why);
    return judge(path, page, (size_t)len, about.st_size, ret, why)
        && is_its_name(path, &about, page, why) && sides_are(path, why);
}

bool file_open(const char *path, bool for_writing, int *ret_fd, enum file_state *ret,
               struct fault *why)
{
    struct stat about;
    *ret_fd = -1;
    *ret = FILE_ABSENT;
    if (stat(path, &about) != 0)
        return errno == ENOENT ? sides_are(path, why) : failed("access the database", path, why);
    if (!is_regular(path, &about, why)) /* before open(2), which has effects on some devices */
        return false;
    int fd = open(path, (for_writing ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return fault(why, FAULT_FATAL, "cannot open the database %s for %s: %s", path,
                     for_writing ? "writing" : "reading", strerror(errno));
    if (!look(fd, path, ret, why)) {
        close(fd);
        return false;
    }
    *ret_fd = fd;
    return true;
}

bool file_hold(int fd, const char *path, struct fault *why)
{
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return true;
    return fault(why, FAULT_FATAL,
                 errno == EWOULDBLOCK ? "database %s is in use by another ebb, which opened it "
                                        "under another name: stop it first"
                                      : "database %s cannot be locked",
                 path);
}

static bool write_all(int fd, struct span content)
{
    while (content.len > 0) {
        ssize_t done = write(fd, content.at, content.len);
        if (done < 0 && errno != EINTR)
            return false;
        content.at += done > 0 ? done : 0;
        content.len -= done > 0 ? (size_t)done : 0;
    }
    return fsync(fd) == 0;
}

/* SQLite would take what a database left that is gone for news of the one that comes. */
static bool clear_sides(const char *path, struct fault *why)
{
    bool ok = true;
    for (size_t i = 0; ok && i < COUNT(sides); i++) {
        struct text side = { 0 };
        text_addf(&side, "%s%s", path, sides[i].suffix);
        ok = unlink(text_z(&side)) == 0 || errno == ENOENT || failed("remove", text_z(&side), why);
        text_done(&side);
    }
    return ok;
}

static bool sync_folder(const char *path, struct fault *why)
{
    own_free char *folder = folder_of(path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return failed("open", folder, why);
    bool ok = fsync(fd) == 0 || failed("write to", folder, why);
    close(fd);
    return ok;
}

/* What a kill left is the beginning of a database; anything else of that name is not ours. */
static bool is_draft(const char *draft, struct fault *why)
{
    char begins[sizeof magic];
    struct stat about;
    if (lstat(draft, &about) != 0)
        return errno == ENOENT || failed("inspect", draft, why);
    if (!is_regular(draft, &about, why))
        return false;
    int fd = open(draft, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t got = fd >= 0 ? pread(fd, begins, sizeof begins, 0) : -1;
    if (fd >= 0)
        close(fd);
    if (got < 0)
        return failed("read", draft, why);
    return memcmp(begins, magic, (size_t)got) == 0
        || fault(why, FAULT_FATAL, "%s was not created by Ebb and was not touched: move it away",
                 draft);
}

static bool write_draft(const char *draft, struct span content, struct fault *why)
{
    int fd = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0640);
    if (fd < 0)
        return failed("create", draft, why);
    bool ok = write_all(fd, content) || failed("write", draft, why);
    close(fd);
    return ok;
}

/* Not every file system can refuse to replace a file; the lock is held, so none is there. */
static bool give_name(const char *draft, const char *path, enum file_state was)
{
    unsigned flags = was == FILE_ABSENT ? RENAME_NOREPLACE : 0;
    return renameat2(AT_FDCWD, draft, AT_FDCWD, path, flags) == 0
        || (errno == EINVAL && rename(draft, path) == 0);
}

static bool create_as(const char *draft, const char *path, enum file_state was, struct span content,
                      struct fault *why)
{
    if (!is_draft(draft, why))
        return false;
    if (clear_sides(path, why) && write_draft(draft, content, why)
        && (give_name(draft, path, was) || failed("create the database", path, why)))
        return sync_folder(path, why);
    unlink(draft);
    return false;
}

bool file_create(const char *path, enum file_state was, struct span content, struct fault *why)
{
    struct text draft = { 0 };
    text_addf(&draft, "%s.first-start", path);
    bool ok = create_as(text_z(&draft), path, was, content, why);
    text_done(&draft);
    return ok;
}
