/* The connection to the broker, and the publisher as the files of this folder see it. */
#pragma once

#include "edge/publish.h"
#include "edge/publish/client.h"
#include "edge/publish/echo.h"
#include "edge/publish/in_flight.h"
#include "edge/publish/suspects.h"

enum {
    AT_ONCE_MS = 2 * 1000, /* from a refusal to the end of the connection */
    REASON_BYTES = 400,
};

#define NOT_TRIED "not tried yet"

enum link_state { LINK_DOWN, LINK_TRYING, LINK_UP };

struct publisher {
    struct broker broker;
    struct random *random;
    struct mqtt_client *client; /* NULL while the link is down */
    enum link_state state;
    enum mqtt_version version;
    bool looking; /* for the broker's address */
    bool fresh;   /* up, and the caller does not know yet */
    mono_ms up_since, give_up_at, next_upkeep, retry_at;
    mono_ms turned_at;
    int failures, short_lives, unanswered;
    struct families families;
    size_t family; /* the one that is tried */
    struct in_flight in_flight;
    struct suspects suspects;
    size_t refusals_seen;
    mono_ms refused_at;      /* the last one; before any: long ago */
    bool closes_on_refusal;  /* the broker refuses, and closes the connection at once */
    bool closed_for_message; /* or may have: the last connection */
    struct echo echo;
    char reason[REASON_BYTES]; /* of the last failure; "" while up */
    char logged[REASON_BYTES];
    mono_ms logged_at;
    bool missed; /* a failure was logged, and no return since */
};

/* publish_turn is the link's: it connects, reads, writes, keeps alive, and backs off when that
 * fails.
 */
bool link_is_lost(const struct publisher *p); /* and has not been let go yet */
void link_drop(struct publisher *p);          /* what is on its way is lost */
