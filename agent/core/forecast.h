/* When will the balance be empty, and does it last until the next reset?
 *
 * History in; three times and a verdict out. Nobody outside knows how it is done, so the method can be replaced
 * without touching a caller; today's is told in forecast.c. */
#pragma once

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

struct forecast {
    enum verdict verdict;
    unix_s early, likely, late; /* 10 %, 50 %, 90 %; TIME_NONE when there is none, TIME_FAR: no end in sight */
    unix_s alarm, relief;       /* exhausts_within fires by `alarm` and clears by `relief`; FORECAST_*_LEVEL */
    unix_s horizon;             /* what the verdict is about: next reset, else expiry, else a week ahead */
    unix_s made_at;
};

/* `now` decides whether the last reading is fresh: older than `stale_after_s` is blind. Every result of
 * VERDICT_SAFE, TIGHT and RUNS_DRY has now <= early <= likely <= late. More money never gives an earlier time. */
struct forecast forecast_make(const struct burn_history *h, const struct reading *r, unix_s now,
                              int64_t stale_after_s);

/* A rule "exhausts within N" begins to hold when the balance is empty within N with the first chance, and ends when
 * it no longer is with the second: two chances, so that a forecast that wavers does not make an alert that flaps. */
#define FORECAST_ALARM_LEVEL 0.50
#define FORECAST_RELIEF_LEVEL 0.25

/* Reads a full forecast (core/forecast/curve.h) for the balance of now; a microsecond. Without a curve (its origin is
 * TIME_NONE) the token is learning or, if nothing was spent for a week, idle. */
struct forecast forecast_read(const struct curve *c, const struct burn_history *h, const struct reading *r,
                              unix_s now, int64_t stale_after_s);

const char *forecast_verdict_name(enum verdict verdict); /* "runs dry", ...; for JSON see _slug */
const char *forecast_verdict_slug(enum verdict verdict); /* "runs_dry", ... */
