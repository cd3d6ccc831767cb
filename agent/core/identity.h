/* What identifies a token, as a list has it.
 *
 * A token is known by its key: the id where its API gives one, else the name that it has there. It
 * is shown by a name that no other living token of its account has: the same one, or, where two
 * living tokens have that name, the name followed by its owner (core/shown_name.h). A key stays
 * with a token for life; what it is called may change. */
#pragma once

#include <stdbool.h>

#include "core/reading.h"

enum {
    ID_BYTES = 64,      /* of a dialect's id, with the terminator */
    MEMBER_BYTES = 256, /* of the e-mail address of whom it belongs to */
    MASKED_BYTES = 64,  /* of what the API shows of the secret: never a secret itself */
};

/* All borrowed and terminated; "" where nothing is known, which a name never is. */
struct identity {
    const char *id, *name, *member, *masked;
};

/* Of a token that is known by its name alone. */
static inline struct identity identity_named(const char *name)
{
    return (struct identity){ "", name, "", "" };
}

static inline const char *identity_key(const struct identity *is)
{
    return is->id[0] ? is->id : is->name;
}

static inline bool identity_is_same(const struct identity *x, const struct identity *y)
{
    return strcmp(x->id, y->id) == 0 && strcmp(x->name, y->name) == 0
        && strcmp(x->member, y->member) == 0 && strcmp(x->masked, y->masked) == 0;
}

/* Beyond the name that a token is shown by: what it is called, where that differs, and what else is
 * known of it. One piece of memory, for there may be many. */
struct marks {
    const char *id, *called, *member, *masked; /* in `text`; `called` NULL: as it is shown */
    char text[];
};

/* Owned by the caller; NULL: there is nothing to keep beside the name. */
struct marks *marks_new(const struct identity *is, const char *shown);
struct marks *marks_copy(const struct marks *m); /* accepts NULL */
struct identity marks_identity(const struct marks *m, const char *shown);
