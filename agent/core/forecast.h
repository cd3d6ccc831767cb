/* When will the balance be empty, and does it last until the next reset?
 *
 * A full forecast (core/forecast/curve.h) takes a tenth of a millisecond and is made now and then;
 * here it is read for the balance of now, after every poll, in microseconds. Pure. */
#pragma once

#include "base/span.h"
#include "core/burn.h"
#include "core/forecast/curve.h"
#include "core/reading.h"

enum verdict {
    VERDICT_LEARNING,  /* watched for too short a time to say */
    VERDICT_NO_BUDGET, /* the balance does not limit this token, or is not told */
    VERDICT_STALE,     /* no fresh reading */
    VERDICT_UNUSED,    /* nothing spent yet, and watched for less than a week */
    VERDICT_IDLE,      /* nothing spent in the last week */
    /* Of a horizon that is a reset go by the chance to last until it (core/forecast/dry.h). */
    VERDICT_SAFE,      /* even `early` lies after the horizon */
    VERDICT_TIGHT,     /* `early` lies before the horizon, `likely` after it */
    VERDICT_RUNS_DRY,  /* `likely` lies before the horizon */
    VERDICT_EXHAUSTED, /* the balance is at or below zero */
    VERDICTS,
};

/* What a token's end comes from: it can spend no more than its account has. */
enum limit { LIMIT_BALANCE, LIMIT_CREDITS, LIMITS };

#define TIME_FAR (INT64_MAX / 4) /* beyond every horizon: no end in sight */
#define CHANCE_NONE (-1.0)       /* not known */

struct forecast {
    enum verdict verdict;
    enum limit limit;     /* whether times or `available` are those of the account's credits */
    enum history history; /* how much there was to learn from */
    unix_s early, likely,
        late; /* 10 %, 50 %, 90 %; TIME_NONE when there is none, TIME_FAR: no end in sight */
    unix_s alarm, relief; /* exhausts_within fires by `alarm` and clears by `relief`; curve_alarm */
    unix_s horizon; /* what the verdict is about: next reset, else expiry, else a week ahead */
    double lasts;   /* the chance that the balance lasts until the horizon, or CHANCE_NONE */
    unix_s made_at; /* the reading that the full forecast was made from; without one, read_at */
    unix_s read_at; /* now */
    struct maybe_money available; /* what can be spent: the balance, or the account's credits where
                                     these are less */
};

/* A forecast of nothing: learning, every time TIME_NONE. */
struct forecast forecast_none(void);

/* How a token was watched: what a forecast needs to know beside curve and reading. */
struct watched {
    unix_s first_seen, last_seen; /* TIME_NONE: never */
    int64_t stale_after_s;        /* a last reading older than this is stale */
    bool enough;                  /* BURN_MIN_READINGS or more */
    bool live;                    /* something was spent in the last week */
};
struct watched watched_of(const struct burn_history *h, int64_t stale_after_s);

/* A purse: its money, how it was watched, and its curve (NULL: none). All borrowed. */
struct purse {
    const struct reading *reading;
    const struct curve *curve;
    struct watched watched;
    const struct forecast *read; /* its own, of this very moment; NULL: not read yet */
};

/* Reads full forecasts for the balances of now: the only way to one, for the daemon and for every
 * command. A token lives from its own purse and, with all others, from its account's: whichever
 * ends first. `credits` NULL, or not fresh: not known, the token is judged by itself. A sandbox's
 * calls cost nothing, and without a budget there is no purse of its own to be limited.
 *
 * Without a curve (NULL, or its origin is TIME_NONE) the token is learning, unused or idle. Every
 * result of VERDICT_SAFE, TIGHT and RUNS_DRY has now < early <= likely <= late: money that is still
 * there has not ended, however old the curve. More money never gives an earlier time or a smaller
 * chance to last. */
struct forecast forecast_within(const struct purse *own, const struct purse *credits, unix_s now);

/* The same of a burn history, by itself. */
struct forecast forecast_read(const struct curve *c, const struct burn_history *h,
                              const struct reading *r, unix_s now, int64_t stale_after_s);

/* Whether it says when. */
bool forecast_has_times(const struct forecast *f);

/* Whether it says that there is no end in sight: nothing is spent. */
bool forecast_is_endless(const struct forecast *f);

/* Whether something was spent in the last week: without that there is nothing to make a curve from.
 */
bool forecast_is_live(const struct burn_history *h);

const char *forecast_limit_name(enum limit limit);       /* "balance", "credits" */
const char *forecast_verdict_name(enum verdict verdict); /* "runs dry", ...; for JSON see _slug */
const char *forecast_verdict_slug(enum verdict verdict); /* "runs_dry", ... */
bool forecast_verdict_slugged(struct span slug, enum verdict *ret);
const char *forecast_history_slug(enum history history); /* "none", "hours", "days", "weeks" */
bool forecast_history_slugged(struct span slug, enum history *ret);
