/* The structure of a JSON text, walked as its bytes arrive; it can stop and go on at any byte.
 *
 * It checks strings, nesting, commas, colons and that nothing follows the end; the spelling of numbers, literals
 * and escapes is left to whoever decodes. It never copies more than one key, and no fault text quotes the input. */
#pragma once

#include <stdint.h>

#include "base/fault.h"
#include "base/span.h"

enum {
    WALK_DEPTH = 16,
    WALK_KEY_BYTES = 64, /* a longer key is no key that anybody asks for */
};

enum walk_event {
    WALK_MORE,  /* all bytes are read */
    WALK_FAULT, /* FAULT_REJECT: not JSON, or nested too deeply; the walk is over */
    WALK_KEY,   /* the name of a member is complete */
    WALK_BEGIN, /* a value begins; its first byte was just read */
    WALK_END,   /* a value ended just before `at` */
};

enum walk_state {
    WANT_VALUE,
    WANT_VALUE_OR_CLOSE,
    WANT_KEY,
    WANT_KEY_OR_CLOSE,
    WANT_COLON,
    WANT_COMMA_OR_CLOSE,
    WANT_NOTHING,
    IN_STRING,
    IN_SCALAR,
};

/* A string as it is written, escapes and all. */
struct kept {
    char *at;
    size_t len, room;
    bool overflowed;
};

/* All zero but for `key`: see walk_init. The first three may be read by the owner, the rest is private. */
struct json_walk {
    const char *at;        /* the next byte */
    unsigned level;        /* of the last event: how many containers are around the key or value */
    struct kept *keep;     /* after WALK_BEGIN of a string, the owner may say where to keep it */

    const char *start, *end;
    int64_t bytes_before;  /* of earlier feeds */
    enum walk_state state;
    bool in_key, escaped;  /* of the open string */
    unsigned depth;        /* containers open */
    unsigned is_object;    /* bit d: the container at depth d is an object */
    unsigned bom_bytes;    /* seen of a byte order mark */
    struct kept key;
    char key_bytes[WALK_KEY_BYTES];
};

void walk_init(struct json_walk *w);

/* The bytes must stay until WALK_MORE. */
void walk_feed(struct json_walk *w, struct span bytes);
enum walk_event walk_next(struct json_walk *w, struct fault *why);

/* Whether the document is complete and all bytes are read. */
bool walk_is_over(const struct json_walk *w);

/* Whether the key of the last WALK_KEY is `name` (ASCII), however its letters are escaped. */
bool walk_key_is(const struct json_walk *w, const char *name);

/* FAULT_REJECT with the place in the text, "WHAT (byte N)"; returns false. */
bool walk_refuse(const struct json_walk *w, const char *what, struct fault *why);
