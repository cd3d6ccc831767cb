/* Making a token so that its secret is never lost: file, POST, read-back, in this order, and again
 * from where it broke off when the same command is run again. */
#pragma once

#include "cli/tokens/secret_file.h"

struct creation {
    const char *name;
    const struct token_spec *wish;
    const char *secret_path; /* NULL: the secret is not fetched */
    bool resumes; /* a token of this name that is alike is ours, made by a run that was interrupted;
                   * else it is only when the secret's file was left behind, empty */
};

enum creation_end { CREATION_MADE, CREATION_RESUMED };

/* On failure `why` says what was done, what is not known, and what to do. */
MUST_CHECK bool creation_run(const struct session *s, const struct creation *c, struct decoded *ret,
                             enum creation_end *ret_end, struct fault *why);

/* "created NAME ..." for people, or the token as JSON. */
void creation_show(const struct session *s, const struct creation *c, enum creation_end end,
                   const struct decoded *d);
