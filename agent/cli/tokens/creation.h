/* Making a token so that its secret is never lost: file, POST, read-back where the answer to the
 * POST is without it, in this order, and again from where it broke off when the same command is run
 * again. */
#pragma once

#include "cli/tokens/secret_file.h"

struct creation {
    const char *name;
    const char *member; /* whose it is to be; NULL: not said */
    const struct token_spec *wish;
    const char *secret_path; /* NULL: the secret is not fetched */
    bool resumes; /* a token of this name that is alike is ours, made by a run that was interrupted;
                   * else it is only when the secret's file was left behind, empty */
};

struct creation_end {
    struct decoded token;
    bool resumed;     /* it was there already */
    bool secret_gone; /* the API showed it now, nobody wanted it, and it is not shown again */
};

/* The request that it makes. */
struct client_ask creation_ask(const struct creation *c);

/* On failure `why` says what was done, what is not known, and what to do. */
MUST_CHECK bool creation_run(const struct session *s, const struct creation *c,
                             struct creation_end *ret, struct fault *why);

/* "created NAME ..." for people, or the token as JSON. */
void creation_show(const struct session *s, const struct creation *c,
                   const struct creation_end *end);
