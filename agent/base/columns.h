/* How many terminal columns a character takes, whatever the locale. */
#pragma once

#include <stddef.h>

/* 0 for combining and invisible characters, 2 for East Asian wide ones and emoji, else 1. Control
 * characters are not for terminals at all: see text_add_terminal. */
size_t columns_of(unsigned code_point);
