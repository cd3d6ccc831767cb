/* Connections: who is here since when, and who has to go when others come.
 *
 * The library's own time-outs are not used: they are put off by every byte, and a byte a second is
 * what they are wanted for. Ours end a connection by shutdown(2), which the library sees like a
 * client that left. */
#pragma once

#include "base/clock.h"
#include "base/endpoint.h"

enum {
    CLIENTS_MAX = 256,    /* half of the descriptors that a process usually has */
    CLIENTS_OF_ONE = 128, /* from one address, which may be a proxy */
};

struct exchange;

enum client_state {
    CLIENT_ASKS,  /* its next request is awaited, or on its way */
    CLIENT_WAITS, /* for us */
    CLIENT_TAKES, /* its answer, as fast as it can */
};

struct client {
    int fd;
    struct endpoint from;
    enum client_state state;
    mono_ms since;             /* it is so; of one that takes: it last took some */
    bool answered;             /* at least once: a dashboard that will ask again */
    struct exchange *exchange; /* what it is asking, or being answered; NULL: nothing */
    bool ended;                /* it was shut down, and the library will see it */
    struct client *next, *before;
};

struct clients {
    struct client *first; /* newest first */
};

struct client *clients_add(struct clients *c, int fd, const struct endpoint *from, mono_ms now);
void clients_remove(struct clients *c, struct client *gone);

/* Whoever only keeps a connection open makes room for who comes from `from`; whoever is being
 * answered does not. False: there is none. */
bool clients_make_room(struct clients *c, const struct endpoint *from);

void client_turns(struct client *c, enum client_state state, mono_ms now);
void client_end(struct client *c);

/* Ends those whose time is over. `crowded`: others wait for those that take their answers. */
void clients_end_overdue(struct clients *c, bool crowded, mono_ms now);
mono_ms clients_deadline(const struct clients *c, bool crowded);
