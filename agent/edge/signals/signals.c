/* Signals as a descriptor, and the datagram that systemd calls sd_notify (man 3 sd_notify), without
 * libsystemd.
 *
 * Threads that a library starts later inherit the blocked signals, so each signal reaches the
 * descriptor and nothing else. Must never block: a notification that does not get through is
 * dropped. */
#include "edge/signals.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

bool signals_open(int *ret_fd, struct fault *why)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    if (sigprocmask(SIG_BLOCK, &set, NULL) < 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR
        || signal(SIGXFSZ, SIG_IGN) == SIG_ERR)
        return fault(why, FAULT_FATAL, "signals cannot be blocked: %s", strerror(errno));

    int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (fd < 0)
        return fault(why, FAULT_FATAL, "signalfd: %s", strerror(errno));
    *ret_fd = fd;
    return true;
}

void signals_close(int fd)
{
    if (fd >= 0)
        close(fd);
}

struct signals_seen signals_take(int fd)
{
    struct signals_seen seen = { 0 };
    struct signalfd_siginfo info;
    while (read(fd, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGHUP)
            seen.reload = true;
        else
            seen.stop = true;
    }
    return seen;
}

/* "@name" is an abstract address: its first byte is zero and it has no terminator. */
static bool address_of(const char *socket_path, struct sockaddr_un *ret, socklen_t *ret_len)
{
    size_t len = strlen(socket_path);
    if (len >= sizeof ret->sun_path || (socket_path[0] != '/' && socket_path[0] != '@'))
        return false;
    *ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
    memcpy(ret->sun_path, socket_path, len);
    bool abstract = socket_path[0] == '@';
    if (abstract)
        ret->sun_path[0] = '\0';
    *ret_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (abstract ? 0 : 1));
    return true;
}

void signals_notify(const char *socket_path, const char *state)
{
    struct sockaddr_un address;
    socklen_t len;
    if (!socket_path || !address_of(socket_path, &address, &len))
        return;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return;
    if (sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&address, len)
        < 0) {
        /* Nobody listens: the supervisor has a time limit of its own. */
    }
    close(fd);
}
