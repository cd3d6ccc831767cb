/* What each token spent in each of the last 24 UTC hours, for a line of blocks in a table. */
#pragma once

#include "base/text.h"
#include "edge/store.h"

struct sparks {
    struct spark *at; /* owned; ascending by token */
    size_t count, room;
    unix_s first_hour;
};

/* `ret` is released by sparks_done, also after a failure. */
MUST_CHECK bool sparks_load(struct store *s, unix_s now, struct sparks *ret, struct fault *why);
void sparks_done(struct sparks *s);

/* The line of one token; dots when it spent nothing. */
void sparks_draw(const struct sparks *s, int64_t token, bool ascii, struct text *out);
