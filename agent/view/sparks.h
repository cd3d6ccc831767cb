/* What each token spent in each of the last 24 UTC hours, for a line in a table. */
#pragma once

#include "base/text.h"
#include "edge/store.h"

struct sparks {
    struct spark *at; /* owned; ascending by token */
    size_t count, room;
    unix_s first_hour;
};

enum { SPARK_HOURS = 24 };

/* Of all tokens. `ret` is released by sparks_done, also after a failure. */
MUST_CHECK bool sparks_load(struct store *s, unix_s now, struct sparks *ret, struct fault *why);
/* Of these tokens, which get sorted. Likewise. */
MUST_CHECK bool sparks_load_some(struct store *s, unix_s now, int64_t *ids, size_t count,
                                 struct sparks *ret, struct fault *why);
void sparks_done(struct sparks *s);

/* What it spent, the oldest hour first; the last one is the hour that runs. Borrowed. */
const int64_t *sparks_of(const struct sparks *s, int64_t token);

/* The line of one token in blocks; dots when it spent nothing. */
void sparks_draw(const struct sparks *s, int64_t token, bool ascii, struct text *out);
