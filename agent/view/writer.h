/* Where a view writes: to a stream, or into memory for whoever hands it on.
 *
 * A view is handed a store, a question and a writer, by a command today and by a server later; it
 * loads what it shows itself (standing.h, report/load.c, audit_facts.h), so that nobody above has a
 * second way to the same figures.
 *
 * Views add to `text` with the text_add functions, or as JSON through `json`, and pass on what is
 * whole: a row, a section. So little of a long answer is held, and nobody checks each write: the
 * first that failed is remembered, and asked about at the end. Nothing of a writer is left to pass
 * on when a view returns. */
#pragma once

#include <stdio.h>

#include "base/json_write.h"
#include "view/screen.h"

enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_CSV, FORMAT_MARKDOWN };
#define FORMAT_NAMES "text|json|csv|markdown" /* in the order of enum format */

struct writer {
    enum format format;   /* text unless it is set */
    struct text text;     /* what is not passed on yet; in memory: everything */
    struct json_out json; /* onto `text` */
    struct screen screen; /* of whoever reads */
    FILE *file;           /* borrowed; NULL: memory */
    int error;            /* errno of the first write that failed; 0: none did */
};

/* `file` NULL: memory. `screen` NULL: none. A writer must not be moved or copied. */
void writer_init(struct writer *w, FILE *file, const struct screen *screen);
void writer_done(struct writer *w); /* what was not passed on is dropped */

void writer_add(struct writer *w, const char *text);
void writer_addf(struct writer *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
void writer_add_safe(struct writer *w, struct span value);  /* foreign text: screen_add */
void writer_add_lines(struct writer *w, const char *words); /* screen_add_lines */

/* Hands what was added to the stream, which may still hold it back. */
void writer_pass(struct writer *w);

/* The same, and the stream holds nothing back either: something else is to be seen after it. False
 * when a write has failed, now or before. */
bool writer_flush(struct writer *w);

/* A write has failed: there is no use in further rows. */
bool writer_is_lost(const struct writer *w);

/* The failure was reported, and is none any more; nothing else goes to the stream. */
void writer_abandon(struct writer *w);

bool writer_is_for_people(const struct writer *w); /* text or Markdown */
