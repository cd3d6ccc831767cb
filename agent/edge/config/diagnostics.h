/* All errors in one file, reported together: file:line:column, the source line and a caret.
 *
 * Ranges marked hidden are printed as ***, whichever mistake shows their line: what may be a secret
 * is never repeated. At most DIAGNOSTIC_KEPT are kept, the rest is counted. */
#pragma once

#include "base/span.h"
#include "base/text.h"

enum { DIAGNOSTIC_KEPT = 50, DIAGNOSTIC_TEXT_BYTES = 320 };

struct diagnostic {
    size_t at; /* byte offset in the source */
    char text[DIAGNOSTIC_TEXT_BYTES];
};

/* Bytes of the source, end excluded. */
struct range {
    size_t start, end;
};

struct diagnostics {
    const char *path;   /* borrowed */
    struct span source; /* borrowed */
    struct diagnostic *list;
    size_t count; /* also those that were not kept */
    struct range *hidden;
    size_t hidden_count, hidden_room;
};

void diagnostics_done(struct diagnostics *m);

void diagnostic_at(struct diagnostics *m, size_t at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void diagnostics_hide(struct diagnostics *m, struct range bytes);

/* Hides, by looks alone, every value of a key that may name a secret; for a source too broken to be
 * understood. */
void diagnostics_hide_by_looks(struct diagnostics *m);

/* Whether a key's name sounds like a secret: "api_key", "passwd", "auth-token", "tokn". */
bool sounds_secret(struct span key);

/* The line of an offset, from 1. */
size_t diagnostics_line(const struct diagnostics *m, size_t at);

/* All of them in the order of the file. */
void diagnostics_print(struct diagnostics *m, struct text *out);
