/* The types of values: how each is read strictly from text, printed so that it reads back the same,
 * and described.
 *
 * A value that was not understood leaves its field untouched. Texts are owned by the field. */
#pragma once

#include "core/token_spec.h"
#include "edge/config/rows.h"

/* What the text of a value is read against. */
struct value_context {
    const char *folder;                /* where relative paths start */
    const struct token_limits *limits; /* of amounts; NULL where no row is one */
};

/* Reads a value into `field`, replacing what it owned.
 * FAULT_REJECT: says what is wanted and never repeats the value. Sections, lists and levels are not
 * read here. */
MUST_CHECK bool value_parse(const struct row *row, struct span text,
                            const struct value_context *context, void *field, struct fault *why);

/* Adds the value as YAML; adds nothing and returns false when the field is not set. */
bool value_print(const struct row *row, const void *field, struct text *out);

/* Releases what a field owns. */
void value_free(const struct row *row, void *field);

const char *value_type_name(enum value_type type);
