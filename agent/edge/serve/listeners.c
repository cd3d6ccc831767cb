/* Accepting is ours and not the library's: several addresses then share one limit, and a crowd at
 * the door is let in a few at a time. */
#include "edge/serve/listeners.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "edge/serve.h"

enum { BACKLOG = 128 };

static bool cannot(const struct endpoint *e, int error, struct fault *why)
{
    char where[ENDPOINT_TEXT_BYTES];
    endpoint_format(e, where);
    const char *what_to_do = error == EADDRINUSE
        ? "another program, or another ebb, listens there; set another port in `http: listen`"
        : error == EADDRNOTAVAIL
        ? "this machine has no such address; `ip address` lists those it has"
        : error == EACCES ? "ports below 1024 are root's; set another port in `http: listen`"
                          : "set another address in `http: listen`";
    return fault(why, FAULT_FATAL, "cannot listen on %s: %s: %s", where, strerror(error),
                 what_to_do);
}

static bool open_one(const struct endpoint *e, int *ret, struct fault *why)
{
    const int on = 1;
    int family = e->address.any.sa_family;
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return cannot(e, errno, why);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (family == AF_INET6) /* so that [::] and 0.0.0.0 can be listed side by side */
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (bind(fd, &e->address.any, e->len) != 0 || listen(fd, BACKLOG) != 0) {
        int error = errno;
        close(fd);
        return cannot(e, error, why);
    }
    *ret = fd;
    return true;
}

static bool open_all(struct listeners *l, const char *listen, struct fault *why)
{
    while (*listen) {
        struct span one = { listen, strcspn(listen, ", ") };
        struct endpoint e;
        if (!endpoint_parse(one, SERVE_PORT, &e))
            return fault(why, FAULT_FATAL, "cannot listen on %.*s: it is no ADDRESS:PORT",
                         (int)one.len, one.at);
        if (l->count == LISTENERS_MAX)
            return fault(why, FAULT_FATAL, "at most %d addresses to listen on", LISTENERS_MAX);
        if (!open_one(&e, &l->fds[l->count], why))
            return false;
        l->count++;
        if (!listeners_watch(l, l->fds[l->count - 1]))
            return fault(why, FAULT_FATAL, "epoll: %s", strerror(errno));
        listen += one.len;
        listen += strspn(listen, ", ");
    }
    return true;
}

bool listeners_open(struct listeners *l, const char *listen, struct fault *why)
{
    *l = (struct listeners){ .wait = epoll_create1(EPOLL_CLOEXEC) };
    if (l->wait < 0)
        return fault(why, FAULT_FATAL, "epoll: %s", strerror(errno));
    if (open_all(l, listen, why))
        return true;
    listeners_close(l);
    return false;
}

void listeners_close(struct listeners *l)
{
    for (size_t i = 0; i < l->count; i++)
        close(l->fds[i]);
    if (l->wait > 0)
        close(l->wait);
    *l = (struct listeners){ 0 };
}

bool listeners_watch(struct listeners *l, int fd)
{
    struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };
    return epoll_ctl(l->wait, EPOLL_CTL_ADD, fd, &event) == 0;
}

void listeners_be_deaf(struct listeners *l, bool deaf)
{
    for (size_t i = 0; l->deaf != deaf && i < l->count; i++) {
        struct epoll_event event = { .events = deaf ? 0 : EPOLLIN, .data.fd = l->fds[i] };
        epoll_ctl(l->wait, EPOLL_CTL_MOD, l->fds[i], &event);
    }
    l->deaf = deaf;
}

int listeners_accept(struct listeners *l, struct endpoint *ret_client, bool *ret_out_of)
{
    *ret_out_of = false;
    for (size_t i = 0; i < l->count && !l->deaf; i++) {
        ret_client->len = sizeof ret_client->address;
        int fd = accept4(l->fds[i], &ret_client->address.any, &ret_client->len,
                         SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0)
            return fd;
        *ret_out_of = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
        if (*ret_out_of)
            break;
    }
    return -1;
}
