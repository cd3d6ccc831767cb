/* What stdout is, and which colour a word has on it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* False when stdout is no terminal or its size is not known. */
bool terminal_size(size_t *ret_columns, size_t *ret_rows);

/* Whether colour is wanted: stdout is a terminal, NO_COLOR is unset or empty and TERM is not
 * "dumb". */
bool terminal_colour(void);

/* Whether output for people is ASCII alone: the locale names an encoding other than UTF-8
 * (LC_ALL=C), or --ascii asks for it. The one place where the locale is looked at; without any
 * there is UTF-8. */
bool terminal_ascii(void);

/* text_add_terminal, in ASCII where terminal_ascii() holds; nothing is cut. Returns the columns
 * used. */
size_t terminal_add(struct text *t, struct span value);

/* Prints lines of words, on a terminal broken at blanks where it ends; the last needs no line feed.
 */
void terminal_puts(const char *words);

#define TERMINAL_PLAIN "\x1b[0m"
#define TERMINAL_BAR "\x1b[36m" /* bars and lines of a chart: present, and no alarm */
#define TERMINAL_FAINT "\x1b[2m"
#define TERMINAL_EARLY "\x1b[33m"
#define TERMINAL_LATE "\x1b[32m"

/* The escape sequence for a level, verdict or poll result by its severity; NULL for a word without
 * one. What follows the word ("missing 2/3") does not matter. */
const char *terminal_tone(struct span words);
