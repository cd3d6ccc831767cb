/* What stdout is. */
#pragma once

#include "view/screen.h"

/* False when stdout is no terminal or its size is not known. */
bool terminal_size(size_t *ret_columns, size_t *ret_rows);

/* Whether colour is wanted: stdout is a terminal, NO_COLOR is unset or empty and TERM is not
 * "dumb". */
bool terminal_colour(void);

/* Whether output for people is ASCII alone: the locale names an encoding other than UTF-8
 * (LC_ALL=C), or --ascii asks for it. The one place where the locale is looked at; without any
 * there is UTF-8. */
bool terminal_ascii(void);

/* All of it. */
struct screen terminal_screen(void);
