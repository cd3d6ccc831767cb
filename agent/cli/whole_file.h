/* A file that others may read at any moment: it is there as a whole, the old one or the new one. */
#pragma once

#include "base/fault.h"
#include "base/span.h"

/* Writes under a temporary name in the same folder, then renames. The mode is that
 * of any new file. FAULT_FATAL: it could not be written; nothing was changed. */
MUST_CHECK bool whole_file_write(const char *path, struct span bytes, struct fault *why);
