/* An agent that watches one key: what it polled becomes a ledger, a burn history and sums by hour,
 * with the daemon's own plans. */
#pragma once

#include "core/forecast/past.h"
#include "core/token_set.h"

/* The polls of one series, oldest first, and what an agent knows about its key. */
struct polled_series {
    const char *name;
    int64_t step_s;
    enum reset_period period;
    struct maybe_money reset_amount;
    size_t count;
    unix_s *at;       /* owned */
    int64_t *balance; /* owned, nano-dollars */
};

struct watch {
    const struct polled_series *series;
    size_t next;       /* of the polls */
    unix_s since;      /* polls before this are not seen */
    unix_s asked_from; /* told_from, as it was asked for */
    unix_s told_from;  /* the consumption endpoint tells the days from then on; TIME_NONE: none */
    struct token_set set; /* the key, once it was seen */
    int64_t *hours;       /* owned: nano-dollars of the hours since the first poll of the series */
    size_t hour_count;
};

void watch_begin(struct watch *w, const struct polled_series *s, unix_s since, unix_s told_from);
void watch_done(struct watch *w);

/* Sees all polls up to and including `until`. */
void watch_until(struct watch *w, unix_s until);

/* When the key was seen last; TIME_NONE: never. */
unix_s watch_seen_at(const struct watch *w);
const struct burn_history *watch_burn(const struct watch *w);

/* The reading of now with another balance: the question's. */
struct reading watch_reading(const struct watch *w, struct money balance);

void watch_past(const struct watch *w, struct past *ret);
