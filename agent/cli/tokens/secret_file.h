/* A file for a secret: made for its owner alone before anything is asked of the API, so that a disk
 * that is full or a folder that is missing cannot leave a token behind whose secret went nowhere.
 * It never overwrites anything. */
#pragma once

#include "cli/tokens/session.h"

struct secret_file {
    const char *path; /* borrowed; NULL: there is none */
    int fd;
    bool made; /* by us; else it was there, empty, left by a run that was interrupted */
};

/* FAULT_REJECT: it is there and not empty, or not the caller's own file. FAULT_RETRY: it cannot be
 * made. */
MUST_CHECK bool secret_file_open(const char *path, struct secret_file *ret, struct fault *why);

/* Puts a secret into the file, makes it last and closes it; the secret is wiped. When that fails
 * the file stays, empty: it shows the next run what is missing. */
MUST_CHECK bool secret_file_put(struct secret_file *f, char secret[SECRET_ROOM], struct fault *why);

/* The same of what the API shows. One that it does not show is not worth an empty file. */
MUST_CHECK bool secret_file_fill(struct secret_file *f, const struct session *s, const char *token,
                                 bool *ret_hidden, struct fault *why);

/* Closes; `undo` removes a file that was made and not filled. Accepts what was never opened, all
 * zero. */
void secret_file_close(struct secret_file *f, bool undo);
