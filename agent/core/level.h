/* How bad an alert, or a finding, is. */
#pragma once

#include "base/span.h"

/* In the order of urgency. LEVEL_NONE: no alert. */
enum level { LEVEL_NONE, LEVEL_INFO, LEVEL_WARNING, LEVEL_CRITICAL, LEVELS };

#define LEVEL_NAMES "none|info|warning|critical" /* in their order */

const char *level_name(enum level level);            /* "none", "info", "warning", "critical" */
bool level_named(struct span name, enum level *ret); /* LEVEL_NONE is not one */
