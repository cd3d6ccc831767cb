/* libfyaml: a fleet file, the tokens that somebody wants an account to have; or every mistake in it
 * at once.
 *
 * Read by the rows and the strict readers of the configuration. A token's own keys come first, then
 * those of its environment (the first part of env-project-purpose) under `defaults`, then those
 * under "*". It holds no secrets. */
#pragma once

#include "base/text.h"
#include "core/token_plan.h"
#include "edge/config.h"

struct token_defaults {
    char environment[PATTERN_BYTES]; /* "ci", or "*" */
    struct token_spec wish;
};

struct token_file {
    char account[ACCOUNT_NAME_BYTES]; /* of the configuration; "": not said */
    struct token_defaults *defaults;  /* owned */
    size_t default_count;
    struct wanted_token *tokens; /* owned; names are unique, defaults are put in */
    size_t token_count;
};

/* Reads and checks a whole file, of tokens within the limits of their API. On failure `errors`
 * holds every mistake as file:line:column: text, the source line and a caret, and `why` the
 * summary. FAULT_FATAL. */
MUST_CHECK bool token_file_load(const char *path, const struct token_limits *limits,
                                struct token_file **ret, struct text *errors, struct fault *why);
void token_file_free(struct token_file *f); /* accepts NULL */
