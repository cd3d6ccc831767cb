/* The value of one option: text checked against its row. */
#pragma once

#include "base/clock.h"
#include "cli/command.h"

#define LOG_CHOICES "error|warning|notice|info|debug" /* in the order of enum log_level */

/* `written` is NULL for a flag. FAULT_REJECT names the option and what it takes. */
MUST_CHECK bool option_read(const struct option_row *row, const char *written, unix_s now,
                            struct option_value *ret, struct fault *why);

/* What the option is when it is not given. A preset that its own row refuses is our bug. */
void option_preset(const struct option_row *row, unix_s now, struct option_value *ret);
