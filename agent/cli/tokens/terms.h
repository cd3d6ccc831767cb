/* The options that say what a token shall be, and the wish that they make. */
#pragma once

#include "cli/command.h"
#include "core/wish.h"

/* These come first among the options of a command that has them. */
enum term_option {
    TERM_TYPE,
    TERM_BALANCE,
    TERM_BUDGET,
    TERM_NO_BUDGET,
    TERM_EXPIRES,
    TERM_RESET,
    TERM_RESET_AMOUNT,
    TERM_FORCE,
    TERM_OPTIONS,
};

#define TERM_OPTION_ROWS                                                                                          \
    [TERM_TYPE] = { .name = "type", .type = OPTION_TEXT, .value = "TYPE",                                         \
                    .help = "api_token or sandbox_api_token" },                                                   \
    [TERM_BALANCE] = { .name = "balance", .type = OPTION_AMOUNT, .value = "USD",                                  \
                       .help = "what it may still spend; up to nine decimals" },                                  \
    [TERM_BUDGET] = { .name = "budget", .type = OPTION_FLAG, .help = "calls draw on the balance and stop at 0" }, \
    [TERM_NO_BUDGET] = { .name = "no-budget", .type = OPTION_FLAG, .help = "calls draw on the account alone" },   \
    [TERM_EXPIRES] = { .name = "expires", .type = OPTION_AHEAD, .value = "TIME",                                  \
                       .help = "when it ends (UTC), or in how long (30d), or never" },                            \
    [TERM_RESET] = { .name = "reset", .type = OPTION_CHOICE, .value = "none|daily|weekly|monthly",                \
                     .help = "fill the budget again at midnight in Paris" },                                      \
    [TERM_RESET_AMOUNT] = { .name = "reset-amount", .type = OPTION_AMOUNT, .value = "USD",                        \
                            .help = "to how much" },                                                              \
    [TERM_FORCE] = { .name = "force", .type = OPTION_FLAG, .help = "send an expiry that is past all the same" }

/* FAULT_REJECT: options that contradict each other, or an expiry before `now` without --force. */
MUST_CHECK bool terms_read(const struct option_value *options, unix_s now, struct wish *ret, struct fault *why);
