/* Who says what is left on an account: its API, or a person's figure from which consumption counts
 * down, or nobody.
 *
 * That an API offers no credits is a fact about the API, neither a failure nor an unknown: every
 * surface says so in these words. Pure. */
#pragma once

#include "base/clock.h"
#include "base/money.h"
#include "base/span.h"

enum credits_source {
    CREDITS_BY_API,
    CREDITS_ESTIMATED,   /* by hand once (`ebb credits set`), less what was spent since */
    CREDITS_NOT_OFFERED, /* and nobody gave them by hand */
    CREDITS_SOURCES,
};
const char *credits_source_name(enum credits_source source); /* "api", "estimate", "none" */
/* An unknown name is CREDITS_BY_API. */
enum credits_source credits_source_named(struct span name);

enum { CREDITS_ORDER_BYTES = 64 }; /* of the id of an order that gave them, with the terminator */

/* What a person gave, and what was spent since. */
struct credits_level {
    char order[CREDITS_ORDER_BYTES]; /* the id of the order that gave it; "": none ever did */
    unix_s set_at;                   /* TIME_NONE: nobody gave one */
    struct money set, spent;
};

/* What an answer of the usage endpoint says that was not known before: of the UTC day on which a
 * level was given, and of the days after it. */
struct credits_news {
    unix_s known_until; /* up to when consumption was known before; TIME_NONE: not at all */
    unix_s asked_at;
    int64_t day_nano, later_nano;
};
/* How much of it was spent since the level was given: of its day the share that falls behind it,
 * as if spent evenly. Negative: the service takes back what it said. */
int64_t credits_counted(const struct credits_level *level, const struct credits_news *news);

/* An amount that a balance can have, whatever is said to have been spent. */
struct money credits_left(const struct credits_level *level);

#define CREDITS_NOT_OFFERED_REASON "not offered by this API"
