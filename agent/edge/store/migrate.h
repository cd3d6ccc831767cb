/* From whatever is on disk to today's schema, or a refusal that leaves it as it was. */
#pragma once

#include "edge/store/sqlite.h"

#define APPLICATION_ID 0x45626221 /* "Ebb!": a file is ours */

/* Whether a version is one that this program can read or bring forward. FAULT_FATAL, naming it. */
MUST_CHECK bool migrate_knows(int64_t version, const char *path, struct fault *why);

/* Checks that the database is ours and not newer; an empty one gets today's schema at once, an
 * older one is brought forward, each migration in a transaction of its own. FAULT_FATAL: foreign,
 * damaged or newer. */
MUST_CHECK bool migrate_forward(struct sqlite *db, const char *path, struct fault *why);

/* For readers: ours, and exactly of today's version. */
MUST_CHECK bool migrate_check(struct sqlite *db, const char *path, struct fault *why);
