/* Whether what a database shows is current, for whoever sends others to look at it. */
#pragma once

#include "base/clock.h"
#include "base/fault.h"

struct store;
struct writer;

/* Adds "ready", or a line for each account that is not and why. */
MUST_CHECK bool ready_show(struct store *s, unix_s now, struct writer *w, bool *ret_ready,
                           struct fault *why);
