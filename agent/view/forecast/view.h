/* What `ebb forecast` tells: for people in words with a picture, for programs as one JSON object.
 */
#pragma once

#include "core/what_if.h"
#include "view/forecast/input.h"
#include "view/writer.h"

struct settings;

#define NEEDED_CERTAINTY 0.9
#define CENTURY_H                                                                                  \
    876600.0 /* longer than that is no end in sight, and may be too long for a stamp */

struct forecast_view {
    const struct forecast_input *subject;
    const struct settings *settings;
    const char *what_if_text;    /* NULL: not asked */
    struct forecast if_forecast; /* as it would be; meaningful when asked */
    struct reading if_reading;
    struct curve if_curve;
    unix_s until; /* TIME_NONE: not asked */
    struct maybe_money
        needed; /* to last until then with NEEDED_CERTAINTY, counting from the last reading */
};

/* Compares with a change as in "+20.00"; the text is borrowed. FAULT_REJECT: it is none. */
MUST_CHECK bool forecast_ask_what_if(struct forecast_view *v, const char *change,
                                     struct fault *why);

/* What is needed to last until then. */
void forecast_ask_needed(struct forecast_view *v, unix_s until);

/* As JSON, or in words with a picture. */
void forecast_show(const struct forecast_view *v, struct writer *w);

/* The parts of it. */
void forecast_words(const struct forecast_view *v, struct writer *w);
void forecast_json(const struct forecast_view *v, struct json_out *j);

/* History, the fan of early, likely and late, resets, now, and thresholds of rules; for a forecast
 * with times. */
void forecast_picture(const struct forecast_view *v, const struct screen *screen, struct text *out);

/* ---- for other pictures ---- */

enum { FAN_POINTS = 33, FORECAST_THRESHOLDS = 8 };

/* What the balance will be at a level (0.1: early), from now to its end. */
void forecast_fan(const struct curve *c, const struct reading *r, double level,
                  struct chart_point fan[FAN_POINTS]);

/* A balance at which an alert begins. */
struct forecast_threshold {
    enum level level;
    int64_t nano;
};
size_t forecast_thresholds(const struct forecast_view *v,
                           struct forecast_threshold ret[FORECAST_THRESHOLDS]);
