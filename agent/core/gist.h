/* What a token's forecast and burns come to, in few bytes: for telling whether they moved since
 * they were written down, or published, last. */
#pragma once

#include "core/burn.h"
#include "core/forecast.h"

struct gist {
    unix_s likely, horizon;
    float burn_nano_per_h[BURN_WINDOWS]; /* below 0: not known */
    float lasts;
    unsigned char verdict, limit; /* enum verdict, enum limit */
};

struct gist gist_of(const struct forecast *f, const struct burn_rate burn[BURN_WINDOWS]);

/* Whether a figure moved by more than a tenth (a burn that falls: by half), or a word changed.
 * `resets`: the horizon is a reset, which counts as well. */
bool gist_moved(const struct gist *was, const struct forecast *f, const struct burn_history *h,
                bool resets);
