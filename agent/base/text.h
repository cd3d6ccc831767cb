/* A growing piece of text, and the ways in which text leaves the program safely.
 *
 * Names are data: whatever a user can call a token goes through here before it meets a terminal, a
 * JSON document or a spreadsheet. A `struct text` starts as { 0 } and is released by text_done. */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/span.h"

struct text {
    char *at; /* owned, always terminated once something was added; NULL before */
    size_t len;
    size_t room;
};

void text_add(struct text *t, struct span bytes);
static inline void text_add_z(struct text *t, const char *words) /* terminated ones */
{
    text_add(t, span_of(words));
}
/* Room for so many bytes behind what is there, to be filled in place: text_filled says how many
 * were. */
char *text_room(struct text *t, size_t bytes);
void text_filled(struct text *t, size_t bytes);
void text_addf(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_addv(struct text *t, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
void text_clear(struct text *t); /* empties it and keeps the memory */
void text_done(struct text *t);

/* Adds bytes that may hold a secret: text that grows leaves no copy of itself behind. */
void text_add_secret(struct text *t, struct span bytes);
void text_wipe(struct text *t); /* text_done, once its bytes are overwritten */

const char *text_z(const struct text *t); /* terminated; "" when empty; borrowed */

/* Adds a JSON string with its quotes; bytes that are not UTF-8 become U+FFFD. */
void text_add_json(struct text *t, struct span value);

/* Adds one CSV field (RFC 4180). Text that a spreadsheet would run (= + - @ tab CR LF first) gets a
 * leading apostrophe; callers write numbers with text_addf instead, so negative numbers stay
 * numbers. */
void text_add_csv(struct text *t, struct span value);

/* Adds text for a terminal: control, C1 and bidirectional-override characters become U+FFFD, bad
 * UTF-8 too. At most `columns` columns (0: no limit); what is cut ends in an ellipsis. Returns the
 * columns used. */
size_t text_add_terminal(struct text *t, struct span value, size_t columns);

/* Adds UTF-8 text in ASCII alone: an ellipsis as dots, other characters by their number, "\u{e9}".
 */
void text_add_ascii(struct text *t, struct span value);

/* A century: the longest duration that can be written, so that adding one to a stamp never
 * overflows. */
#define DURATION_LIMIT_S INT64_C(3155760000)

/* Reads "90s", "5m", "6h", "7d", "2w", or several of them from the largest unit down: "2d 9h 36m".
 * FAULT_REJECT: anything else, or beyond the limit. */
MUST_CHECK bool duration_parse(struct span text, int64_t *ret_s, struct fault *why);

enum { DURATION_TEXT_BYTES = 32 };

/* Two units for people: "45s", "12m", "3h 05m", "6d 4h", "5w 2d"; negative is "0s". */
const char *duration_format(int64_t seconds, char out[DURATION_TEXT_BYTES]);

/* The number of bytes of the UTF-8 character at the start, 0 when there is no valid one. */
size_t utf8_step(struct span text, unsigned *ret_code_point);

/* The number of characters; -1 when the text is not UTF-8. */
long utf8_characters(struct span text);

/* Adds bytes as one segment of a path or one value of a query: all but letters, digits, '-', '_'
 * and '~' percent-encoded, a dot too, so that no name is a step of a path. */
void text_add_percent(struct text *out, struct span s);
