/* Nothing here distinguishes a name that is not listed from a wrong password: both take a check. */
#include "edge/serve/logins.h"

#include <crypt.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/span.h"
#include "base/xmalloc.h"

void logins_open(struct logins *l, const char *lines)
{
    *l = (struct logins){ .lines = lines ? xstrdup(lines) : NULL, .result = -1 };
}

static void wipe(char **text)
{
    if (*text)
        explicit_bzero(*text, strlen(*text));
    free(*text);
    *text = NULL;
}

static void end_child(struct logins *l)
{
    if (l->child)
        while (waitpid(l->child, NULL, 0) < 0 && errno == EINTR)
            continue;
    l->child = 0;
    if (l->result >= 0)
        close(l->result);
    l->result = -1;
}

void logins_done(struct logins *l)
{
    if (l->child)
        kill(l->child, SIGKILL);
    end_child(l);
    wipe(&l->lines);
    for (size_t i = 0; i < LOGINS_REMEMBERED; i++) {
        wipe(&l->good[i].name);
        wipe(&l->good[i].password);
    }
}

/* Takes as long for one wrong byte as for another. */
static bool is_same(const char *a, const char *b)
{
    size_t len = strlen(a), other = strlen(b);
    unsigned differ = len != other;
    for (size_t i = 0; i < len; i++)
        differ |= (unsigned char)a[i] ^ (unsigned char)b[i < other ? i : 0];
    return !differ;
}

bool logins_know(const struct logins *l, const char *name, const char *password)
{
    int known = 0;
    for (size_t i = 0; i < LOGINS_REMEMBERED; i++)
        if (l->good[i].name)
            known |=
                (int)is_same(l->good[i].name, name) & (int)is_same(l->good[i].password, password);
    return known;
}

void logins_remember(struct logins *l, const char *name, const char *password)
{
    struct remembered *r = &l->good[l->next++ % LOGINS_REMEMBERED];
    wipe(&r->name);
    wipe(&r->password);
    *r = (struct remembered){ xstrdup(name), xstrdup(password) };
}

bool logins_are_busy(const struct logins *l)
{
    return l->child;
}

/* The hash of a name, owned by the caller; of one that is not listed, another's. */
static char *hash_of_name(const struct logins *l, const char *name, bool *ret_listed)
{
    size_t len = strlen(name);
    const char *hash = NULL;
    *ret_listed = false;
    for (const char *line = l->lines; *line && !*ret_listed;) {
        struct span whole = { line, strcspn(line, "\n") };
        const char *colon = *line == '#' ? NULL : memchr(line, ':', whole.len);
        if (colon) {
            *ret_listed = (size_t)(colon - line) == len && memcmp(line, name, len) == 0;
            hash = hash && !*ret_listed ? hash : colon + 1;
        }
        line += whole.len + (line[whole.len] == '\n');
    }
    return hash ? xstrndup(hash, strcspn(hash, "\r\n")) : xstrdup("*");
}

/* In the child: it must not keep a socket open, nor outlive us. */
static _Noreturn void check_and_exit(int result, pid_t parent, const char *password,
                                     const char *hash, struct crypt_data *room)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent || dup2(result, 0) != 0)
        _exit(1);
    close_range(1, ~0U, 0);
    const char *made = crypt_r(password, hash, room);
    char verdict = made && is_same(made, hash) ? '+' : '-';
    _exit(write(0, &verdict, 1) != 1);
}

bool logins_check(struct logins *l, const char *name, const char *password, struct fault *why)
{
    int ends[2];
    bool listed;
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return fault(why, FAULT_RETRY, "cannot check a login: %s", strerror(errno));
    char *hash = hash_of_name(l, name, &listed);
    struct crypt_data *room = xcalloc(1, sizeof *room); /* a child had better not allocate */
    pid_t parent = getpid(), child = fork();
    if (child == 0)
        check_and_exit(ends[1], parent, password, hash, room);
    int error = errno;
    close(ends[1]);
    wipe(&hash);
    free(room);
    if (child < 0) {
        close(ends[0]);
        return fault(why, FAULT_RETRY, "cannot check a login: %s", strerror(error));
    }
    l->child = child;
    l->result = ends[0];
    l->listed = listed;
    return true;
}

enum login_verdict logins_verdict(struct logins *l)
{
    char verdict = '-';
    ssize_t got = read(l->result, &verdict, 1);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return LOGIN_PENDING;
    bool good = got == 1 && verdict == '+' && l->listed;
    end_child(l);
    return good ? LOGIN_GOOD : LOGIN_BAD;
}
