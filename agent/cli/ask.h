/* What commands that print an answer of the store share: their options, and the way from rows to a
 * table. */
#pragma once

#include "cli/command.h"
#include "view/table.h"

#define OPTION_ROW_ACCOUNT                                                                         \
    {                                                                                              \
        .name = "account", .type = OPTION_TEXT, .value = "NAME", .help = "only this account"       \
    }
#define OPTION_ROW_FORMAT                                                                          \
    {                                                                                              \
        .name = "format", .type = OPTION_CHOICE, .value = TABLE_FORMATS, .preset = "text",         \
        .help = "output format"                                                                    \
    }
#define OPTION_ROW_AS_JSON                                                                         \
    {                                                                                              \
        .name = "json", .type = OPTION_FLAG, .help = "same as --format json"                       \
    }
#define OPTION_ROW_SINCE(default_)                                                                 \
    {                                                                                              \
        .name = "since", .type = OPTION_TIME, .value = "TIME", .preset = default_,                 \
        .help = "start of the period (UTC), or how long ago"                                       \
    }
#define OPTION_ROW_UNTIL                                                                           \
    {                                                                                              \
        .name = "until", .type = OPTION_TIME, .value = "TIME", .help = "end of the period"         \
    }

/* What --format and --json say together. */
enum table_format ask_format(const struct option_value *format, const struct option_value *json);

/* The time of an option, TIME_NONE when it is not restricted. */
unix_s ask_time(const struct option_value *value);

/* FAULT_REJECT when an account is named that the store does not know. */
MUST_CHECK bool ask_account(struct store *s, const char *account, struct fault *why);

/* Puts all rows into the table, whose columns are those of the question; stops early when stdout is
 * gone. */
MUST_CHECK bool ask_rows(struct store *s, enum query query, const struct query_filter *scope,
                         struct table *t, size_t *ret_rows, struct fault *why);

/* The exit status of a command that failed with `why`. */
enum exit_status ask_failed(const struct fault *why);
