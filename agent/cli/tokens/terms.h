/* The options that say what a token shall be, and the wish that they make. */
#pragma once

#include "cli/command.h"
#include "core/token_spec.h"

/* These come first among the options of a command that has them. */
enum term_option {
    TERM_BALANCE,
    TERM_BUDGET,
    TERM_NO_BUDGET,
    TERM_EXPIRES,
    TERM_RESET,
    TERM_RESET_AMOUNT,
    TERM_FORCE,
    TERM_OPTIONS,
};

#define TERM_OPTION_ROWS                                                                           \
    [TERM_BALANCE] = { .name = "balance",                                                          \
                       .type = OPTION_AMOUNT,                                                      \
                       .value = "USD",                                                             \
                       .help = "what it can spend; up to nine decimals" },                         \
    [TERM_BUDGET] = { .name = "budget",                                                            \
                      .type = OPTION_FLAG,                                                         \
                      .help = "calls draw on the balance and stop at 0" },                         \
    [TERM_NO_BUDGET] = { .name = "no-budget",                                                      \
                         .type = OPTION_FLAG,                                                      \
                         .help = "calls draw on the account alone" },                              \
    [TERM_EXPIRES] = { .name = "expires",                                                          \
                       .type = OPTION_AHEAD,                                                       \
                       .value = "TIME",                                                            \
                       .help = "expiry (UTC), or a duration from now (30d), or never" },           \
    [TERM_RESET] = { .name = "reset",                                                              \
                     .type = OPTION_CHOICE,                                                        \
                     .value = "none|daily|weekly|monthly",                                         \
                     .help = "reset the balance at midnight in Paris" },                           \
    [TERM_RESET_AMOUNT] = { .name = "reset-amount",                                                \
                            .type = OPTION_AMOUNT,                                                 \
                            .value = "USD",                                                        \
                            .help = "balance after each reset" },                                  \
    [TERM_FORCE] = { .name = "force",                                                              \
                     .type = OPTION_FLAG,                                                          \
                     .help = "send an expiry in the past anyway" }

/* Of a token that is new: one that exists keeps its type. */
#define OPTION_ROW_TYPE                                                                            \
    {                                                                                              \
        .name = "type", .type = OPTION_TEXT, .value = "TYPE",                                      \
        .help = TYPE_ORDINARY " or " TYPE_FREE                                                     \
    }

/* Puts that option into a wish, if it is given. FAULT_REJECT: it is too long for any type. */
MUST_CHECK bool terms_read_type(const struct option_value *type, struct token_spec *w,
                                struct fault *why);

/* FAULT_REJECT: options that contradict each other, or an expiry before `now` without --force. */
MUST_CHECK bool terms_read(const struct option_value *options, unix_s now, struct token_spec *ret,
                           struct fault *why);
