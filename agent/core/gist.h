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
    bool available;               /* known */
};

struct gist gist_of(const struct forecast *f, const struct burn_rate burn[BURN_WINDOWS]);

/* Whether a figure moved by more than a tenth (a burn that falls: by half), or a word changed, so
 * that at `now` the one is news to whoever knows the other. `resets`: the horizon is a reset,
 * which counts as well. */
bool gist_moved(const struct gist *was, const struct gist *is, unix_s now, bool resets);

/* Whether who reads `was` would decide differently: as gist_moved, but of burns only that one is
 * known now, or more than doubled. All else about them can wait for the hour to end. */
bool gist_misleads(const struct gist *was, const struct gist *is, unix_s now, bool resets);
