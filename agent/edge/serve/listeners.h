/* The sockets that clients connect to, and one descriptor that covers them all. */
#pragma once

#include "base/endpoint.h"
#include "base/fault.h"

enum { LISTENERS_MAX = 16 };

struct listeners {
    int fds[LISTENERS_MAX];
    size_t count;
    int wait; /* epoll: the listeners, and what else was added */
    bool deaf;
};

/* `listen` is a list of addresses by comma and blank. FAULT_FATAL; nothing stays open then. */
MUST_CHECK bool listeners_open(struct listeners *l, const char *listen, struct fault *why);
void listeners_close(struct listeners *l); /* after a failure too */

bool listeners_watch(struct listeners *l, int fd); /* wait for that as well */
/* Without descriptors left, a client that waits would wake us for ever. */
void listeners_be_deaf(struct listeners *l, bool deaf);

/* The next client, or -1: none waits. *ret_out_of: there are no descriptors left. */
int listeners_accept(struct listeners *l, struct endpoint *ret_client, bool *ret_out_of);
