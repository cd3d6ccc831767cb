/* Walks a document by the rows of a section: every key is found, distinguished from its neighbours
 * and read. */
#pragma once

#include "edge/config/rows.h"
#include "edge/config/values.h"
#include "edge/config/yaml.h"

struct reader {
    struct diagnostics *diagnostics;
    struct value_context values;
    const struct config_sources *from; /* NULL where no row names a secret */
    const struct section *root;        /* of the whole document */
};

/* Fills `fields` (zeroed) with the defaults and then with what the map says. */
void read_section(struct reader *r, const struct section *section, const struct node *map,
                  void *fields);

/* Fills `fields` (zeroed) with the defaults alone. */
void read_defaults(const struct section *section, void *fields);

/* A kind of file. */
struct document {
    const struct section *root;
    const struct config_sources *from; /* NULL where no row names a secret */
    const struct token_limits *limits; /* NULL where no row is an amount */
    const char *when_empty;            /* what to do with an empty one, in words */
};

/* Reads a whole file into `fields` (zeroed), which is the caller's to free also after a failure. On
 * failure `errors` holds every mistake and `why` the summary. FAULT_FATAL. */
MUST_CHECK bool document_read(const char *path, const struct document *d, void *fields,
                              struct text *errors, struct fault *why);

/* Releases everything that the rows of a section own, down through its lists. */
void free_section(const struct section *section, void *fields);

/* The text of a member that must be a plain value; false after telling the mistake, or when it was
 * told before. */
bool scalar_text(struct reader *r, const struct node *n, const char *name, struct span *ret);
