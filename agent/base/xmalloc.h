/* Allocation that cannot fail: out of memory aborts, since committed data is safe on disk. */
#pragma once

#include <stddef.h>

void *xmalloc(size_t bytes);
void *xcalloc(size_t count, size_t bytes);               /* zeroed; overflow aborts */
void *xrealloc(void *block, size_t count, size_t bytes); /* overflow aborts */
/* Room for one more behind `count`, of `*room` that there is. */
void *xgrown(void *array, size_t count, size_t *room, size_t bytes);
char *xstrdup(const char *text);
char *xstrndup(const char *bytes, size_t len); /* terminated copy */
/* From now on memory at the end of the heap goes back to the system as it gets free, and so do
 * large blocks. For a process that stays. */
void xtrim_soon(void);
void xtrim(void); /* gives back to the system what was freed, wherever it lies */
