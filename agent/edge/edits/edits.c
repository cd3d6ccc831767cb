/* A file holds one edit: a first line that says so, the account, the balance, and the token's name,
 * which may hold any byte, up to its end. It is complete when it has its name: it is written under
 * another one and renamed. */
#include "edge/edits.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/own.h"
#include "base/random.h"
#include "base/text.h"
#include "base/xmalloc.h"

/* First lines, which say what the file is. */
#define EDIT_HEAD "ebb-edit 1"
#define ORDER_HEAD "ebb-credits 1"

enum {
    FILE_BYTES_MAX = 4096,
    POLLS_MAX = 10,            /* an edit that nothing came of for so many polls */
    WAIT_MAX_MS = 3600 * 1000, /* and for so long is given up */
    AGE_MAX_S = WEEK_S,        /* whoever waited */
};

static char *folder_of(const char *store)
{
    struct text folder = { 0 };
    text_addf(&folder, "%s-edits", store);
    return folder.at;
}

static char *path_of(const char *folder, const char *file)
{
    struct text path = { 0 };
    text_addf(&path, "%s/%s", folder, file);
    return path.at;
}

/* Commands run as root, too: what they make belongs to whoever owns the database. */
static void give_to_owner(int fd, const struct stat *database)
{
    if (geteuid() == 0 && fchown(fd, database->st_uid, database->st_gid) != 0)
        return; /* the daemon cannot remove it then, and gives it up when it is old */
}

static void sync_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0 && fsync(fd) == 0) {
        close(fd);
        return;
    }
    if (fd >= 0)
        close(fd);
}

static void sync_parent(const char *folder)
{
    own_free char *copied = xstrdup(folder);
    sync_folder(dirname(copied));
}

static bool make_folder(const char *folder, const struct stat *database, struct fault *why)
{
    if (mkdir(folder, 0750) != 0)
        return errno == EEXIST
            || fault(why, FAULT_RETRY, "cannot make %s: %s", folder, strerror(errno));
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0) {
        give_to_owner(fd, database);
        close(fd);
    }
    sync_parent(folder);
    return true;
}

static bool write_all(int fd, const struct text *t)
{
    return write(fd, text_z(t), t->len) == (ssize_t)t->len && fsync(fd) == 0;
}

static bool write_file(const char *folder, const char *path, const struct text *content,
                       const struct stat *database, struct fault *why)
{
    struct text draft = { 0 };
    text_addf(&draft, "%s/.%ld", folder, (long)getpid());
    int fd = open(text_z(&draft), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0640);
    bool ok = fd >= 0 && write_all(fd, content);
    if (ok)
        give_to_owner(fd, database);
    if (fd >= 0)
        close(fd);
    ok = ok && rename(text_z(&draft), path) == 0;
    if (!ok) {
        fault(why, FAULT_RETRY, "cannot write %s: %s", path, strerror(errno));
        unlink(text_z(&draft));
    }
    text_done(&draft);
    sync_folder(folder);
    return ok;
}

/* ---- names of files ----
 *
 * "RANK-RANDOM-TIME": a file written later has the greater name. The rank is the clock, or, where
 * that was set back, just beyond the newest file; the time is what the clock showed, in seconds. */

struct rank {
    unix_s at;
    long nano;
};

static bool rank_parse(const char *file, struct rank *ret)
{
    struct rank r;
    if (sscanf(file, "%12" SCNd64 ".%9ld-", &r.at, &r.nano) != 2 || !is_stamp(r.at) || r.nano < 0)
        return false;
    *ret = r;
    return true;
}

static bool rank_is_before(const struct rank *x, const struct rank *y)
{
    return x->at != y->at ? x->at < y->at : x->nano < y->nano;
}

static struct rank rank_after(const struct rank *r)
{
    return r->nano < 999999999 ? (struct rank){ r->at, r->nano + 1 }
                               : (struct rank){ r->at + 1, 0 };
}

/* Whatever the files are about. */
static struct rank next_rank(const char *folder, const struct timespec *now)
{
    struct rank next = { (unix_s)now->tv_sec, now->tv_nsec }, seen;
    DIR *all = opendir(folder);
    struct dirent *one;
    while (all && (one = readdir(all)))
        if (rank_parse(one->d_name, &seen) && !rank_is_before(&seen, &next))
            next = rank_after(&seen);
    if (all)
        closedir(all);
    return next;
}

