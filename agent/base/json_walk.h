/* A JSON text (RFC 8259), walked as its bytes arrive; it can stop and go on at any byte.
 *
 * Broken structure (quotes, nesting, commas, colons, something after the end) is a fault: nothing
 * behind it can be trusted. A value that is spelt wrongly between intact punctuation (a number, a
 * literal, an escape, a surrogate without its other half, a bare control character, bytes that are
 * not UTF-8, too deep a nesting) is a flaw: the walk goes on, and its owner decides how much of the
 * text the flaw spoils. It never copies more than one key, and no text about a flaw or a fault
 * quotes the input. */
#pragma once

#include <stdint.h>

#include "base/fault.h"
#include "base/json_lex.h"
#include "base/span.h"

enum {
    WALK_DEPTH = 16,       /* deeper nesting is a flaw */
    WALK_DEPTH_MAX = 1024, /* and here a fault */
    WALK_KEY_BYTES = 64,   /* a longer key is none that anybody looks for */
};

enum walk_event {
    WALK_MORE,  /* all bytes are read */
    WALK_FAULT, /* FAULT_REJECT: broken structure; the walk is over */
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

/* All zero but for `key`: see walk_init. The first five are its owner's to read, the rest is
 * private. */
struct json_walk {
    const char *at;    /* the next byte */
    unsigned level;    /* of the last event: how many containers are around the key or value */
    struct kept *keep; /* after WALK_BEGIN of a string, the owner may say where to keep it */
    const char *flaw;  /* the first one since the owner set it to NULL; NULL: none */
    int64_t flaw_at;   /* the byte behind it */

    const char *start, *end;
    int64_t bytes_before; /* of earlier feeds */
    enum walk_state state;
    bool in_key; /* of the open string */
    struct json_lex lex;
    unsigned depth;                              /* containers open */
    uint64_t is_object[WALK_DEPTH_MAX / 64 + 1]; /* bit d: the container at depth d is an object */
    unsigned bom_bytes;                          /* seen of a byte order mark */
    struct kept key;
    char key_bytes[WALK_KEY_BYTES];
};

void walk_init(struct json_walk *w);

/* The bytes must stay until WALK_MORE. */
void walk_feed(struct json_walk *w, struct span bytes);
enum walk_event walk_next(struct json_walk *w, struct fault *why);

/* Whether an object is the next thing within an array, and its first byte is at hand: then `at` is
 * there. */
bool walk_reach_object(struct json_walk *w);
/* Moves over a value that walk_reach_object found and whose end the owner knows. */
void walk_pass(struct json_walk *w, const char *end);

/* Whether the document is complete and all bytes are read. */
bool walk_is_over(const struct json_walk *w);

/* Whether the key of the last WALK_KEY is `name` (ASCII), however its letters are escaped. */
bool walk_key_is(const struct json_walk *w, const char *name);

/* Walks a whole text. FAULT_REJECT, with the place: not exactly one JSON value, or flawed. */
MUST_CHECK bool walk_whole(struct span json, struct fault *why);

/* FAULT_REJECT with the place in the text, "WHAT (byte N)"; returns false. */
bool walk_refuse(const struct json_walk *w, const char *what, struct fault *why);
bool walk_refuse_flaw(const struct json_walk *w, struct fault *why); /* the same of the flaw */
