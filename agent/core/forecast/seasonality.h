/* The rhythm of a track: its mean by hour of the day or week ahead, and how much that can be
 * trusted. */
#pragma once

#include "core/forecast/track.h"

struct profile {
    int period; /* 24 or 168 hours */
    double
        mean[WEEK_HOURS]; /* [f % period]: of the hours at the phase of the f-th hour ahead, raw */
    double shrunk[WEEK_HOURS]; /* towards their mean as far as the phase does not repeat itself */
    double trust;              /* 0..1: how far it was not shrunk */
};

/* Older days count less, by half every `half_life_h`. With less than two periods, flat and without
 * trust. */
void profile_of(const struct track *t, int period, double half_life_h, struct profile *ret);
