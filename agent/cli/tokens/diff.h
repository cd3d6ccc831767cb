/* A fleet file against an account: loaded, listed, compared; and how the difference is shown. */
#pragma once

#include "cli/tokens/session.h"
#include "core/token_plan.h"
#include "edge/config.h"

/* What to do where only the type differs. */
#define DIFF_KEEPS_TYPE                                                                            \
    "a token keeps its type; make a successor with `ebb tokens rotate NAME --type TYPE`, or "      \
    "correct the file"

struct diff {
    struct session session;
    struct token_file *file;       /* owned */
    const struct token_set *fleet; /* the client's */
    struct reading *readings;      /* owned; names are the fleet's */
    struct token_plan plan;
};

/* `account` NULL: the one that the file names, else the only one. Everything wrong is said on
 * stderr; false: exit with `ret_status`. `ret` is closed by diff_close in either case. */
MUST_CHECK bool diff_open(const struct context *c, const char *path, const char *account,
                          struct diff *ret, enum exit_status *ret_status);
void diff_close(struct diff *c);

/* The token of a step, as the list has it. */
MUST_CHECK bool diff_find(const struct diff *c, const char *name, struct decoded *ret,
                          struct fault *why);

/* As text or JSON. Neither holds a secret, nor what is as it should be. */
void diff_show(const struct diff *c);
