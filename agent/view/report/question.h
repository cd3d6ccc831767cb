/* The question that a report answers, as a command line or an address puts it: the same options,
 * checked alike. */
#pragma once

#include "core/option.h"
#include "view/report/report.h"

enum report_option {
    REPORT_ASK_BY,
    REPORT_ASK_PER,
    REPORT_ASK_SINCE,
    REPORT_ASK_UNTIL,
    REPORT_ASK_MONTH,
    REPORT_ASK_TOKEN,
    REPORT_ASK_ENVIRONMENT,
    REPORT_ASK_ACCOUNT,
    REPORT_ASK_SOURCE,
    REPORT_OPTIONS,
};

/* The first rows of whoever asks; others may follow. */
#define REPORT_OPTION_ROWS                                                                         \
    [REPORT_ASK_BY] = { .name = "by",                                                              \
                        .type = OPTION_CHOICE,                                                     \
                        .value = REPORT_BY_NAMES,                                                  \
                        .preset = "token",                                                         \
                        .help = "grouping; provider and feature come from the usage endpoint" },   \
    [REPORT_ASK_PER] = { .name = "per",                                                            \
                         .type = OPTION_CHOICE,                                                    \
                         .value = PERIOD_LENGTHS,                                                  \
                         .preset = "total",                                                        \
                         .help = "one line per period (UTC; weeks start on Monday)" },             \
    [REPORT_ASK_SINCE] = { .name = "since",                                                        \
                           .type = OPTION_TIME,                                                    \
                           .value = "TIME",                                                        \
                           .preset = "30d",                                                        \
                           .help =                                                                 \
                               "start of the period, rounded down to the hour, or how long ago" }, \
    [REPORT_ASK_UNTIL] = { .name = "until",                                                        \
                           .type = OPTION_TIME,                                                    \
                           .value = "TIME",                                                        \
                           .help = "end of the period, rounded up to the hour" },                  \
    [REPORT_ASK_MONTH] = { .name = "month",                                                        \
                           .type = OPTION_TEXT,                                                    \
                           .value = "YYYY-MM",                                                     \
                           .help = "one month (UTC)" },                                            \
    [REPORT_ASK_TOKEN] = { .name = "token",                                                        \
                           .type = OPTION_TEXT,                                                    \
                           .value = "GLOB",                                                        \
                           .help = "only tokens whose name matches, such as 'prod-*'" },           \
    [REPORT_ASK_ENVIRONMENT] = { .name = "environment",                                            \
                                 .type = OPTION_TEXT,                                              \
                                 .value = "NAME",                                                  \
                                 .help =                                                           \
                                     "only tokens of this environment (first part of the name)" }, \
    [REPORT_ASK_ACCOUNT] = OPTION_ROW_ACCOUNT,                                                     \
    [REPORT_ASK_SOURCE] = {                                                                        \
        .name = "source",                                                                          \
        .type = OPTION_CHOICE,                                                                     \
        .value = REPORT_CHOICES,                                                                   \
        .preset = "auto",                                                                          \
        .help = "auto: the usage endpoint for days queried after they ended, else "                \
                "balances"                                                                         \
    }

/* `given`: the values of these rows. FAULT_REJECT: they do not go together. */
MUST_CHECK bool report_question(const struct option_value *given, const struct option_reading *how,
                                struct report_query *ret, struct fault *why);
