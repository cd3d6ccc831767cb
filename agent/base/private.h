/* Keeps the memory of this process out of other hands. */
#pragma once

/* From now on neither a crash nor another process of the same user gets at it: no core dump, no
 * debugger. For whoever is about to read a key or a password; root can look all the same. */
void memory_keep_private(void);
