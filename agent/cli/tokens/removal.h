/* Deleting a token: the question, the request, and the report. */
#pragma once

#include "cli/tokens/session.h"

/* Asks first, unless `yes`. */
enum exit_status removal_run(const struct session *s, const struct decoded *d, bool yes);
/* The request alone. */
enum exit_status removal_show(const struct session *s, const struct decoded *d);
