/* What stdout is, and which colour a word has on it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

/* False when stdout is no terminal or its size is not known. */
bool terminal_size(size_t *ret_columns, size_t *ret_rows);

/* Whether colour is wanted: stdout is a terminal, NO_COLOR is unset or empty and TERM is not "dumb". */
bool terminal_colour(void);

#define TERMINAL_PLAIN "\x1b[0m"
#define TERMINAL_BAR "\x1b[36m" /* bars of a chart: present, and no alarm */

/* The escape sequence for a level, verdict or poll result by its severity; NULL for a word without one. What follows
 * the word ("missing 2/3") does not matter. */
const char *terminal_tone(struct span words);
