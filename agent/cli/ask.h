/* What commands that show what is stored share: their options, and how they fail. */
#pragma once

#include "base/clock.h"
#include "cli/command.h"
#include "view/writer.h"

#define OPTION_ROW_FORMAT                                                                          \
    {                                                                                              \
        .name = "format", .type = OPTION_CHOICE, .value = FORMAT_NAMES, .preset = "text",          \
        .help = "output format"                                                                    \
    }
#define OPTION_ROW_AS_JSON                                                                         \
    {                                                                                              \
        .name = "json", .type = OPTION_FLAG, .help = "same as --format json"                       \
    }

/* Sets the format of the output to JSON when --json says so. */
void ask_json(const struct context *c, size_t json);

/* Sets the format of the output to what --format and --json say together. */
void ask_format(const struct context *c, size_t format, size_t json);

/* The time of an option, TIME_NONE when it is not restricted. */
unix_s ask_time(const struct option_value *value);

/* FAULT_REJECT when an account is named that the store does not know. */
MUST_CHECK bool ask_account(struct store *s, const char *account, struct fault *why);

/* The name that the token is shown by which people mean with `name`: that itself, else what it
 * alone is called, its id, or what it was called before it was renamed. `name` when there is none;
 * else in `ret`. */
const char *ask_token(struct store *s, const char *account, const char *name, struct text *ret);

/* The exit status of a command that failed with `why`. */
enum exit_status ask_failed(const struct fault *why);
