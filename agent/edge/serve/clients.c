/* Few enough to walk through in each turn. */
#include "edge/serve/clients.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "base/xmalloc.h"

enum {
    REQUEST_MS = 15 * 1000, /* from connecting to the end of the first request */
    KEEP_MS =
        90 * 1000, /* from an answer to the end of the next one: more than a scrape's minute */
    STALL_MS = 30 * 1000, /* within which a client must take some more of its answer */
    IMPATIENT_MS = 1000,  /* the same, when others wait for their turn because of it */
};

struct client *clients_add(struct clients *c, int fd, const struct endpoint *from, mono_ms now)
{
    struct client *new = xcalloc(1, sizeof *new);
    *new = (struct client){ .fd = fd, .from = *from, .since = now, .next = c->first };
    if (new->next)
        new->next->before = new;
    c->first = new;
    return new;
}

void clients_remove(struct clients *c, struct client *gone)
{
    if (gone->next)
        gone->next->before = gone->before;
    *(gone->before ? &gone->before->next : &c->first) = gone->next;
    free(gone);
}

/* How many are there, of one address or (NULL) of all, and who has asked nothing longest. */
static size_t count(const struct clients *all, const struct endpoint *from,
                    struct client **ret_idlest)
{
    size_t found = 0;
    *ret_idlest = NULL;
    for (struct client *c = all->first; c; c = c->next) {
        if (c->ended || (from && !endpoint_same_address(&c->from, from)))
            continue;
        found++;
        if (c->state == CLIENT_ASKS && (!*ret_idlest || c->since <= (*ret_idlest)->since))
            *ret_idlest = c;
    }
    return found;
}

bool clients_make_room(struct clients *c, const struct endpoint *from)
{
    struct client *idlest;
    if (count(c, from, &idlest) < CLIENTS_OF_ONE && count(c, NULL, &idlest) < CLIENTS_MAX)
        return true;
    if (idlest)
        client_end(idlest);
    return idlest;
}

void client_turns(struct client *c, enum client_state state, mono_ms now)
{
    c->answered |= c->state == CLIENT_TAKES && state == CLIENT_ASKS;
    c->state = state;
    c->since = now;
}

void client_end(struct client *c)
{
    if (!c->ended)
        shutdown(c->fd, SHUT_RDWR);
    c->ended = true;
}

static mono_ms deadline(const struct client *c, bool crowded)
{
    if (c->ended || c->state == CLIENT_WAITS)
        return MONO_NEVER;
    if (c->state == CLIENT_ASKS)
        return c->since + (c->answered ? KEEP_MS : REQUEST_MS);
    return c->since + (crowded ? IMPATIENT_MS : STALL_MS);
}

void clients_end_overdue(struct clients *c, bool crowded, mono_ms now)
{
    for (struct client *one = c->first; one; one = one->next)
        if (deadline(one, crowded) <= now)
            client_end(one);
}

mono_ms clients_deadline(const struct clients *c, bool crowded)
{
    mono_ms next = MONO_NEVER;
    for (const struct client *one = c->first; one; one = one->next) {
        mono_ms due = deadline(one, crowded);
        next = due < next ? due : next;
    }
    return next;
}
