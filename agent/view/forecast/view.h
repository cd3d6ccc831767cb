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
