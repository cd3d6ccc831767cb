/* Spells of use and of rest: how long they last, how much they take, and how long the present one
 * has been going on. */
#pragma once

#include "core/forecast/track.h"

enum { RUNS_MAX = 128 };

struct runs {
    bool active;          /* now */
    int since_h;          /* how long the present spell has lasted */
    double present_spent; /* in the present spell of use; 0 at rest */
    int count; /* spells of use, the present one too; the newest first, no more than RUNS_MAX */
    double spent[RUNS_MAX];                        /* by spell */
    double use_h, rest_h;                          /* mean lengths */
    double busiest_hour, busiest_six, busiest_day; /* most that was ever spent in so long */
};

struct runs runs_of(const struct track *t);
