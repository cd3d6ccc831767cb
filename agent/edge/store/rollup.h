/* Sums by UTC hour and day, written with whatever they sum up, so that no report changes when raw
 * rows go. */
#pragma once

#include "edge/store.h"

struct rollup_sums;

/* Sums of one resolution, of one token. */
struct rollup {
    struct rollup_sums *at; /* owned */
    size_t count, room;
};

/* The hours and days that something touches. */
struct rollups {
    struct rollup hours, days;
};
void rollups_done(struct rollups *r);

/* Consumption that a reading shows, with the balance after it; the levels before and after belong
 * to the time before the reading, as in open_share. */
void rollups_add_fall(struct rollups *r, const struct entry *e, struct maybe_money balance);
/* Adds them to what is stored. */
MUST_CHECK bool rollups_write(struct store *s, int64_t token, const struct rollups *r,
                              struct fault *why);

/* Takes an entry out of the sums that rollup_change put it into. */
MUST_CHECK bool rollup_take_back(struct store *s, int64_t token, const struct entry *e,
                                 struct fault *why);

MUST_CHECK bool rollup_change(struct store *s, int64_t token, const struct change *c,
                              struct fault *why);
