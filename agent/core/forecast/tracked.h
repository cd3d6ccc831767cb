/* Tracked forecasts: they are remembered until it is known what happened, and what that says about
 * the next ones.
 *
 * One is about an amount of money, not about a balance: it has come due when that much was
 * consumed since, so a top-up or a reset does not disturb it. From time to time one is made of a
 * share of the balance, so that the first are due within hours. Pure, bounded. */
#pragma once

#include "core/forecast.h"
#include "core/forecast/accuracy.h"

enum {
    TRACKED_MAX = 3,              /* that stand at once, each for its share of the balance */
    TRACKED_EVERY_S = 3 * HOUR_S, /* one new one for each token at most */
    SCORES_KEPT = 64,             /* for each token */
};

struct tracked_forecast {
    unix_s made_at; /* TIME_NONE: none stands here */
    struct money amount;
    int64_t target_nano; /* of the token's consumption since it is watched, at which the amount is
                            spent */
    unix_s early, likely, late;
    unix_s spent_at;  /* TIME_NONE: not yet */
    int64_t unsure_s; /* it may have been so much earlier or later: the time between two readings */
};

enum tracked_end {
    TRACKED_STANDS,
    TRACKED_SCORED,
    TRACKED_UNKNOWN, /* the money went in a time that nobody watched: when, would be a guess, and is
                        not scored */
};

/* What became of one. */
struct score {
    unix_s ended_at;
    bool spent;     /* false: given up, far later than `late` */
    struct due due; /* of one that was given up, as if it ended then */
};

/* What stands of one token, and what it has taught. */
struct tracked_forecasts {
    struct tracked_forecast at[TRACKED_MAX];
    unix_s last_made; /* TIME_NONE: never */
    struct accuracy record;
};

struct tracked_forecasts *tracked_new(void); /* nothing stands */

/* Forecasts that came due, taken together. */
struct accuracy_summary {
    int64_t scores;
    int64_t within;            /* whose interval held the truth: 80 in 100 should */
    int64_t median_off_milli;  /* thousandths of |ln(forecast / truth)|; exp of it: half were off by
                                  less */
    int64_t median_bias_milli; /* thousandths of ln(forecast / truth); positive: too late */
    int64_t span_s;            /* from the first that was made to the last that came due */
    struct reach_record reach[REACHES]; /* of those that looked so far ahead */
};

/* Fewer say nothing, and neither do those of a day on which nothing else happened. */
enum { ACCURACY_LEAST = 10, ACCURACY_LEAST_S = DAY_S };
static inline bool accuracy_summary_tells(const struct accuracy_summary *r)
{
    return r->scores >= ACCURACY_LEAST && r->span_s >= ACCURACY_LEAST_S;
}
/* Of one reach alone, fewer say nothing, either. */
static inline bool reach_record_tells(const struct reach_record *r)
{
    return r->due >= ACCURACY_LEAST;
}
/* Why it says nothing yet; NULL: it does. */
const char *accuracy_summary_reason(const struct accuracy_summary *r);

/* A forecast to track about the share of the balance that belongs to `place`; false when the
 * forecast says nothing that could be scored: less than half an hour ahead, or more than four
 * weeks. `spent_nano`: the token's consumption so far. */
bool tracked_make(int place, const struct curve *c, const struct reading *r, unix_s now,
                  int64_t spent_nano, struct tracked_forecast *ret);

/* The first place to be tried by a new one: of a token that never had one the smallest share,
 * then they take turns by the clock, which no start begins anew. */
int tracked_turn(const struct tracked_forecasts *p, unix_s now);

/* Books consumption; `spent_nano` counts `e` already. */
void tracked_spend(struct tracked_forecast *p, const struct entry *e, int64_t spent_nano);

/* Consumption after `since` never was: what came due by it stands again. */
void tracked_reopen(struct tracked_forecast *p, unix_s since);

/* As a record books it. */
struct due due_of(const struct tracked_forecast *p, unix_s ended_at);

/* What became of it; `ret` is set for TRACKED_SCORED. */
enum tracked_end tracked_ended(const struct tracked_forecast *p, unix_s now, struct score *ret);
