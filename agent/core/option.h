/* What somebody may ask for by name, and the strict reading of it: a row says which values an
 * option takes, and a text is checked against its row.
 *
 * The options of commands and the parameters of web addresses are such rows. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/fault.h"

#define LOG_CHOICES "error|warning|notice|info|debug" /* in the order of enum log_level */

struct token_limits;

enum option_type {
    OPTION_FLAG,
    OPTION_TEXT,
    OPTION_COUNT,
    OPTION_DURATION,
    OPTION_TIME,   /* a point in time, or how long ago */
    OPTION_AHEAD,  /* a point in time, how long from now on, or never (TIME_NONE) */
    OPTION_LATER,  /* a point in time to come, or how long from now on */
    OPTION_AMOUNT, /* nano-dollars, as exact as the API takes them */
    OPTION_CHOICE,
};

struct option_row {
    const char *name; /* "since" */
    enum option_type type;
    const char *value;  /* how help names the value: "TIME"; choices: "text|json|csv" */
    const char *preset; /* default, as text; NULL: none */
    const char *help;
    int64_t min, max; /* OPTION_COUNT and OPTION_DURATION; both 0: not restricted */
};

struct option_value {
    bool given;
    const char *text; /* as written; the preset, or NULL */
    int64_t number;   /* count, seconds, unix time, nano-dollars, or index of the choice */
};

/* How a text is read, beside its row. */
struct option_reading {
    const char *lead;                  /* before the name in messages: "--" */
    unix_s now;                        /* what ages and durations count from */
    const struct token_limits *limits; /* of amounts; NULL: no row takes one */
};

/* `written` is NULL for a flag; borrowed. FAULT_REJECT names the option and what it takes. */
MUST_CHECK bool option_read(const struct option_row *row, const struct option_reading *how,
                            const char *written, struct option_value *ret, struct fault *why);

/* What the option is when it is not given. A preset that its own row refuses is our bug. */
void option_preset(const struct option_row *row, const struct option_reading *how,
                   struct option_value *ret);

/* Rows that several share. */
#define OPTION_ROW_ACCOUNT                                                                         \
    {                                                                                              \
        .name = "account", .type = OPTION_TEXT, .value = "NAME", .help = "only this account"       \
    }
#define OPTION_ROW_SINCE(default_)                                                                 \
    {                                                                                              \
        .name = "since", .type = OPTION_TIME, .value = "TIME", .preset = (default_),               \
        .help = "start of the period (UTC), or how long ago"                                       \
    }
#define OPTION_ROW_UNTIL                                                                           \
    {                                                                                              \
        .name = "until", .type = OPTION_TIME, .value = "TIME", .help = "end of the period"         \
    }