static void add_name(struct text *out, const char *folder)
{
    struct random random = random_from_system();
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    struct rank rank = next_rank(folder, &now);
    text_addf(out, "%012" PRId64 ".%09ld-%08x-%" PRId64, rank.at, rank.nano,
              (unsigned)random_next(&random), (int64_t)now.tv_sec);
}

/* When it was written, as far as its name says; names of earlier versions end before the time. */
static unix_s time_of(const char *file)
{
    const char *random = strchr(file, '-'), *time = random ? strchr(random + 1, '-') : NULL;
    return strtoll(time ? time + 1 : file, NULL, 10);
}

/* Puts a file into the folder; its path is the caller's. */
static bool put_file(const char *store, const struct stat *database, const struct text *content,
                     char **ret_path, struct fault *why)
{
    struct text name = { 0 };
    own_free char *folder = folder_of(store);
    if (!make_folder(folder, database, why))
        return false;
    add_name(&name, folder);
    char *path = path_of(folder, text_z(&name));
    bool ok = write_file(folder, path, content, database, why);
    text_done(&name);
    if (ok)
        *ret_path = path;
    else
        free(path);
    return ok;
}

bool edits_note(const char *store, const char *account, const char *token,
                struct maybe_money balance, char **ret_file, struct fault *why)
{
    struct stat database;
    struct text content = { 0 };
    char amount[MONEY_TEXT_BYTES];
    *ret_file = NULL;
    if (stat(store, &database) != 0)
        return true;
    text_addf(&content, EDIT_HEAD "\n%s\n%s\n%s", account,
              balance.known ? money_format(balance.is, amount) : "-", token);
    bool ok = put_file(store, &database, &content, ret_file, why);
    text_done(&content);
    return ok;
}

void edits_withdraw(const char *file)
{
    if (file && unlink(file) != 0)
        return; /* it is given up when it is old */
}

static size_t read_file(const char *path, char out[FILE_BYTES_MAX])
{
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat seen;
    ssize_t got = -1;
    if (fd >= 0 && fstat(fd, &seen) == 0 && S_ISREG(seen.st_mode))
        got = read(fd, out, FILE_BYTES_MAX);
    if (fd >= 0)
        close(fd);
    return got > 0 && got < FILE_BYTES_MAX ? (size_t)got : 0;
}

/* The line that `rest` begins with; false: there is no whole one. */
static bool take_line(struct span *rest, struct span *ret)
{
    const char *end = rest->len ? memchr(rest->at, '\n', rest->len) : NULL;
    if (!end)
        return false;
    *ret = (struct span){ rest->at, (size_t)(end - rest->at) };
    *rest = (struct span){ end + 1, rest->len - ret->len - 1 };
    return true;
}

/* False when it is not of this account, or not an edit. */
static bool parse(struct span bytes, const char *account, struct edit *ret)
{
    struct span head, owner, amount;
    struct fault ignored;
    if (!take_line(&bytes, &head) || !span_is(head, EDIT_HEAD) || !take_line(&bytes, &owner)
        || !span_is(owner, account) || !take_line(&bytes, &amount) || !bytes.len
        || memchr(bytes.at, '\0', bytes.len))
        return false;
    ret->balance.known = !span_is(amount, "-");
    if (ret->balance.known && !money_parse(amount, &ret->balance.is, &ignored))
        return false;
    ret->token = xstrndup(bytes.at, bytes.len);
    return true;
}

static bool is_taken(const struct edits *e, const char *file)
{
    for (size_t i = 0; i < e->count; i++)
        if (strcmp(e->at[i].file, file) == 0)
            return true;
    return false;
}

static void take_file(struct edits *e, const char *folder, const char *file, const char *account)
{
    char bytes[FILE_BYTES_MAX];
    own_free char *path = path_of(folder, file);
    struct edit edit = { .known_since = clock_mono() };
    size_t len = read_file(path, bytes);
    if (!len || !parse((struct span){ bytes, len }, account, &edit))
        return;
    edit.file = xstrdup(file);
    e->at = xrealloc(e->at, e->count + 1, sizeof *e->at);
    e->at[e->count++] = edit;
}

static int by_name(const void *a, const void *b)
{
    const struct edit *x = a, *y = b;
    return strcmp(x->file, y->file);
}

void edits_look(struct edits *e, const char *store, const char *account)
{
    own_free char *folder = folder_of(store);
    DIR *all = opendir(folder);
    struct dirent *one;
    while (all && (one = readdir(all)))
        if (one->d_name[0] != '.' && !is_taken(e, one->d_name))
            take_file(e, folder, one->d_name, account);
    if (all)
        closedir(all);
    if (e->count)
        qsort(e->at, e->count, sizeof *e->at, by_name);
}

