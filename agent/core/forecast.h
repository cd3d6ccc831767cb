/* When will the balance be empty, and does it last until the next reset?
 *
 * A full forecast (core/forecast/curve.h) takes about a millisecond and is made now and then; here it is read for the
 * balance of now, after every poll, in microseconds. Pure. */
#pragma once

#include "base/span.h"
#include "core/burn.h"
#include "core/forecast/curve.h"
#include "core/reading.h"

enum verdict {
    VERDICT_LEARNING,  /* watched for too short a time to say */
    VERDICT_NO_BUDGET, /* the balance does not limit this token, or is not told */
    VERDICT_BLIND,     /* no fresh reading */
    VERDICT_IDLE,      /* nothing spent in the last week, or since it is watched */
    VERDICT_SAFE,      /* even `early` lies after the horizon */
    VERDICT_TIGHT,     /* `early` lies before the horizon, `likely` after it */
    VERDICT_RUNS_DRY,  /* `likely` lies before the horizon */
    VERDICT_EXHAUSTED, /* the balance is at or below zero */
    VERDICTS,
};

#define TIME_FAR (INT64_MAX / 4) /* later than anybody asks: no end in sight */
#define CHANCE_NONE (-1.0)       /* not known */

struct forecast {
    enum verdict verdict;
    unix_s early, likely, late; /* 10 %, 50 %, 90 %; TIME_NONE when there is none, TIME_FAR: no end in sight */
    unix_s alarm, relief;       /* exhausts_within fires by `alarm` and clears by `relief`; curve_alarm */
    unix_s horizon;             /* what the verdict is about: next reset, else expiry, else a week ahead */
    double lasts;               /* the chance that the balance lasts until the horizon, or CHANCE_NONE */
    enum history history;       /* how much there was to learn from */
    unix_s made_at;             /* the reading that the full forecast was made from; without one, read_at */
    unix_s read_at;             /* now */
};

/* A forecast of nothing: learning, every time TIME_NONE. */
struct forecast forecast_none(void);

/* Reads a full forecast for the balance of now. Without one (NULL, or its origin is TIME_NONE) the token is learning
 * or, if nothing was spent for a week, idle. `now` decides whether the last reading is fresh: older than
 * `stale_after_s` is blind. Every result of VERDICT_SAFE, TIGHT and RUNS_DRY has now <= early <= likely <= late. More
 * money never gives an earlier time or a smaller chance to last. */
struct forecast forecast_read(const struct curve *c, const struct burn_history *h, const struct reading *r,
                              unix_s now, int64_t stale_after_s);

/* A forecast that was told before, seen from now: what is shown after a start, until there is a curve again. Its times
 * stand, its verdict is about the horizon of now. One without times is like no curve. */
struct forecast forecast_keep(const struct forecast *told, const struct burn_history *h, const struct reading *r,
                              unix_s now, int64_t stale_after_s);

/* Whether it says when. */
bool forecast_has_times(const struct forecast *f);

/* Whether something was spent in the last week: without that there is nothing to make a curve from. */
bool forecast_is_live(const struct burn_history *h);

const char *forecast_verdict_name(enum verdict verdict); /* "runs dry", ...; for JSON see _slug */
const char *forecast_verdict_slug(enum verdict verdict); /* "runs_dry", ... */
bool forecast_verdict_slugged(struct span slug, enum verdict *ret);
const char *forecast_history_slug(enum history history); /* "none", "hours", "days", "weeks" */
bool forecast_history_slugged(struct span slug, enum history *ret);
