/* A fleet file against an account: loaded, listed, compared; and how the difference is printed. */
#pragma once

#include "cli/tokens/session.h"
#include "core/plan.h"
#include "edge/fleet_file.h"

struct comparison {
    struct session session;
    struct fleet_file *file;  /* owned */
    struct reading *readings; /* owned; names are the client's */
    struct plan plan;
};

/* `account` NULL: the one that the file names, else the only one. Everything wrong is said on stderr; false: exit with
 * `ret_status`. `ret` is closed by comparison_close in either case. */
MUST_CHECK bool comparison_open(const struct settings *settings, const char *path, const char *account,
                                struct comparison *ret, enum exit_status *ret_status);
void comparison_close(struct comparison *c);

/* To stdout. Neither holds a secret, nor what is as it should be. */
void comparison_print_text(const struct comparison *c);
void comparison_print_json(const struct comparison *c);
