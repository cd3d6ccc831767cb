/* Secrets from where they are kept: a file, the environment, a systemd credential. Never printed,
 * wiped when freed. */
#pragma once

#include "edge/config.h"

/* Where one is kept; exactly one is set. All borrowed. */
struct secret_source {
    const char *file, *env, *credential;
};

/* Reads a secret and cuts one trailing newline. FAULT_FATAL: not there, empty, longer than
 * SECRET_BYTES_MAX, or with a control character in it. Warns in the log when everyone can read the
 * file. */
MUST_CHECK bool secret_read(const struct secret_source *source, const struct config_sources *from,
                            char **ret, struct fault *why);
/* Where that is as a file, owned by the caller; NULL: nowhere. */
char *secret_path(const struct secret_source *source, const struct config_sources *from);
void secret_free(char *secret); /* accepts NULL */

/* Whether the name of a source looks like the secret itself, put in the wrong place: long and of
 * one piece. */
bool secret_looks_pasted(const struct secret_source *source);
