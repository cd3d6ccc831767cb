/* Short-lived ownership: a variable marked `own_free` or `own_file` is released when it leaves
 * scope. */
#pragma once

#include <stdio.h>
#include <stdlib.h>

static inline void own_free_at(void *pointer_to_pointer)
{
    free(*(void **)pointer_to_pointer);
}

static inline void own_file_at(FILE **file)
{
    if (*file)
        fclose(*file);
}

#define own_free __attribute__((cleanup(own_free_at)))
#define own_file __attribute__((cleanup(own_file_at)))
