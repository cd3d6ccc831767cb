/* Whether a client has what it asks for already. */
#pragma once

#include <stdbool.h>

/* `list` is the header If-None-Match, or NULL; `etag` has its quotes, or is "" for none. Weak tags
 * are as good as strong ones: nothing here is asked for in parts. */
bool etag_is_listed(const char *list, const char *etag);
