/* What stdout is. */
#pragma once

#include "view/screen.h"

/* False when stdout is no terminal or its size is not known. */
bool terminal_size(size_t *ret_columns, size_t *ret_rows);

/* Whether output for people is ASCII alone: the locale names an encoding other than UTF-8
 * (LC_ALL=C), or --ascii asks for it. The one place where the locale is looked at; without any
 * there is UTF-8. */
bool terminal_ascii(void);

/* All of it. Colour is wanted on a terminal unless NO_COLOR is set or TERM is "dumb". */
struct screen terminal_screen(void);
