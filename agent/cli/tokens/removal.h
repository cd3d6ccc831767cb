/* Deleting a token: the question, the request, and what is told. */
#pragma once

#include "cli/tokens/session.h"

/* Asks first, unless `yes`; tells it for programs when `json`. */
enum exit_status removal_run(const struct session *s, const char *name, bool yes);
