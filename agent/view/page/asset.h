/* The files that pages need: style sheet, script, icon. Each has its own content in its name, so
 * that it may be kept for good. */
#pragma once

#include "view/writer.h"

/* Writes the file of this name; false: there is none. */
bool page_asset(const char *name, const char **ret_type, struct writer *w);
