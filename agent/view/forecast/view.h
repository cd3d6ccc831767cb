/* What `ebb forecast` tells: for people in words with a picture, for programs as one JSON object.
 */
#pragma once

#include "core/what_if.h"
#include "view/forecast/input.h"

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
    bool ascii, colour;
    size_t columns; /* of the terminal */
};

void forecast_words(const struct forecast_view *v, struct text *out);
void forecast_json(const struct forecast_view *v, struct text *out);

/* History, the fan of early, likely and late, resets, now, and thresholds of rules; for a forecast
 * with times. */
void forecast_picture(const struct forecast_view *v, struct text *out);
