/* The values that are words of a closed set, in the order of an enum. */
#pragma once

#include "edge/config/rows.h"

/* The place in its enum of the word that `text` is. FAULT_REJECT lists all words, and which may
 * have been meant. */
MUST_CHECK bool choice_find(const struct row *row, struct span text, int *ret, struct fault *why);

/* ": info, warning", all of them. */
void choice_add(enum value_type type, struct text *out);