static bool is_old(const struct edit *x)
{
    int64_t age_s = clock_unix() - time_of(x->file);
    return age_s > AGE_MAX_S || age_s < -AGE_MAX_S
        || (x->polls >= POLLS_MAX && clock_mono() - x->known_since > WAIT_MAX_MS);
}

static bool is_over(const struct edits *e, size_t i)
{
    for (size_t later = i; later < e->count; later++)
        if (e->at[later].booked && strcmp(e->at[later].token, e->at[i].token) == 0)
            return true;
    return is_old(&e->at[i]);
}

static void release(struct edit *x)
{
    free(x->file);
    free(x->token);
}

void edits_settle(struct edits *e, const char *store)
{
    own_free char *folder = folder_of(store);
    size_t kept = 0;
    for (size_t i = 0; i < e->count; i++) {
        e->at[i].polls += !e->at[i].booked;
        if (!is_over(e, i)) {
            e->at[kept++] = e->at[i];
            continue;
        }
        own_free char *path = path_of(folder, e->at[i].file);
        edits_withdraw(path);
        release(&e->at[i]);
    }
    e->count = kept;
}

void edits_forget(struct edits *e)
{
    for (size_t i = 0; i < e->count; i++)
        e->at[i].booked = false;
}

void edits_done(struct edits *e)
{
    for (size_t i = 0; i < e->count; i++)
        release(&e->at[i]);
    free(e->at);
    *e = (struct edits){ 0 };
}

/* ---- orders about credits ---- */

bool credits_order_put(const char *store, const char *account, struct money level,
                       struct fault *why)
{
    struct stat database;
    struct text content = { 0 };
    char amount[MONEY_TEXT_BYTES], *path = NULL;
    if (stat(store, &database) != 0)
        return fault(why, FAULT_REJECT,
                     "there is no database %s yet: start `ebb run`, or `ebb once`", store);
    text_addf(&content, ORDER_HEAD "\n%s\n%s\n", account, money_format(level, amount));
    bool ok = put_file(store, &database, &content, &path, why);
    text_done(&content);
    free(path);
    return ok;
}

static bool parse_order(struct span bytes, const char *account, struct credits_order *ret)
{
    struct span head, owner, amount;
    struct fault ignored;
    return take_line(&bytes, &head) && span_is(head, ORDER_HEAD) && take_line(&bytes, &owner)
        && span_is(owner, account) && take_line(&bytes, &amount) && !bytes.len
        && money_parse(amount, &ret->level, &ignored);
}

/* False when the file is no order about this account. */
static bool read_order(const char *folder, const char *file, const char *account,
                       struct credits_order *ret)
{
    char bytes[FILE_BYTES_MAX];
    own_free char *path = path_of(folder, file);
    size_t len = strlen(file) < sizeof ret->id ? read_file(path, bytes) : 0;
    if (!len || !parse_order((struct span){ bytes, len }, account, ret))
        return false;
    snprintf(ret->id, sizeof ret->id, "%s", file);
    ret->at = time_of(file);
    return is_stamp(ret->at);
}

void credits_order_look(const char *store, const char *account, struct credits_order *ret)
{
    own_free char *folder = folder_of(store);
    struct credits_order found;
    DIR *all = opendir(folder);
    struct dirent *one;
    *ret = (struct credits_order){ .at = TIME_NONE };
    while (all && (one = readdir(all)))
        if (one->d_name[0] != '.' && strcmp(one->d_name, ret->id) > 0
            && read_order(folder, one->d_name, account, &found))
            *ret = found;
    if (all)
        closedir(all);
}

static void withdraw_orders_before(const char *folder, const char *account, const char *id)
{
    struct credits_order found;
    DIR *all = opendir(folder);
    struct dirent *one;
    while (all && (one = readdir(all))) {
        if (one->d_name[0] == '.' || strcmp(one->d_name, id) >= 0
            || !read_order(folder, one->d_name, account, &found))
            continue;
        own_free char *path = path_of(folder, one->d_name);
        edits_withdraw(path);
    }
    if (all)
        closedir(all);
}

/* The one that was taken up is the last to go: so long as it is there, none before it counts, and
 * what is written meanwhile comes after it, whatever the clock. */
void credits_order_settle(const char *store, const char *account, const char *id)
{
    own_free char *folder = folder_of(store);
    own_free char *path = path_of(folder, id);
    withdraw_orders_before(folder, account, id);
    edits_withdraw(path);
}
