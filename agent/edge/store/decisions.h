/* What core decides about states and levels, as rows of the database: so that a view, which no code
 * of ours runs behind, shows the same words. */
#pragma once

#include "edge/store/sqlite.h"

/* Brings the rows up to date; writes nothing when they are. */
MUST_CHECK bool decisions_write(struct sqlite *db, struct fault *why);
